// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"
#include "ssl/ops/ab_bins.hpp"

/// Cells of colorization's loss. A place of the logits' map has the colour of the pixel in its upper left corner; its target lies on a
/// few bins, nearest first.
namespace ssl::ops {

/// Where the colours of a map's places are found in a picture that is `stride` times as high and wide.
template <class T>
struct place_colours {
  T const* ab;
  int map_h, map_w, stride;
  T scale;  ///< of ab, to the units of Lab
  PRETEXT_HD T const* at(index place) const {
    index const x = place % map_w, y = place / map_w % map_h, n = place / map_w / map_h;
    return ab + 2 * (((n * map_h + y) * stride * map_w + x) * stride);
  }
  PRETEXT_HD T a(index place) const { return scale * at(place)[0]; }
  PRETEXT_HD T b(index place) const { return scale * at(place)[1]; }
};

/// colourful = 1 for an image with any |a| or |b| above a limit, else 0, as a cell over (image, 0).
template <class T>
struct colourful_cell {
  place_colours<T> colours;
  T limit;
  T* colourful;
  PRETEXT_HD void operator()(index n, index) const {
    index const places = index{colours.map_h} * colours.map_w;
    T found = T(0);
    for (index i = n * places; i < (n + 1) * places; ++i)
      if (math::abs(colours.a(i)) > limit || math::abs(colours.b(i)) > limit) found = T(1);
    colourful[n] = found;
  }
};

/// The soft target of each place, and what the place weighs: its image's `colourful` times the weight of its nearest bin.
template <int Count, class T>
struct soft_ab_cell {
  place_colours<T> colours;
  T sigma;
  T const* colourful;
  T* bin;
  T* share;
  T* weight;
  T class_weight[ab_bin_count];
  PRETEXT_HD void operator()(index r, index) const {
    int bins[Count];
    soft_ab_bins<Count>(colours.a(r), colours.b(r), sigma, bins, share + r * Count);
    for (int k = 0; k < Count; ++k) bin[r * Count + k] = static_cast<T>(bins[k]);
    weight[r] = class_weight[bins[0]] * colourful[r / colours.map_w / colours.map_h];
  }
};

/// share -log(probability), to be summed over the few bins of a row.
template <class T>
struct few_bins_term {
  T const* bin;
  T const* share;
  T const* x;
  T const* log_sum;
  index few;
  PRETEXT_HD T operator()(index r, index k) const {
    index const q = static_cast<index>(bin[r * few + k]);
    return share[r * few + k] * (log_sum[r] - x[r * ab_bin_count + q]);
  }
};

/// value times weight of row i, as a sum over (0, i).
template <class T>
struct weighted_row {
  T const* value;
  T const* weight;
  PRETEXT_HD T operator()(index, index i) const { return value[i] * weight[i]; }
};

/// gx = factor weight probability: the part of the gradient that all bins have,
template <class T>
struct all_bins_gradient_cell {
  T const* x;
  T const* log_sum;
  T const* weight;
  T* gx;
  T factor;
  PRETEXT_HD void operator()(index r, index q) const {
    gx[r * ab_bin_count + q] = factor * weight[r] * math::exp(x[r * ab_bin_count + q] - log_sum[r]);
  }
};
/// and gx -= factor weight share, that of the few.
template <class T>
struct few_bins_gradient_cell {
  T const* bin;
  T const* share;
  T const* weight;
  T* gx;
  index few;
  T factor;
  PRETEXT_HD void operator()(index r, index k) const {
    gx[r * ab_bin_count + static_cast<index>(bin[r * few + k])] -= factor * weight[r] * share[r * few + k];
  }
};

}  // namespace ssl::ops
