// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The portable library: every policy, the pipeline and the `reference` backend. Understood by g++, clang++ and nvcc; needs
/// nothing but the standard library. Host code adds <ssl/cpu.hpp> and <ssl/host.hpp>.

#include "ssl/pipeline/gate.hpp"  // first, so that the compiler's way to the sentence about a wrong composition is short

#include "ssl/augmentations/byol.hpp"
#include "ssl/augmentations/evaluation.hpp"
#include "ssl/augmentations/inpainting.hpp"
#include "ssl/augmentations/jigsaw.hpp"
#include "ssl/augmentations/mae.hpp"
#include "ssl/augmentations/mix.hpp"
#include "ssl/augmentations/moco.hpp"
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/random_erasing.hpp"
#include "ssl/augmentations/random_vertical_flip.hpp"
#include "ssl/augmentations/relative_position.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "ssl/augmentations/to_lab.hpp"
#include "ssl/backends/reference/reference.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/encoders/nin.hpp"
#include "ssl/encoders/resnet.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/encoders/vit_dino.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/heads/dino_head.hpp"
#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/heads/masked_decoder.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/version.hpp"
