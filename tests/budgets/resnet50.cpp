// SPDX-License-Identifier: Apache-2.0
// budget: seconds=15 megabytes=800 components=cpu flags=-O3 -march=native
#include "tiny_run.hpp"

struct resnet50_run : tiny_run {
  using encoder = ssl::encoders::resnet50;
  static constexpr ssl::shape image{.h = 224, .w = 224, .c = 3};
};

PRETEXT_INSTANTIATE_PIPELINE(resnet50_run);
