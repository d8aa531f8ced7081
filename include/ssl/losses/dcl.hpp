// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/losses/detail/pairwise_contrast.hpp"
#include "ssl/losses/detail/similarity.hpp"
#include "ssl/ops/softmax.hpp"

namespace ssl::losses {

/// What multiplies an anchor's positive similarity.
enum class positive_weights {
  one,        ///< DCL
  hard_first  ///< DCLW: more for pairs that are still apart
};

struct dcl_config {
  similarity form = similarity::automatic;
  positive_weights weights = positive_weights::one;
};

/// Decoupled contrastive loss: NT-Xent whose denominator leaves the positive out.
///
/// Formula      L = 1/(2N) sum_i [ log sum_{k != i, p} exp(s_ik) - w_i s_ip ],  s_ik = u_i . u_k / T,  u = z / max(|z|, 1e-12),
///              p = the other view of i;  w = 1, or w_i = 2 - N softmax_i(u_i . u_p / sigma) over the N pairs, which carries no
///              gradient
/// Shapes       z: (2N, 1, 1, D), all of view 1, then all of view 2
/// Units        temperature T, sigma > 0, dimensionless; L in nats
/// Requires     N > 1; z finite
/// Gradient     writes gz
/// Errors       compile time: E306 (an odd or too small batch, rows that are not vectors); run time: none
/// Cost         as NT-Xent written in cells
/// Source       Yeh et al. 2021, arXiv:2110.06848, equations 4 and 6. Deviation: none; lightly returns the same value
template <dcl_config Config = dcl_config{}>
struct dcl {
  struct options {
    double temperature = 0.1;
    double sigma = 0.5;  ///< of the weights
  };
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) { return stacks_two_views(in[0]); }

  template <class Env, shape In>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.n, row = round_up(rows, block_elements);
    static constexpr bool weighted = Config.weights == positive_weights::hard_first;
    using in_cells = detail::pairwise_contrast<Env, ops::denominator::negatives, rows, In.c, strip_rows(Config.form, rows)>;
    static constexpr index workspace = in_cells::workspace + (weighted ? 2 * row : 0);

    static void run(typename Env::context& c, options const& o, loss_arguments<T, 1> const& a) {
      T const temperature = static_cast<T>(o.temperature);
      T* weights = weighted ? a.workspace : nullptr;
      in_cells const contrast(a.workspace + (weighted ? 2 * row : 0));
      contrast.normalise(c, a.x[0]);
      contrast.compare(c, temperature);
      if constexpr (weighted)
        weigh(c, contrast.positive, static_cast<T>(o.temperature / o.sigma), weights, weights + row, contrast.dot);
      contrast.mean_loss(c, weights, a.loss);
      if (a.gx[0] != nullptr) contrast.gradient(c, temperature, weights, a.weight, a.gx[0]);
    }

   private:
    static void weigh(typename Env::context& c, T const* positive, T factor, T* weights, T* probability, T* scratch) {
      backend::map2d(c, 1, rows / 2, ops::pair_logit_cell<T>{positive, probability, factor});
      ops::softmax_rows<backend, T>(c, 1, rows / 2, probability, probability, scratch);
      backend::map2d(c, 1, rows, ops::pair_weight_cell<T>{probability, weights, rows});
    }
  };
};

}  // namespace ssl::losses
