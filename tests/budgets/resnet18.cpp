// SPDX-License-Identifier: Apache-2.0
// budget: seconds=8 megabytes=500 components=cpu flags=-O2
#include "tiny_run.hpp"

struct resnet18_run : tiny_run {
  using encoder = ssl::encoders::resnet18_cifar;
  static constexpr ssl::shape image{.h = 32, .w = 32, .c = 3};
};

PRETEXT_INSTANTIATE_PIPELINE(resnet18_run);
