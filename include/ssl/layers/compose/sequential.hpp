// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "ssl/core/fixed_string.hpp"
#include "ssl/layers/layer.hpp"

namespace ssl::layers {

/// Layers one after another, each with its name: `sequential<named<"conv1", conv2d<...>>, named<"relu", relu>>`.
///
/// Names give parameter names ("conv1.weight"); an empty name adds nothing. Flat: compile time grows linearly. Derive a named
/// struct per block (`struct stem : sequential<...> {}`) to keep symbols short.
template <class... Layers>
struct sequential {
  static constexpr int count = sizeof...(Layers);
  static constexpr int operations = (0 + ... + Layers::type::operations);

  /// The shape that enters each layer, and the output at the end.
  struct shape_trace {
    shape at[count + 1] = {};
  };
  static constexpr shape_trace trace(shape in) {
    shape_trace t;
    int i = 0;
    t.at[0] = in;
    ((t.at[i + 1] = Layers::type::output(t.at[i]), ++i), ...);
    return t;
  }
  static constexpr shape output(shape in) {
    ((in = Layers::type::output(in)), ...);
    return in;
  }
  static constexpr verdict check(shape in) {
    verdict result;
    int i = 0;
    auto one = [&]<class L>(L*) {
      if (!result.ok()) return;
      verdict const v = L::check(in);
      v.ok() ? void(in = L::output(in)) : void(result = v.inside(i));
      ++i;
    };
    (one(static_cast<typename Layers::type*>(nullptr)), ...);
    return result;
  }
  template <class Env>
  static constexpr value record(recorder& r, value v) {
    auto one = [&]<class Named>(Named*) {
      int const outside = r.enter(Named::label());
      v = Named::type::template record<Env>(r, v);
      r.leave(outside);
    };
    (one(static_cast<Layers*>(nullptr)), ...);
    return v;
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using T = typename Env::scalar;
    static constexpr shape_trace shapes = trace(In);
    struct starts {
      int at[count + 1] = {};
    };
    static constexpr starts start = [] {
      starts s;
      int i = 0;
      ((s.at[i + 1] = s.at[i] + Layers::type::operations, ++i), ...);
      return s;
    }();

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      forward_each(c, f, op, std::make_index_sequence<count>{});
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      backward_each(c, f, op, std::make_index_sequence<count>{});
    }

   private:
    template <std::size_t... I>
    static void forward_each(context& c, frame<T> const& f, op_record const* op, std::index_sequence<I...>) {
      (ssl::forward<typename Layers::type, shapes.at[I], Env>(c, f, op + start.at[I]), ...);
    }
    template <std::size_t... I>
    static void backward_each(context& c, frame<T> const& f, op_record const* op, std::index_sequence<I...>) {
      int last = 0;  // an assignment folds from right to left, which is the order of a backward pass
      ((ssl::backward<typename Layers::type, shapes.at[I], Env>(c, f, op + start.at[I]), last) = ... = 0);
    }
  };
};

/// The layer that does nothing: the shortcut of a residual block whose shape does not change.
struct identity {
  static constexpr int operations = 0;
  static constexpr shape output(shape in) { return in; }
  static constexpr verdict check(shape) { return {}; }
  template <class Env>
  static constexpr value record(recorder&, value v) {
    return v;
  }
  template <shape In, class Env>
  struct bind {
    static void forward(typename Env::context&, frame<typename Env::scalar> const&, op_record const*) {}
    static void backward(typename Env::context&, frame<typename Env::scalar> const&, op_record const*) {}
  };
};

}  // namespace ssl::layers
