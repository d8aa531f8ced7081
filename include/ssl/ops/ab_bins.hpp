// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/fields.hpp"
#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"

/// \file
/// The 313 colours of colorization: the places (a, b) of a grid of step 10 that sRGB reaches, numbered by a, then by b.
///
/// Source  Zhang, Isola, Efros 2016, arXiv:1603.08511: the authors' pts_in_hull.npy, given here by its first and last b for each
///         a (no rule was found that makes exactly this set)
namespace ssl::ops {

inline constexpr int ab_bin_count = 313;

/// The bins of one a.
struct ab_row {
  int a = 0, b_first = 0, b_last = 0;
  PRETEXT_HD constexpr int count() const { return (b_last - b_first) / 10 + 1; }
};

inline constexpr int ab_row_count = 20;
PRETEXT_HD constexpr ab_row ab_row_at(int row) {
  constexpr signed char first[ab_row_count] = {50,  20,  0,   -20,  -30,  -40,  -50,  -50,  -60,  -70,
                                               -80, -80, -90, -100, -100, -110, -110, -110, -110, -90};
  constexpr signed char last[ab_row_count] = {90, 90, 90, 90, 100, 100, 100, 100, 100, 100,
                                              90, 90, 90, 90, 80,  80,  80,  70,  70,  0};
  return {10 * row - 90, first[row], last[row]};
}

struct ab_colour {
  int a = 0, b = 0;
  friend constexpr bool operator==(ab_colour const&, ab_colour const&) = default;
};

/// The colour of a bin, 0 to 312.
PRETEXT_HD constexpr ab_colour ab_of_bin(int bin) {
  int row = 0;
  while (bin >= ab_row_at(row).count()) bin -= ab_row_at(row++).count();
  return {ab_row_at(row).a, ab_row_at(row).b_first + 10 * bin};
}

/// The Count bins nearest to a colour, nearest first (of equally near ones the lower number), and what each weighs.
///
/// Formula  w = exp(-distance^2 / (2 sigma^2)), normalised to sum 1
/// Units    a, b, sigma: as in Lab; the authors take sigma 5, and 5 bins in the paper, 10 in their code
template <int Count, class T>
PRETEXT_HD void soft_ab_bins(T a, T b, T sigma, int* bins, T* weights) {
  static_assert(Count > 0 && Count <= ab_bin_count);
  int found = 0, bin = 0;
  for (int row = 0; row < ab_row_count; ++row) {
    ab_row const r = ab_row_at(row);
    for (int at = r.b_first; at <= r.b_last; at += 10, ++bin) {
      T const da = a - static_cast<T>(r.a), db = b - static_cast<T>(at), distance = da * da + db * db;
      if (found == Count && !(distance < weights[Count - 1])) continue;
      int place = found < Count ? found++ : Count - 1;
      for (; place > 0 && distance < weights[place - 1]; --place)
        bins[place] = bins[place - 1], weights[place] = weights[place - 1];
      bins[place] = bin, weights[place] = distance;
    }
  }
  T const nearest = weights[0];  // taken away, so that a colour far from all bins has weights too
  T sum = T(0);
  for (int k = 0; k < Count; ++k) sum += weights[k] = math::exp((nearest - weights[k]) / (T(2) * sigma * sigma));
  for (int k = 0; k < Count; ++k) weights[k] /= sum;
}

/// The mean colour of a distribution over the bins: with probabilities softmax(logits / 0.38), the annealed mean.
template <class T>
PRETEXT_HD void mean_ab(T const* probability, T& a, T& b) {
  a = b = T(0);
  int bin = 0;
  for (int row = 0; row < ab_row_count; ++row) {
    ab_row const r = ab_row_at(row);
    for (int at = r.b_first; at <= r.b_last; at += 10, ++bin) {
      a += probability[bin] * static_cast<T>(r.a);
      b += probability[bin] * static_cast<T>(at);
    }
  }
}

/// The annealed mean: the mean colour of softmax(logits / temperature). A low temperature takes the likeliest colour, which is vivid but
/// spotty, a high one the mean, which is smooth but grey.
///
/// Shapes   logits: (313)
/// Source   Zhang et al. 2016, section 2.3: temperature 0.38
template <class T>
PRETEXT_HD void annealed_mean_ab(T const* logits, T temperature, T& a, T& b) {
  T largest = logits[0], sum = T(0);
  for (int q = 1; q < ab_bin_count; ++q) largest = math::max(largest, logits[q]);
  a = b = T(0);
  int bin = 0;
  for (int row = 0; row < ab_row_count; ++row) {
    ab_row const r = ab_row_at(row);
    for (int at = r.b_first; at <= r.b_last; at += 10, ++bin) {
      T const p = math::exp((logits[bin] - largest) / temperature);
      sum += p, a += p * static_cast<T>(r.a), b += p * static_cast<T>(at);
    }
  }
  a /= sum, b /= sum;
}

/// A number for each bin.
struct ab_bin_values {
  double of[ab_bin_count] = {};
  PRETEXT_FIELDS(of)
};
constexpr ab_bin_values all_ab_bins(double value) {
  ab_bin_values all;
  for (double& v : all.of) v = value;
  return all;
}

/// Weights of the bins by how rare they are, so that the grey of skies and walls does not decide everything.
///
/// Formula  w_q ~ ((1 - gamma) p_q + gamma u)^-alpha, scaled so that sum_q p_q w_q = 1; u is one over the number of bins with p_q > 0.
///          A colour that the prior does not know weighs as the rarest can; with gamma 0 it weighs nothing
/// Shapes   prior, weights: (313); prior sums to 1
/// Source   Zhang et al. 2016, equation 4: gamma 0.5, alpha 1, and p smoothed by a Gaussian of deviation 5
template <class T>
void rebalance_ab_bins(T const* prior, T gamma, T alpha, T* weights) {
  int present = 0;
  for (int q = 0; q < ab_bin_count; ++q) present += prior[q] > T(0);
  T mean = T(0);
  for (int q = 0; q < ab_bin_count; ++q) {
    T const mixed = (T(1) - gamma) * prior[q] + gamma / static_cast<T>(present);
    weights[q] = mixed > T(0) ? math::pow(mixed, -alpha) : T(0);
    mean += prior[q] * weights[q];
  }
  for (int q = 0; q < ab_bin_count; ++q) weights[q] /= mean;
}

}  // namespace ssl::ops
