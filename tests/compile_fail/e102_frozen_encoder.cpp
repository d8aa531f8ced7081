// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

#ifdef PRETEXT_SHOULD_FAIL
constexpr ssl::shape picture{.h = 2, .w = 2, .c = 3};
#else
constexpr ssl::shape picture{.h = 3, .w = 3, .c = 3};
#endif

using kernel = ssl::layers::sequential<ssl::named<"conv", ssl::layers::conv2d<ssl::layers::conv_config{.out = 4}>>>;

void ship(ssl::backends::reference::context& context) {
  ssl::frozen_encoder<kernel, picture, ssl::backends::reference, 1> encoder{context};
  float features[encoder.width];
  encoder.features(nullptr, 1, features);
}
