// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/detail/pairwise_contrast.hpp"
#include "ssl/losses/detail/similarity.hpp"

namespace ssl::losses {

struct nt_xent_config {
  similarity form = similarity::automatic;
};

/// Normalised temperature-scaled cross-entropy, the loss of SimCLR: each embedding must find its other view among all others.
///
/// Formula      L = 1/(2N) sum_i [ log sum_{k != i} exp(s_ik) - s_ip ],  s_ik = u_i . u_k / T,  u = z / max(|z|, 1e-12),
///              p = the other view of i. The positive stands in the denominator, the anchor itself does not
/// Shapes       z: (2N, 1, 1, D), all of view 1, then all of view 2
/// Units        temperature T > 0, dimensionless; L in nats. Unrelated embeddings give about log(2N - 1)
/// Requires     N > 1; z finite. A zero row is compared as a zero row; its gradient is divided by 1e-12
/// Gradient     writes gz
/// Errors       compile time: E306 (an odd or too small batch, rows that are not vectors); run time: none
/// Cost         stored: two products of 2N x 2N x D and 2N x 2N numbers; tiled: three products and memory linear in N. On the cpu
///              backend, half of these products; up to about 2,800 rows one triangle is stored
/// Source       Chen et al. 2020, arXiv:2002.05709, equation 1. Deviation: none. lightly and solo-learn return the same value;
///              google-research/simclr adds the means of the two views, and so returns twice this value and gradient: set the
///              weight to 2
/// Example      examples/04_loss_alone.cpp
template <nt_xent_config Config = nt_xent_config{}>
struct nt_xent {
  struct options {
    double temperature = 0.5;
  };
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) { return stacks_two_views(in[0]); }

  template <class Env, shape In>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.n, width = In.c;

    static constexpr bool tuned = Config.form != similarity::stored && requires(typename Env::context & c, T const* z, T* out) {
      { backend::nt_xent_workspace(rows, width) } -> std::convertible_to<index>;
      backend::nt_xent_tiled(c, rows, width, z, T(1), T(1), out, out, out);
    };
    using in_cells = detail::pairwise_contrast<Env, ops::denominator::all_others, rows, width, strip_rows(Config.form, rows)>;
    static constexpr index workspace = [] {
      if constexpr (tuned)
        return index{backend::nt_xent_workspace(rows, width)};
      else
        return in_cells::workspace;
    }();

    static void run(typename Env::context& c, options const& o, loss_arguments<T, 1> const& a) {
      T const temperature = static_cast<T>(o.temperature);
      if constexpr (tuned) {
        backend::nt_xent_tiled(c, rows, width, a.x[0], temperature, a.weight, a.loss, a.gx[0], a.workspace);
      } else {
        in_cells const contrast(a.workspace);
        contrast.normalise(c, a.x[0]);
        contrast.compare(c, temperature);
        contrast.mean_loss(c, nullptr, a.loss);
        if (a.gx[0] != nullptr) contrast.gradient(c, temperature, nullptr, a.weight, a.gx[0]);
      }
    }
  };
};

}  // namespace ssl::losses
