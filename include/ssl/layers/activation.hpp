// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/activation.hpp"

namespace ssl::layers {

/// A function of one number, applied everywhere.
///
/// Shapes    x, y: (N, H, W, C)
/// Gradient  writes gx = gy f'(.)
/// Cost      one pass each way; works in place where f' is a function of the output
template <class Function>
struct activation : primitive<activation<Function>> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    constexpr bool reads_output = Function::gradient_reads_output;
    return requirements{.output = in, .reads_input = !reads_output, .reads_output = reads_output, .in_place = true};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.rows(), In.c, ops::activation_cell<Function, T>{f.at(op->x), f.at(op->y), In.c});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      T const* at = f.at(Function::gradient_reads_output ? op->y : op->x);
      backend::map2d(c, In.rows(), In.c, ops::activation_gradient_cell<Function, T>{f.at(op->gy), at, f.at(op->gx), In.c});
    }
  };
};

/// Formula  y = max(x, 0); gradient at 0 is 0.  Source  torch.nn.ReLU. Deviation: none
struct relu : activation<ops::relu_function> {};

/// Formula  y = x Phi(x), Phi the normal distribution function, by erf.  Source  torch.nn.GELU(). Deviation: none
struct gelu : activation<ops::gelu_function> {};

/// Formula  y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.  Source  torch.nn.GELU(approximate="tanh"). Deviation: none
struct gelu_tanh : activation<ops::gelu_tanh_function> {};

/// Formula  y = x where x > 0, else slope x; gradient at 0 is the slope.  Source  torch.nn.LeakyReLU(0.01). Deviation: none
template <int SlopeMillionths = 10'000>
struct leaky_relu : activation<ops::leaky_relu_function<SlopeMillionths>> {
  static constexpr bool valid = SlopeMillionths > 0;  ///< the gradient is read off the sign of the output
};

/// Formula  y = x / (1 + exp(-x)).  Source  torch.nn.SiLU. Deviation: none
struct silu : activation<ops::silu_function> {};

/// Formula  y = tanh(x).  Source  torch.nn.Tanh. Deviation: none
struct tanh : activation<ops::tanh_function> {};

/// Formula  y = 1 / (1 + exp(-x)).  Source  torch.nn.Sigmoid. Deviation: none
struct sigmoid : activation<ops::sigmoid_function> {};

/// Formula  y = log(1 + exp(x)).  Source  torch.nn.Softplus. Deviation: none (PyTorch gives x above 20, the same in float)
struct softplus : activation<ops::softplus_function> {};

}  // namespace ssl::layers
