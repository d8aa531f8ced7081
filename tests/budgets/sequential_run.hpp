// SPDX-License-Identifier: Apache-2.0
// An encoder of many layers written out, each of another width: what the growth of compile time is measured on.
#pragma once

#include "ssl/ssl.hpp"

template <int I>
using layer_at = ssl::named<"", ssl::layers::linear<ssl::layers::linear_config{.out = 8 + I}>>;
template <int... I>
auto layers(std::integer_sequence<int, I...>)
    -> ssl::layers::sequential<ssl::named<"flatten", ssl::layers::flatten>, layer_at<I>...>;

template <int Layers>
struct sequential_run : ssl::run_defaults {
  struct encoder : decltype(layers(std::make_integer_sequence<int, Layers>{})) {};
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 8, .output = 4}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::reference;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
  static constexpr int batch = 4;
};
