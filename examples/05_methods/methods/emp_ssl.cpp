// SPDX-License-Identifier: Apache-2.0
#include <ssl/augmentations/emp_ssl.hpp>
#include <ssl/objectives/emp_ssl.hpp>
#include <ssl/optimizers/adamw.hpp>

#include "pretrain.hpp"

namespace {

struct run : methods::small_run {
  using augmentation = ssl::augmentations::emp_ssl<6>;
  using objective = ssl::objectives::emp_ssl<ssl::objectives::emp_ssl_small>;
  using optimizer = ssl::optimizers::adamw;

  static ssl::run_options<run> recipe(methods::training_length t) {
    return {.optimizer = {.learning_rate = t.rate(1e-3), .weight_decay = 1e-4}};
  }
};

}  // namespace

METHOD(emp_ssl)
