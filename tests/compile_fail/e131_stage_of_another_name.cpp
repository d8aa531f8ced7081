// SPDX-License-Identifier: Apache-2.0
#include "ssl/ssl.hpp"

void choose(ssl::augmentations::simclr::options& options) {
#ifdef PRETEXT_SHOULD_FAIL
  options.get<"colour">();
#else
  options.get<"jitter">() = {.brightness = 0.8f};
#endif
}
