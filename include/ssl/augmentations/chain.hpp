// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <type_traits>
#include <utility>

#include "ssl/augmentations/detail/chain_passes.hpp"
#include "ssl/augmentations/detail/check_picture.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/stage.hpp"
#include "ssl/core/fixed_string.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/type_list.hpp"

namespace ssl::augmentations {

namespace detail {

template <class Named>
struct stage_options {
  typename Named::type::options value{};
};

template <class Named>
struct stage_drawn {
  typename Named::type::drawn value{};
};

/// The picture as it is, which must have the run's size.
struct whole_picture {
  image_view picture;

  void rows(int first, tile<float> t) const {
    std::uint8_t const* const in = picture.data + index{first} * t.width * t.channels;
    for (int c = 0; c < t.channels; ++c) {
      float* const __restrict__ out = t.channel(c);
      for (int i = 0; i < t.pixels(); ++i) out[i] = static_cast<float>(in[i * t.channels + c]) * unit_of_bytes<float>;
    }
  }
};

/// Planes to pixels.
template <colours Colours>
void interleave(tile<float> t, float* __restrict__ out) {
  if constexpr (Colours == colours::rgb) {
    float const* __restrict__ const r = t.channel(0);
    float const* __restrict__ const g = t.channel(1);
    float const* __restrict__ const b = t.channel(2);
    for (int i = 0; i < t.pixels(); ++i) {
      out[3 * i] = r[i];
      out[3 * i + 1] = g[i];
      out[3 * i + 2] = b[i];
    }
  } else {
    for (int c = 0; c < t.channels; ++c) {
      float const* __restrict__ const v = t.channel(c);
      for (int i = 0; i < t.pixels(); ++i) out[index{i} * t.channels + c] = v[i];
    }
  }
}

}  // namespace detail

/// Whether a chain has the stage that is asked for.
template <bool There>
struct stage_is_there {
  static_assert(There,
                "ssl[E131]: this augmentation chain has no stage of that name; use one of the names in its `named<...>` list "
                "(docs/errors.md#e131)");
};

/// The numbers of a chain's stages, reached by the stages' names: `options.get<"blur">().sigma_low_px`.
template <class... Named>
struct chain_options : detail::stage_options<Named>... {
  template <fixed_string Name>
  constexpr auto& get() {
    static_assert(sizeof(stage_is_there<has<Name>>) > 0);
    return static_cast<detail::stage_options<stage_called<Name>>&>(*this).value;
  }
  template <fixed_string Name>
  constexpr auto const& get() const {
    static_assert(sizeof(stage_is_there<has<Name>>) > 0);
    return static_cast<detail::stage_options<stage_called<Name>> const&>(*this).value;
  }
  template <fixed_string Name>
  static constexpr bool has = find_label(type_list<Named...>{}, Name.text) >= 0;

  /// Calls f(name, options) for each stage, in order.
  template <class F>
  constexpr void for_each(F&& f) {
    (f(Named::label(), static_cast<detail::stage_options<Named>&>(*this).value), ...);
  }
  template <class F>
  constexpr void for_each(F&& f) const {
    (f(Named::label(), static_cast<detail::stage_options<Named> const&>(*this).value), ...);
  }

 private:
  template <fixed_string Name>
  using stage_called = type_at<has<Name> ? find_label(type_list<Named...>{}, Name.text) : 0, type_list<Named...>>;
};

/// Whether the stages of a chain stand in an order that works.
template <bool Valid>
struct stage_order {
  static_assert(Valid,
                "ssl[E130]: a stage that samples the picture, such as a crop, is not the first of its augmentation chain; "
                "make it the first, and the only one (docs/errors.md#e130)");
};

/// Stages, `named<"crop", random_resized_crop<>>`, `named<"flip", random_horizontal_flip>`, ..., applied in order to make one
/// view of an 8-bit picture.
///
/// Stage i draws from the stream of operation i, so that no stage's draws depend on another's. Neighbouring stages that need no
/// more than a pixel's row share one pass over the pixels; a pass is made anew only for a stage that needs the whole image (a
/// blur) or a number summed over it (the mean of a contrast). The first pass reads the bytes, the last one writes the view.
///
/// Shapes  picture: (height, width, image.c), 8 bit, any size where the first stage samples, else the size of the image;
///         out: (image.h, image.w, image.c), floats
/// Errors  compile time: E130 (a sampling stage that is not the first), E131 (no stage of that name); run time: E602 (channels),
///         E603 (no pixels), E607 (no stage samples, and the picture has another size than the image)
/// Cost    `passes` passes; no allocation once the scratch has seen the largest picture
template <fusion Fusion, class... Named>
struct basic_chain {
  static_assert(sizeof...(Named) > 0);
  using stages = type_list<Named...>;
  using options = chain_options<Named...>;
  static constexpr int size = sizeof...(Named);

 private:
  template <int I>
  using stage = typename type_at<I, stages>::type;
  static constexpr detail::pass_table<size> table{Fusion, {Named::type::kind...}};

 public:
  /// A stage that samples is the first, and no other one is.
  static constexpr bool valid = table.sampling_is_first();
  static constexpr bool accepts(shape image) { return (accepts_image<typename Named::type>(image) && ...); }
  /// How often the pixels are walked through.
  static constexpr int passes = table.passes;

