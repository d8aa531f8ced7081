// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The portable library: every policy, the pipeline and the `reference` backend. Understood by g++, clang++ and nvcc; needs
/// nothing but the standard library. Host code adds <ssl/cpu.hpp> and <ssl/host.hpp>.

#include "ssl/pipeline/gate.hpp"  // first, so that the compiler's way to the sentence about a wrong composition is short

#include "ssl/augmentations/evaluation.hpp"
#include "ssl/augmentations/random_solarize.hpp"
#include "ssl/augmentations/simclr.hpp"
#include "ssl/augmentations/with_classes.hpp"
#include "ssl/backends/reference/reference.hpp"
#include "ssl/encoders/convnet.hpp"
#include "ssl/encoders/mlp.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/compose/residual.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/objectives/supervised.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "ssl/version.hpp"
