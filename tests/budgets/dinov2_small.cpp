// SPDX-License-Identifier: Apache-2.0
// budget: ratio=1.3 base=vit_depth12.cpp components=cpu flags=-O2
// The method with the most to compile: two networks, two sizes of views, three losses. Its budget is that of a transformer, 6 s, and it
// comes close: held by the ratio, which no slow hour of a machine moves.
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/cpu.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/objectives/dinov2.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/pipeline/pipeline.hpp"

struct dinov2_run : ssl::run_defaults {
  using encoder = ssl::encoders::vit<ssl::encoders::vit_config{.image_h = 32,
                                                               .image_w = 32,
                                                               .patch = 4,
                                                               .width = 96,
                                                               .depth = 4,
                                                               .heads = 3,
                                                               .mlp_ratio = 2,
                                                               .pool = ssl::encoders::vit_pool::none,
                                                               .mask_token = ssl::encoders::vit_mask_token::learned}>;
  using augmentation = ssl::augmentations::dinov2_small;
  using objective = ssl::objectives::dinov2<ssl::objectives::dinov2_small>;
  using optimizer = ssl::optimizers::adamw;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 32, .w = 32, .c = 3};
  static constexpr int batch = 128;
};

PRETEXT_INSTANTIATE_PIPELINE(dinov2_run);
