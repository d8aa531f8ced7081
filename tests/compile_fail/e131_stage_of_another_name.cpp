// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

struct run : small_run {};

void choose(ssl::run_options<run>& options) {
#ifdef PRETEXT_SHOULD_FAIL
  options.augmentation.get<"colour">();
#else
  options.augmentation.get<"jitter">() = {.brightness = 0.8f};
#endif
}

#include "next_lines.hpp"
