// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/flatten.hpp"
#include "ssl/layers/linear.hpp"

namespace ssl::encoders {

enum class mlp_norm { none, batch };

struct mlp_config {
  int hidden = 256;
  int out = 128;
  mlp_norm norm = mlp_norm::batch;  ///< between the hidden layer and its ReLU
};

/// The smallest encoder: the pixels as one row, one hidden layer, features. For tests, and for inputs that are no pictures.
///
/// Shapes    x: (N, H, W, C) -> y: (N, 1, 1, out)
/// Errors    E101 a size that is not positive
/// Names     fc1.weight, bn1.weight, fc2.weight, ...; initialised as torch.nn.Linear
template <mlp_config Config = mlp_config{}>
struct mlp
    : layers::sequential<named<"", layers::flatten>,  // (N, 1, 1, H W C)
                         named<"fc1", layers::linear<layers::linear_config{.out = Config.hidden}>>,
                         named<"bn1", std::conditional_t<Config.norm == mlp_norm::batch, layers::batch_norm<>, layers::identity>>,
                         named<"", layers::relu>, named<"fc2", layers::linear<layers::linear_config{.out = Config.out}>>> {
};  // (N, 1, 1, out)

}  // namespace ssl::encoders