  /// Writes one view. The key's operation is set here.
  static void apply(shape image, options const& o, draw_key key, image_view picture, float* out, scratch& memory) {
    static_assert(sizeof(stage_order<valid>) > 0);
    detail::check_picture(image, picture, stage<0>::kind == stage_kind::sampling);
    if (image.c == 3) {
      view<colours::rgb>(image, o, key, picture, out, memory).run();
    } else {
      view<colours::other>(image, o, key, picture, out, memory).run();
    }
  }

  /// What the chain's normalisation does to a value, for those who must treat images alike later; nothing where there is none.
  static constexpr channel_statistics statistics(options const& o) {
    channel_statistics found{};
    o.for_each([&found](char const*, auto const& stage) {
      if constexpr (std::is_same_v<decltype(stage), channel_statistics const&>) found = stage;
    });
    return found;
  }

 private:
  /// The making of one view.
  template <colours Colours>
  class view {
   public:
    view(shape image, options const& o, draw_key key, image_view picture, float* out, scratch& memory)
        : image_(image),
          picture_(picture),
          out_(out),
          memory_(memory),
          tile_rows_(math::min(image.h, math::max(1, tile_pixels / image.w))) {
      for_each_index<size>([&]<int I>() {
        key.operation = I;
        draws stream(key);
        drawn<I>() =
            stage<I>::draw(static_cast<detail::stage_options<type_at<I, stages>> const&>(o).value, stream, image, picture);
      });
      if constexpr (passes > 1) current_ = memory.floats(0, plane() * image.c);
      if constexpr (table.neighbourhoods > 0) spare_ = memory.floats(1, plane() * image.c);
      tile_ = memory.floats(2, index{tile_rows_} * image.w * image.c);
    }

    void run() {
      for_each_index<passes>([&]<int Pass>() { pass<Pass>(); });
    }

   private:
    static constexpr int tile_pixels = 512;  // a few kilobytes, so that a tile stays in the first cache
    struct nothing {};

    template <int Pass>
    void pass() {
      constexpr int source = table.source(Pass);
      if constexpr (Pass == 0 && source < 0) {
        walk<Pass>(detail::whole_picture{picture_}, current_);
      } else if constexpr (source < 0) {
        walk<Pass>(nothing{}, current_);
      } else if constexpr (stage<source>::kind == stage_kind::sampling) {
        walk<Pass>(stage<source>::source(drawn<source>(), picture_, image_, memory_), current_);
      } else if (!stage<source>::active(drawn<source>())) {
        walk<Pass>(nothing{}, current_);
      } else {
        walk<Pass>(stage<source>::source(drawn<source>(), tile<float>{current_, plane(), image_.c, image_.h, image_.w}, memory_),
                   spare_);
        std::swap(current_, spare_);
      }
      for_each_index<size>([&]<int I>() {
        if constexpr (stage<I>::kind == stage_kind::split && table.first[I] == Pass) stage<I>::measured(drawn<I>(), image_);
      });
    }

    /// Goes through the image tile by tile: fills the tile from the source, applies the pass's stages, and passes it on.
    template <int Pass, class Source>
    void walk(Source const& source, float* whole) {
      constexpr bool last = Pass + 1 == passes, makes = !std::is_same_v<Source, nothing>;
      for (int first = 0; first < image_.h; first += tile_rows_) {
        int const rows = math::min(tile_rows_, image_.h - first);
        float* const place = out_ + index{first} * image_.w * image_.c;
        tile<float> t{whole + index{first} * image_.w, plane(), image_.c, rows, image_.w, first};
        if constexpr (last && makes) t = {image_.c == 1 ? place : tile_, index{rows} * image_.w, image_.c, rows, image_.w, first};
        if constexpr (makes) source.rows(first, t);
        for_each_index<size>([&]<int I>() { stage_in<Pass, I>(t); });
        if constexpr (last) {
          if (t.data != place) detail::interleave<Colours>(t, place);
        }
      }
    }

    template <int Pass, int I>
    void stage_in(tile<float> t) {
      using S = stage<I>;
      if constexpr (S::kind == stage_kind::pointwise) {
        if constexpr (table.first[I] == Pass) S::template apply<Colours>(drawn<I>(), t);
      } else if constexpr (S::kind == stage_kind::split) {
        if constexpr (table.first[I] == Pass) {
          S::template before<Colours>(drawn<I>(), t);
          S::template measure<Colours>(drawn<I>(), t);
        }
        if constexpr (table.last[I] == Pass) S::template after<Colours>(drawn<I>(), t);
      }
    }

    struct all_drawn : detail::stage_drawn<Named>... {};
    template <int I>
    auto& drawn() {
      return static_cast<detail::stage_drawn<type_at<I, stages>>&>(drawn_).value;
    }
    index plane() const { return image_.tokens(); }

    shape image_;
    image_view picture_;
    float* out_;
    scratch& memory_;
    int tile_rows_;
    all_drawn drawn_{};
    float* current_ = nullptr;
    float* spare_ = nullptr;
    float* tile_ = nullptr;
  };
};

template <class... Named>
using chain = basic_chain<fusion::on, Named...>;

}  // namespace ssl::augmentations
