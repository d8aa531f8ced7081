// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include "ssl/core/image.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// Policy 2: what views are made of an image. An augmentation turns one 8-bit image of any size into groups of equal
/// views (floats, NHWC, normalised), integer labels and integer masks.
///
///   struct options                                             numbers, with the published values as defaults
///   static constexpr view_layout layout(shape image)           what one image contributes; image.n is ignored
///   static void apply(shape image, options const&, draw_key, image_view, sample_output const&, scratch&)
///   static constexpr bool accepts(shape image)                 only where it cannot make its views of every image
///
/// Everything random comes from the key (and its fields `view` and `operation`, which the augmentation sets), so the
/// result depends on nothing else. `apply` is called from several threads at once, each with its own scratch.
namespace ssl::augmentations {

/// Views of one size; a batch holds them view-major: view v of image i stands at row v * batch + i of the group.
struct view_group {
  int views = 0;  ///< per image
  shape size{};   ///< h, w, c of one view; n is 1
  friend constexpr bool operator==(view_group const&, view_group const&) = default;
};

/// What an augmentation makes of one image, batch left out.
struct view_layout {
  static constexpr int capacity = 4;

  int groups = 0;
  view_group group[capacity] = {};
  int label_wires = 0;
  int labels[capacity] = {};   ///< entries per image of each label wire; entry e of image i stands at e * batch + i
  int classes[capacity] = {};  ///< labels of each wire are 0 .. classes - 1; 0: the data set says how many
  int mask_wires = 0;
  view_group mask[capacity] = {};  ///< .views masks per image of .size.elements() integers, view-major as above

  friend constexpr bool operator==(view_layout const&, view_layout const&) = default;
};

/// Where the parts that one image contributes go: this image's places in the arrays of the whole batch.
struct sample_output {
  int batch = 1;
  int position = 0;  ///< of the image in the batch
  float* views[view_layout::capacity] = {};
  std::int32_t* labels[view_layout::capacity] = {};
  std::int32_t* masks[view_layout::capacity] = {};

  float* view(view_layout const& l, int group, int v) const {
    return views[group] + (index{v} * batch + position) * l.group[group].size.elements();
  }
  std::int32_t& label(int wire, int entry) const { return labels[wire][index{entry} * batch + position]; }
  std::int32_t* mask(view_layout const& l, int wire, int v) const {
    return masks[wire] + (index{v} * batch + position) * l.mask[wire].size.elements();
  }
};

/// Whether a stage, chain, task, mask or policy can work on an image; those that do not say take every image.
template <class Part>
constexpr bool accepts_image([[maybe_unused]] shape image) {
  if constexpr (requires { Part::accepts(image); }) {
    return Part::accepts(image);
  } else {
    return true;
  }
}

/// Memory that a thread reuses from image to image; it grows to the largest image seen and never shrinks.
template <class T>
class scratch_of {
 public:
  static constexpr int slots = 8;

  T* floats(int slot, index count) { return grown(floats_[slot], count); }
  int* integers(int slot, index count) { return grown(integers_[slot], count); }

 private:
  template <class Element>
  static Element* grown(std::vector<Element>& v, index count) {
    if (static_cast<index>(v.size()) < count) v.resize(static_cast<std::size_t>(count));
    return v.data();
  }

  std::vector<T> floats_[slots];
  std::vector<int> integers_[slots];
};

using scratch = scratch_of<float>;

}  // namespace ssl::augmentations

namespace ssl {

/// One batch in host memory, as an augmentation's layout describes it: what a training step takes.
///
/// Shapes   views[g]: (V, N, H, W, C) of group g; labels[w]: (E, N); masks[w]: (V, N, H, W, C)
struct batch_input {
  static constexpr int capacity = augmentations::view_layout::capacity;

  float const* views[capacity] = {};
  std::int32_t const* labels[capacity] = {};
  std::int32_t const* masks[capacity] = {};
};

template <class A>
concept augmentation = requires(shape image, typename A::options const& options, draw_key key, image_view picture,
                                augmentations::sample_output const& out, augmentations::scratch& memory) {
  { A::layout(image) } -> std::same_as<augmentations::view_layout>;
  A::apply(image, options, key, picture, out, memory);
};

}  // namespace ssl
