// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/cosine.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

/// What is averaged over the rows.
enum class cosine_form {
  negative,  ///< -cos: SimSiam
  distance   ///< 2 - 2 cos, the squared distance of the normalised rows: BYOL
};

struct cosine_config {
  cosine_form form = cosine_form::negative;
  ops::pairing pairs = ops::pairing::same_row;
};

/// Cosine between predictions and targets.
///
/// Formula      L = mean over rows of -cos(x_i, y_p) or of 2 - 2 cos(x_i, y_p);
///              cos(a, b) = a . b / (max(|a|, 1e-12) max(|b|, 1e-12));
///              p = i, or the row of the same image in the other view
/// Shapes       x, y: (N, H, W, D), every place is a row; for other_view N is even, view 1 then view 2
/// Gradient     writes gx and gy, each where it exists; a target gets no gradient by having no gy
/// Errors       compile time: E306 (different shapes, an odd batch for other_view); run time: none
/// Cost         reads x and y three times forward, twice for each gradient; workspace 3 numbers a row
/// Source       Grill et al. 2020, arXiv:2006.07733, equation 2; Chen & He 2020, arXiv:2011.10566, equation 1. Deviation: a mean
///              over both views. SimSiam halves the sum of two means: the same. BYOL adds the two means: set the weight to 2
template <cosine_config Config = cosine_config{}>
struct cosine {
  struct options {};
  static constexpr int inputs = 2;
  static constexpr bool accepts(shape const* in) {
    return in[0].positive() && in[0] == in[1] && (Config.pairs == ops::pairing::same_row || in[0].n % 2 == 0);
  }

  template <class Env, shape X, shape Y>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = X.rows(), cols = X.c, row = round_up(rows, block_elements);
    static constexpr index workspace = 3 * row;
    static constexpr T slope = Config.form == cosine_form::negative ? T(-1) : T(-2);
    static constexpr T offset = Config.form == cosine_form::negative ? T(0) : T(2);

    static void run(context& c, options const&, loss_arguments<T, 2> const& a) {
      T *norm_x = a.workspace, *norm_y = norm_x + row, *cosine = norm_y + row;
      ops::cosine_rows<backend, Config.pairs>(c, rows, cols, a.x[0], a.x[1], norm_x, norm_y, cosine);
      backend::sum_rows(c, 1, rows, ops::value_at<T>{cosine, rows}, ops::store_affine<T>{a.loss, slope / T(rows), offset});
      using enum ops::cosine_side;
      if (a.gx[0] != nullptr) gradient<first>(c, a, 0, norm_x, norm_y, cosine);
      if (a.gx[1] != nullptr) gradient<second>(c, a, 1, norm_y, norm_x, cosine);
    }

   private:
    template <ops::cosine_side Side>
    static void gradient(context& c, loss_arguments<T, 2> const& a, int which, T const* norm, T const* other_norm,
                         T const* cosine) {
      backend::map2d(
          c, rows, cols,
          ops::cosine_gradient_cell<Config.pairs, Side, T>{a.x[which], a.x[1 - which], norm, other_norm, cosine, a.gx[which],
                                                           rows, cols, a.weight * slope / T(rows), T(1e-12)});
    }
  };
};

/// SimSiam's and BYOL's losses over two views that are stacked view-major.
using negative_cosine = cosine<cosine_config{.form = cosine_form::negative, .pairs = ops::pairing::other_view}>;
using cosine_distance = cosine<cosine_config{.form = cosine_form::distance, .pairs = ops::pairing::other_view}>;

}  // namespace ssl::losses
