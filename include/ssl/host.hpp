// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Data, training, evaluation and files, for host compilers. Link pretext::host.

#include "ssl/core/host_only.hpp"

#include "ssl/data/batcher.hpp"
#include "ssl/data/cifar.hpp"
#include "ssl/data/idx.hpp"
#include "ssl/data/in_memory.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/evaluation/attention_maps.hpp"
#include "ssl/evaluation/colorization.hpp"
#include "ssl/evaluation/features.hpp"
#include "ssl/evaluation/fine_tune.hpp"
#include "ssl/evaluation/inpainting.hpp"
#include "ssl/evaluation/pca.hpp"
#include "ssl/evaluation/reconstructions.hpp"
#include "ssl/evaluation/ridge.hpp"
#include "ssl/evaluation/sgd_probe.hpp"
#include "ssl/evaluation/table.hpp"
#include "ssl/evaluation/views.hpp"
#include "ssl/io/checkpoint.hpp"
#include "ssl/io/encoder_file.hpp"
#include "ssl/io/safetensors.hpp"
#include "ssl/io/weights.hpp"
#include "ssl/training/checkpoints.hpp"
#include "ssl/training/feature_watch.hpp"
#include "ssl/training/metrics_file.hpp"
#include "ssl/training/online_evaluation.hpp"
#include "ssl/training/progress_bar.hpp"
#include "ssl/training/stop_on_interrupt.hpp"
#include "ssl/training/train.hpp"
