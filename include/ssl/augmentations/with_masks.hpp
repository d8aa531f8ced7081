// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "ssl/augmentations/concepts.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "ssl/core/fixed_string.hpp"
#include "ssl/core/type_list.hpp"

namespace ssl::augmentations {

/// Count masks of an image, each drawn by Mask by itself: one mask wire.
template <int Count, class Mask>
struct masks {
  static constexpr int count = Count;
  using mask = Mask;
};

namespace detail {
template <int I, class Mask>
struct numbered_mask_options {
  typename Mask::options value{};
};
template <class Indices, class... Wires>
struct mask_options;
template <std::size_t... I, class... Wires>
struct mask_options<std::index_sequence<I...>, Wires...> : numbered_mask_options<static_cast<int>(I), typename Wires::mask>... {};
}  // namespace detail

/// An augmentation policy with masks besides: `with_masks<two_views<my_chain>, masks<2, block_mask<>>>`. A mask covers one view
/// of the size of the policy's group 0; it is
///
///   struct options
///   static constexpr shape extents(shape image)                                    of the integers of one mask; n and c are 1
///   static constexpr bool accepts(shape image)                                     where it cannot cover every image
///   static void draw(options const&, draws&, shape image, std::int32_t* out, scratch&)
template <class Augmentation, class... Wires>
struct with_masks {
  static constexpr bool valid = !requires { requires !Augmentation::valid; };

  struct options : Augmentation::options, detail::mask_options<std::make_index_sequence<sizeof...(Wires)>, Wires...> {
    /// The numbers of the I-th mask wire.
    template <int I>
    constexpr auto& mask() {
      return static_cast<detail::numbered_mask_options<I, mask_at<I>>&>(*this).value;
    }
    template <int I>
    constexpr auto const& mask() const {
      return static_cast<detail::numbered_mask_options<I, mask_at<I>> const&>(*this).value;
    }
    /// Calls f(name, options) for what the views have, and for each mask wire, named "mask0", "mask1", ...
    template <class F>
    constexpr void for_each(F&& f) const {
      typename Augmentation::options const& of_views = *this;
      if constexpr (requires { of_views.for_each(f); })
        of_views.for_each(f);
      else
        f("views", of_views);
      for_each_index<sizeof...(Wires)>([&]<int I>() {
        name wire("mask");
        wire.append_number(I);
        f(static_cast<char const*>(wire.text), mask<I>());
      });
    }
  };

  static constexpr bool accepts(shape image) {
    return accepts_image<Augmentation>(image) && (accepts_image<typename Wires::mask>(masked(image)) && ...);
  }
  static constexpr view_layout layout(shape image) {
    view_layout l = Augmentation::layout(image);
    ((l.mask[l.mask_wires++] = {Wires::count, Wires::mask::extents(masked(image))}), ...);
    return l;
  }

  static void apply(shape image, options const& o, draw_key key, image_view picture, sample_output const& out, scratch& memory) {
    Augmentation::apply(image, o, key, picture, out, memory);
    view_layout const l = layout(image);
    for_each_index<sizeof...(Wires)>([&]<int I>() {
      int const wire = l.mask_wires - static_cast<int>(sizeof...(Wires)) + I;
      key.operation = static_cast<std::uint16_t>(mask_operation + wire);
      for (int v = 0; v < l.mask[wire].views; ++v) {
        key.view = static_cast<std::uint16_t>(v);
        draws stream(key);
        mask_at<I>::draw(o.template mask<I>(), stream, masked(image), out.mask(l, wire, v), memory);
      }
    });
  }

  static constexpr channel_statistics statistics(options const& o) requires requires { Augmentation::statistics(o); }
  { return Augmentation::statistics(o); }

 private:
  template <int I>
  using mask_at = typename type_at<I, type_list<Wires...>>::mask;
  static constexpr shape masked(shape image) { return Augmentation::layout(image).group[0].size; }
};

}  // namespace ssl::augmentations
