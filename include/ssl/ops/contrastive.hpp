// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// Cells of contrastive losses over a strip of the similarity matrix: the rows first .. first + (rows of the strip) of n x n.
/// The rows of the batch are stacked view-major, so the positive of an anchor is n / 2 rows away.
namespace ssl::ops {

/// Which similarities stand in an anchor's denominator: all but its own, or also without its positive.
enum class denominator { all_others, negatives };

PRETEXT_HD PRETEXT_INLINE constexpr index positive_of(index anchor, index n) {
  return anchor < n / 2 ? anchor + n / 2 : anchor - n / 2;
}

template <denominator Denominator>
PRETEXT_HD PRETEXT_INLINE constexpr bool is_counted(index anchor, index other, index n) {
  return anchor != other && (Denominator == denominator::all_others || other != positive_of(anchor, n));
}

/// largest = max of the counted similarities of an anchor, and its positive similarity, as a cell over (row of the strip, 0).
template <denominator Denominator, class T>
struct anchor_extremes_cell {
  T const* s;
  T* largest;   ///< (n)
  T* positive;  ///< (n)
  index n;
  index first;
  PRETEXT_HD void operator()(index r, index) const {
    index const anchor = first + r, partner = positive_of(anchor, n);
    T const* row = s + r * n;
    T best = row[Denominator == denominator::all_others ? partner : (anchor == 0 ? 1 : 0)];
    bool found = Denominator == denominator::all_others;
    for (index other = 0; other < n; ++other)
      if (is_counted<Denominator>(anchor, other, n)) best = found ? math::max(best, row[other]) : row[other], found = true;
    largest[anchor] = best;
    positive[anchor] = row[partner];
  }
};

/// exp(s - largest) of what is counted, to be summed along the row.
template <denominator Denominator, class T>
struct counted_exponential {
  T const* s;
  T const* largest;
  index n;
  index first;
  PRETEXT_HD T operator()(index r, index other) const {
    return is_counted<Denominator>(first + r, other, n) ? math::exp(s[r * n + other] - largest[first + r]) : T(0);
  }
};

/// log-sum-exp = scale largest + log(sum); may be stored over `largest`.
template <class T>
struct store_log_sum_exp {
  T const* largest;
  T* log_sum;
  index first;
  T scale = T(1);
  PRETEXT_HD void operator()(index r, T sum) const { log_sum[first + r] = scale * largest[first + r] + math::log(sum); }
};

/// The loss of anchor i, to be summed: log-sum-exp - weight * positive similarity; no weights: 1.
template <class T>
struct anchor_loss {
  T const* log_sum;
  T const* positive;
  T const* weight;
  PRETEXT_HD T operator()(index, index i) const { return log_sum[i] - (weight ? weight[i] : T(1)) * positive[i]; }
};

/// s = d(sum of all anchors' losses) / d(s + its mirror image), in place. The matrix is symmetric, so one product with it gives
/// the gradient of an embedding as anchor and as another's partner.
template <denominator Denominator, class T>
struct contrast_gradient_cell {
  T* s;
  T const* log_sum;
  T const* weight;
  index n;
  index first;
  PRETEXT_HD void operator()(index r, index other) const {
    index const anchor = first + r;
    T const similarity = s[r * n + other];
    T g = is_counted<Denominator>(anchor, other, n)
              ? math::exp(similarity - log_sum[anchor]) + math::exp(similarity - log_sum[other])
              : T(0);
    if (other == positive_of(anchor, n)) g -= weight ? weight[anchor] + weight[other] : T(2);
    s[r * n + other] = g;
  }
};

/// x_i = factor s_i for the pairs i < n / 2: what the weights of positives are a softmax of.
template <class T>
struct pair_logit_cell {
  T const* positive;
  T* x;
  T factor;
  PRETEXT_HD void operator()(index, index i) const { x[i] = factor * positive[i]; }
};

/// weight = 2 - (n / 2) probability, the same for both anchors of a pair.
template <class T>
struct pair_weight_cell {
  T const* probability;  ///< (n / 2)
  T* weight;             ///< (n)
  index n;
  PRETEXT_HD void operator()(index, index i) const { weight[i] = T(2) - T(n / 2) * probability[i % (n / 2)]; }
};

/// Where the positive of a query stands among its similarities: column r step, counted round and round.
struct positive_column {
  index cols;
  index step;
  PRETEXT_HD index operator()(index r) const { return r * step % cols; }
};

/// similarity = factor * sum, in the first column of a matrix.
template <class T>
struct store_first_column {
  T* s;
  index cols;
  T factor;
  PRETEXT_HD void operator()(index r, T sum) const { s[r * cols] = factor * sum; }
};

/// The loss of query r, to be summed over (0, r): log-sum-exp - similarity of its positive.
template <class T>
struct query_loss {
  T const* s;
  T const* log_sum;
  positive_column positive;
  PRETEXT_HD T operator()(index, index r) const { return log_sum[r] - s[r * positive.cols + positive(r)]; }
};

/// s = softmax(s) - 1 for the positive, in place: the gradient of the query's loss with respect to its similarities.
template <class T>
struct query_gradient_cell {
  T* s;
  T const* log_sum;
  positive_column positive;
  PRETEXT_HD void operator()(index r, index c) const {
    index const i = r * positive.cols + c;
    s[i] = math::exp(s[i] - log_sum[r]) - (c == positive(r) ? T(1) : T(0));
  }
};

/// gx (+)= factor x, the factor of a row being `scale` times the first column of s.
template <class T>
struct positive_gradient_cell {
  T const* s;
  index s_cols;
  T const* x;
  T* gx;
  index cols;
  T scale;
  bool accumulates;
  PRETEXT_HD void operator()(index r, index c) const {
    T const g = scale * s[r * s_cols] * x[r * cols + c];
    gx[r * cols + c] = accumulates ? gx[r * cols + c] + g : g;
  }
};

}  // namespace ssl::ops
