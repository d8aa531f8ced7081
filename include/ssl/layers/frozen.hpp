// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"

namespace ssl::layers {

/// A layer whose parameters stay as they were drawn.
///
/// Formula   that of Layer
/// Shapes    those of Layer
/// Gradient  writes gx; none for the parameters, which no optimizer moves and no decay shrinks
/// Names     those of Layer: files do not tell the difference
/// Cost      that of Layer without the gradient of its parameters; right behind the image, no backward pass at all
/// Source    the patch projection of MoCo v3: Chen et al. 2021, arXiv:2104.02057, section 4.2
template <class Layer>
struct frozen {
  static constexpr int operations = Layer::operations;
  static constexpr shape output(shape in) { return Layer::output(in); }
  static constexpr verdict check(shape in) { return Layer::check(in); }

  template <class Env>
  static constexpr value record(recorder& r, value v) {
    bool const differentiable = r.differentiable_weights, before = r.frozen;
    r.differentiable_weights = false, r.frozen = true;
    v = Layer::template record<Env>(r, v);
    r.differentiable_weights = differentiable, r.frozen = before;
    return v;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using T = typename Env::scalar;
    static constexpr execution passing = [] {
      execution how = Env::how;
      how.updates_weights = false;
      return how;
    }();
    using still = environment<typename Env::backend, T, passing>;

    static void forward(context& c, frame<T> const& f, op_record const* op) { ssl::forward<Layer, In, Env>(c, f, op); }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists()) ssl::backward<Layer, In, still>(c, f, op);
    }
  };
};

}  // namespace ssl::layers
