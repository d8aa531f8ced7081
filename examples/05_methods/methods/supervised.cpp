// SPDX-License-Identifier: Apache-2.0
#include <ssl/objectives/supervised.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "one_view.hpp"
#include "pretrain.hpp"

namespace {

/// The yardstick: what the same encoder learns from all labels.
struct run : methods::small_run {
  using augmentation = methods::labelled_view;
  using objective = ssl::objectives::supervised<ssl::objectives::supervised_config{.classes = methods::most_classes}>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }
};

}  // namespace

METHOD(supervised)
