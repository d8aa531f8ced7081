// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/core/macros.hpp"
#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/bias.hpp"

namespace ssl::layers {

enum class bias { none, yes };

/// How the weight of a linear layer is drawn.
enum class linear_init {
  pytorch,   ///< weight and bias U(-1, 1) / sqrt(inputs), torch.nn.Linear
  vit,       ///< weight truncated normal with deviation 0.02, bias 0, timm's vision transformers
  simclr     ///< weight N(0, 0.01^2), bias 0, the heads of SimCLR
};

struct linear_config {
  int out = 0;
  layers::bias bias = layers::bias::yes;
  linear_init init = linear_init::pytorch;
};

namespace detail {
/// The products of a linear layer at any extents, wherever its weight lies.
template <class Env>
struct linear_products {
  using context = typename Env::context;
  using backend = typename Env::backend;
  using T = typename Env::scalar;
  index rows, in, out;

  /// y = x W^T + beta y
  void output(context& c, T const* x, T const* weight, T* y, T beta) const {
    backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nt, .m = rows, .n = out, .k = in, .a = x, .lda = in,
                                          .b = weight, .ldb = in, .c = y, .ldc = out, .beta = beta});
  }

  /// gW = gy^T x + beta gW
  void weight_gradient(context& c, T const* gy, T const* x, T* gweight, T beta) const {
    backend::gemm(c, backends::product<T>{.form = backends::gemm_form::tn, .m = out, .n = in, .k = rows, .a = gy, .lda = out,
                                          .b = x, .ldb = in, .c = gweight, .ldc = in, .beta = beta});
  }

  /// gx = gy W
  void input_gradient(context& c, T const* gy, T const* weight, T* gx) const {
    backend::gemm(c, backends::product<T>{.form = backends::gemm_form::nn, .m = rows, .n = in, .k = out, .a = gy, .lda = out,
                                          .b = weight, .ldb = in, .c = gx, .ldc = in});
  }
};

/// A linear layer at any extents: a network holds many, and this is compiled once for all of them.
template <class Env, bool HasBias>
struct affine_map {
  using context = typename Env::context;
  using backend = typename Env::backend;
  using T = typename Env::scalar;
  linear_products<Env> products;

  PRETEXT_NOINLINE void forward(context& c, frame<T> const& f, op_record const* op) const {
    T* y = f.at(op->y);
    if constexpr (HasBias)
      backend::map2d(c, products.rows, products.out, ops::broadcast_cell<T>{f.parameter(op, 1), y, products.out});
    products.output(c, f.at(op->x), f.parameter(op, 0), y, T(HasBias ? 1 : 0));
  }

  PRETEXT_NOINLINE void backward(context& c, frame<T> const& f, op_record const* op) const {
    T const* gy = f.at(op->gy);
    if constexpr (Env::how.updates_weights) {
      products.weight_gradient(c, gy, f.at(op->x), f.gradient(op, 0), T(1));
      if constexpr (HasBias)
        backend::sum_cols(c, products.rows, products.out, ops::value_at<T>{gy, products.out},
                          ops::store_added<T>{f.gradient(op, 1)});
    }
    if (op->gx.exists()) products.input_gradient(c, gy, f.parameter(op, 0), f.at(op->gx));
  }
};
}  // namespace detail

/// Affine map of the channels, the same for every row (pixel or token).
///
/// Formula   y = x W^T + b
/// Shapes    x: (N, H, W, I) -> y: (N, H, W, O); weight: (O, I); bias: (O)
/// Gradient  gx = gy W (written); gW += gy^T x; gb += sum over rows of gy
/// Errors    E101 where `out` is not positive
/// Cost      one product forward, two backward; backward reads x again
/// Source    torch.nn.Linear: names, layout and initialisation. Deviation: none
template <linear_config Config>
struct linear : primitive<linear<Config>> {
  static constexpr bool valid = Config.out > 0;
  static constexpr bool has_bias = Config.bias == bias::yes;
  static constexpr shape output(shape in) { return in.with_channels(Config.out); }

  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = output(in), .reads_input = true, .parameters = has_bias ? 2 : 1};
    r.parameter[0] = {.label = "weight", .rank = 2, .extents = {Config.out, in.c, 1, 1}, .initial = weight_init(in.c)};
    r.parameter[1] = {.label = "bias", .extents = {Config.out, 1, 1, 1}, .initial = bias_init(in.c), .kind = parameter_kind::bias};
    return r;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using T = typename Env::scalar;
    static constexpr detail::affine_map<Env, has_bias> map{
        detail::linear_products<Env>{.rows = In.rows(), .in = In.c, .out = Config.out}};

    static void forward(context& c, frame<T> const& f, op_record const* op) { map.forward(c, f, op); }
    static void backward(context& c, frame<T> const& f, op_record const* op) { map.backward(c, f, op); }
  };

 private:
  static constexpr initializer weight_init(int in) {
    switch (Config.init) {
      case linear_init::vit: return {.rule = initializer_rule::truncated_normal, .millionths = 20'000};
      case linear_init::simclr: return {.rule = initializer_rule::normal, .millionths = 10'000};
      case linear_init::pytorch: break;
    }
    return {.rule = initializer_rule::uniform_inverse_root, .fan = in};
  }
  static constexpr initializer bias_init(int in) {
    return Config.init == linear_init::pytorch ? weight_init(in) : initializer{};
  }
};

}  // namespace ssl::layers
