// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/loss.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/masked_patches.hpp"
#include "ssl/ops/regression.hpp"

namespace ssl::losses {

/// What is predicted of a patch.
enum class patch_target {
  pixels,            ///< as the images are
  normalised_pixels  ///< brought to mean 0 and deviation 1 within the patch
};

struct masked_patches_config {
  int patch = 16;
  int visible = 49;  ///< patches that were seen: the first in the order; they are not in the loss
  patch_target target = patch_target::normalised_pixels;
};

/// Mean squared error of the predicted pixels of those patches that were hidden.
///
/// Formula      L = mean over the hidden patches p and their D numbers i of (x_pi - t_pi)^2;  t = pixels, or
///              t_pi = (pixel_pi - mean_p) / sqrt(v_p + e),  v_p = sum_i (pixel_pi - mean_p)^2 / (D - 1),  D = P P C
/// Shapes       prediction x: (N, 1, T, D), the numbers of a patch in the order (row, column, channel); images: (N, H, W, C);
///              order: (N, H / P, W / P, 1) integers, a permutation of the T = (H / P)(W / P) patches of each image
/// Units        L in units of the target squared. Normalised pixels and a prediction of 0 give (D - 1) / D
/// Gradient     writes that of the prediction, 0 at visible patches; that of the images is 0: they are what is predicted
/// Errors       compile time: E306 (shapes that do not fit, patches that do not divide the image, nothing hidden); run time: none
/// Cost         one pass over the hidden pixels forward and three for their statistics, one over the gradient; workspace three numbers a
///              hidden patch
/// Source       He et al. 2021, arXiv:2111.06377; facebookresearch/mae: models_mae.py, forward_loss. Deviation: none
template <masked_patches_config Config = masked_patches_config{}>
struct masked_patches {
  struct options {
    double epsilon = 1e-6;  ///< e
  };
  static constexpr masked_patches_config config = Config;
  static constexpr int inputs = 3;
  static constexpr int order = 2;  ///< the input that holds a permutation of the patches of each image
  static constexpr bool accepts(shape const* in) {
    shape const x = in[0], image = in[1];
    constexpr int p = Config.patch;
    if (p < 1 || !x.positive() || !image.positive() || image.h % p != 0 || image.w % p != 0) return false;
    shape const grid{image.n, image.h / p, image.w / p, 1};
    return x == shape{image.n, 1, static_cast<int>(grid.tokens()), p * p * image.c} && in[order] == grid && Config.visible > 0 &&
           Config.visible < grid.tokens() && x.c > 1;
  }

  template <class Env, shape X, shape Image, shape Order>
  struct bind {
    using context = typename Env::context;
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr ops::patch_grid grid{Image.h, Image.w, Image.c, Config.patch};
    static constexpr int visible = Config.visible;
    static constexpr index rows = Image.n * (grid.patches() - visible), cols = grid.numbers();
    static constexpr index row = round_up(rows, block_elements);
    static constexpr index workspace = 3 * row;

    static void run(context& c, options const& o, loss_arguments<T, 3> const& a) {
      T *mean = a.workspace, *scale = mean + row, *of_patch = scale + row;
      ops::hidden_pixel<T, grid, visible> const pixel{a.x[1], {a.integers[order]}};
      store_statistics(c, o, pixel, mean, scale);
      using error_type = ops::hidden_error<T, grid, visible>;
      error_type const error{a.x[0], pixel, mean, scale};
      T const share = T(1) / T(rows * cols);
      backend::sum_rows(c, rows, cols, ops::squared_error<error_type, T>{error}, ops::store<T>{of_patch});
      backend::sum_rows(c, 1, rows, ops::value_at<T>{of_patch, rows}, ops::store_affine<T>{a.loss, share, T(0)});
      if (a.gx[0] != nullptr)
        backend::map2d(c, X.rows(), cols,
                       ops::hidden_error_gradient_cell<T, grid, visible>{error, a.gx[0], 2 * a.weight * share});
      if (a.gx[1] != nullptr) backend::map2d(c, Image.rows(), Image.c, ops::fill_cell<T>{a.gx[1], Image.c, T(0)});
    }

   private:
    /// What is subtracted from the pixels of each hidden patch, and what they are multiplied with.
    template <class Pixel>
    static void store_statistics(context& c, options const& o, Pixel const& pixel, T* mean, T* scale) {
      if constexpr (Config.target == patch_target::normalised_pixels) {
        backend::sum_rows(c, rows, cols, pixel, ops::store_affine<T>{mean, T(1) / T(cols), T(0)});
        backend::sum_rows(c, rows, cols, ops::hidden_deviation<T, grid, visible>{pixel, mean},
                          ops::store_inverse_deviation<T>{scale, T(cols), static_cast<T>(o.epsilon)});
      } else {
        backend::map2d(c, 1, rows, ops::fill_cell<T>{mean, rows, T(0)});
        backend::map2d(c, 1, rows, ops::fill_cell<T>{scale, rows, T(1)});
      }
    }
  };
};

}  // namespace ssl::losses
