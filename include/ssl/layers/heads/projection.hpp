// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/compose/sequential.hpp"
#include "ssl/layers/linear.hpp"

namespace ssl::layers {

/// How a projection head ends. Hidden layers are always linear without bias, batch norm, ReLU.
enum class projection_form {
  last_linear,  ///< linear with bias: most PyTorch ports of SimCLR
  last_norm,    ///< linear without bias and batch norm: lightly's SimCLR head
  published     ///< the same with a scale and no shift, linear layers drawn from N(0, 0.01^2): google-research/simclr
};

struct projection_config {
  int hidden = 2048;
  int out = 128;
  int layers = 2;  ///< linear layers: 2 (SimCLR) or 3 (SimCLRv2)
  projection_form form = projection_form::last_linear;
};

namespace detail {

template <int Out, projection_form Form, affine Affine>
struct linear_with_norm
    : sequential<named<"linear", linear<linear_config{
                                     .out = Out,
                                     .bias = bias::none,
                                     .init = Form == projection_form::published ? linear_init::simclr : linear_init::pytorch}>>,
                 named<"bn", batch_norm<batch_norm_config{.affine = Affine}>>> {};

template <projection_config Config>
struct projection_parts {
  struct hidden : sequential<named<"", linear_with_norm<Config.hidden, Config.form, affine::scale_and_shift>>, named<"", relu>> {
  };
  using second = std::conditional_t<Config.layers == 3, hidden, identity>;
  using last =
      std::conditional_t<Config.form == projection_form::last_linear,
                         sequential<named<"linear", linear<linear_config{.out = Config.out}>>>,
                         linear_with_norm<Config.out, Config.form,
                                          Config.form == projection_form::published ? affine::scale : affine::scale_and_shift>>;
};

}  // namespace detail

/// The network between features and the embeddings that a contrastive loss compares.
///
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, out)
/// Errors    E101 a width that is not positive, or other than 2 or 3 layers
/// Names     hidden1.linear.weight, hidden1.bn.weight, ..., last.linear.weight, ...
/// Source    Chen et al. 2020, arXiv:2002.05709; the forms are named in `projection_form`
template <projection_config Config>
struct projection : sequential<named<"hidden1", typename detail::projection_parts<Config>::hidden>,
                               named<"hidden2", typename detail::projection_parts<Config>::second>,
                               named<"last", typename detail::projection_parts<Config>::last>> {
  static constexpr verdict check(shape in) {
    return Config.layers == 2 || Config.layers == 3 ? projection::sequential::check(in) : verdict{.valid = false, .in = in};
  }
};

}  // namespace ssl::layers
