// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ssl/cpu.hpp>
#include <ssl/encoders/convnet.hpp>
#include <ssl/encoders/vit.hpp>
#include <ssl/pipeline/run.hpp>

/// \file
/// The encoders of the program, of like cost on two cores, and what the runs of all methods have in common.
namespace methods {

using small_convnet = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 32, .stages = 4}>;

constexpr ssl::encoders::vit_config small_vit_config{
    .image_h = 32, .image_w = 32, .patch = 4, .width = 96, .depth = 4, .heads = 3, .mlp_ratio = 2};
using small_vit = ssl::encoders::vit<small_vit_config>;

struct small_run : ssl::run_defaults {
  using encoder = small_convnet;
  using judged_encoder = small_convnet;  ///< of the same parameters, for whole images of three channels
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 32, .w = 32, .c = 3};
  static constexpr int batch = 128;
};

}  // namespace methods
