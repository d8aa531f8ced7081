// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/shape.hpp"

namespace ssl::detail {

/// The free places of an arena that grows upwards: gaps below a height, above which everything is free. For use by the compiler, which
/// counts steps: the cost of a call is the number of gaps, and there are few.
template <int Capacity>
class free_places {
 public:
  /// The lowest place that is large enough.
  constexpr index take(index elements) {
    for (int i = 0; i < gaps_; ++i) {
      if (gap_[i].end - gap_[i].begin < elements) continue;
      index const place = gap_[i].begin;
      gap_[i].begin += elements;
      if (gap_[i].begin == gap_[i].end) remove(i);
      return place;
    }
    index const place = height_;
    height_ += elements;
    if (height_ > peak_) peak_ = height_;
    return place;
  }

  constexpr void give_back(index begin, index elements) {
    index const end = begin + elements;
    if (elements == 0) return;
    if (end == height_) {
      height_ = begin;
      if (gaps_ > 0 && gap_[gaps_ - 1].end == height_) height_ = gap_[--gaps_].begin;
      return;
    }
    int above = gaps_;
    while (above > 0 && gap_[above - 1].begin > begin) --above;
    bool const joins_below = above > 0 && gap_[above - 1].end == begin, joins_above = above < gaps_ && gap_[above].begin == end;
    if (joins_below && joins_above)
      gap_[above - 1].end = gap_[above].end, remove(above);
    else if (joins_below)
      gap_[above - 1].end = end;
    else if (joins_above)
      gap_[above].begin = begin;
    else
      insert(above, {begin, end});
  }

  /// The greatest height so far.
  constexpr index peak() const { return peak_; }

 private:
  struct gap {
    index begin, end;
  };
  constexpr void remove(int at) {
    for (--gaps_; at < gaps_; ++at) gap_[at] = gap_[at + 1];
  }
  constexpr void insert(int at, gap g) {
    for (int i = gaps_++; i > at; --i) gap_[i] = gap_[i - 1];
    gap_[at] = g;
  }

  gap gap_[Capacity] = {};
  int gaps_ = 0;
  index height_ = 0;
  index peak_ = 0;
};

}  // namespace ssl::detail
