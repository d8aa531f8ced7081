// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"

/// \file
/// Images that a program already has in memory, and parts of other data sets.
namespace ssl::data {

namespace detail {

inline void check_extents(shape extents, std::size_t pixels, std::size_t labels) {
  auto const text = [](shape s) {
    return std::to_string(s.n) + "x" + std::to_string(s.h) + "x" + std::to_string(s.w) + "x" + std::to_string(s.c);
  };
  if (extents.n < 0 || !extents.with_batch(1).positive()) {
    throw data_error(605, "images of " + text(extents) + " (N, H, W, C): expected positive extents");
  }
  if (static_cast<index>(pixels) != extents.elements()) {
    throw data_error(605, "images of " + text(extents) + " (N, H, W, C): expected " + std::to_string(extents.elements()) +
                              " bytes of pixels, found " + std::to_string(pixels));
  }
  if (labels != 0 && static_cast<index>(labels) != extents.n) {
    throw data_error(605, "expected " + std::to_string(extents.n) + " labels, one for each image, or none at all, found " +
                              std::to_string(labels));
  }
}

}  // namespace detail

/// Equal images in memory: `Pixels` and `Labels` own them, or point to where somebody else keeps them.
///
/// Shapes   pixels: (N, H, W, C), 8 bits; labels: (N), or empty where nothing is known (each label is then -1)
/// Errors   E605 (sizes that do not agree)
template <class Pixels, class Labels>
class equal_images {
 public:
  equal_images(shape extents, Pixels pixels, Labels labels = {})
      : extents_(extents), pixels_(std::move(pixels)), labels_(std::move(labels)) {
    detail::check_extents(extents_, pixels_.size(), labels_.size());
  }

  index size() const { return extents_.n; }
  image_view image(index i) const {
    return {pixels_.data() + i * extents_.with_batch(1).elements(), extents_.h, extents_.w, extents_.c};
  }
  std::int32_t label(index i) const { return labels_.empty() ? -1 : labels_[static_cast<std::size_t>(i)]; }

 private:
  shape extents_;
  Pixels pixels_;
  Labels labels_;
};

/// Images that somebody else owns and keeps.
using image_span = equal_images<std::span<std::uint8_t const>, std::span<std::int32_t const>>;
/// Images of its own.
using in_memory_images = equal_images<std::vector<std::uint8_t>, std::vector<std::int32_t>>;

/// The first images of another data set, which must outlive this one.
template <dataset D>
class first {
 public:
  /// Errors  E605 (`count` is negative or more than there are)
  first(D const& whole, index count) : whole_(&whole), count_(count) {
    index const size = whole.size();
    if (count < 0 || count > size) {
      throw data_error(
          605, "expected 0 to " + std::to_string(size) + " images of a data set, found " + std::to_string(count) + " asked for");
    }
  }
  first(D&&, index) = delete;

  index size() const { return count_; }
  decltype(auto) image(index i) const { return whole_->image(i); }
  std::int32_t label(index i) const requires labelled_dataset<D> { return whole_->label(i); }

 private:
  D const* whole_;
  index count_;
};

/// Chosen images of another data set, which must outlive this one, in the given order; an image may come more than once.
template <dataset D>
class selection {
 public:
  /// Errors  E605 (an index outside the data set)
  selection(D const& whole, std::vector<index> chosen) : whole_(&whole), chosen_(std::move(chosen)) {
    index const size = whole.size();
    for (std::size_t k = 0; k < chosen_.size(); ++k) {
      if (chosen_[k] < 0 || chosen_[k] >= size) {
        throw data_error(605, "expected indices of 0 to " + std::to_string(size - 1) + ", found " + std::to_string(chosen_[k]) +
                                  " at place " + std::to_string(k));
      }
    }
  }
  selection(D&&, std::vector<index>) = delete;

  index size() const { return static_cast<index>(chosen_.size()); }
  decltype(auto) image(index i) const { return whole_->image(chosen_[static_cast<std::size_t>(i)]); }
  std::int32_t label(index i) const requires labelled_dataset<D> { return whole_->label(chosen_[static_cast<std::size_t>(i)]); }

 private:
  D const* whole_;
  std::vector<index> chosen_;
};

static_assert(labelled_dataset<image_span> && labelled_dataset<in_memory_images>);
static_assert(labelled_dataset<first<image_span>> && labelled_dataset<selection<image_span>>);

}  // namespace ssl::data
