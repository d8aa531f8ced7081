// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/drop.hpp"
#include "ssl/ops/products.hpp"

namespace ssl::layers {

/// How the rate of drop path goes over the blocks of a repeat.
enum class drop_path_rates {
  none,     ///< no such layer
  uniform,  ///< the same in every block: DINOv2
  linear    ///< from 0 in the first block to the whole rate in the last: DeiT, timm, DINO
};

/// Stochastic depth: takes a sample out of a residual branch, by chance, while training; evaluation leaves everything as it is.
///
/// Formula   y_n = x_n k_n / (1 - p), k_n = 1 with probability 1 - p, else 0; p = rate, or rate i / (blocks - 1) in block i (0: one block)
/// Shapes    x, y: (N, H, W, C); one draw for every sample n, by (seed, batch, operation, block, sample)
/// Units     rate: probability, below 1; an option of the encoder (`drop_path_rate`), a number or a schedule
/// Gradient  writes gx
/// Cost      one pass each way in training, which keeps N numbers; none in evaluation where it works in place
/// Source    Huang et al. 2016, arXiv:1603.09382; timm's DropPath (scale_by_keep), torch.linspace over the depth. Deviation: none
template <drop_path_rates Rates>
struct drop_path : primitive<drop_path<Rates>> {
  static constexpr bool valid = Rates != drop_path_rates::none;
  static constexpr shape output(shape in) { return in; }

  template <class Env>
  static constexpr requirements require(shape in) {
    index const factors = Env::how.mode == execution_mode::training ? in.n : 0;
    return requirements{.output = in, .saved = factors, .workspace_forward = factors, .in_place = true};
  }

  template <shape In, class Env>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index sample = In.tokens() * In.c;

    static void forward(context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T* y = f.at(op->y);
      if constexpr (Env::how.mode == execution_mode::training) {
        T* factor = f.at(op->saved.exists() ? op->saved : op->workspace_forward);
        backend::map2d(c, In.n, 1, ops::drop_factor_cell<T>{f.draws_of(op), rate(f), factor});
        backend::map2d(c, In.n, sample, ops::scale_rows_cell<T>{x, factor, y, sample});
      } else if (x != y) {
        backend::map2d(c, In.n, sample, ops::copy_cell<T>{x, y, sample});
      }
    }
    static void backward(context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.n, sample, ops::scale_rows_cell<T>{f.at(op->gy), f.at(op->saved), f.at(op->gx), sample});
    }

   private:
    static T rate(frame<T> const& f) {
      if (Rates == drop_path_rates::uniform) return f.drop_path_rate;
      return f.iterations > 1 ? f.drop_path_rate * T(f.iteration) / T(f.iterations - 1) : T(0);
    }
  };
};

}  // namespace ssl::layers
