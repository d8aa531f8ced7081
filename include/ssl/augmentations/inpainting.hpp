// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/mask.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/piece.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "ssl/core/fields.hpp"
#include "ssl/core/philox.hpp"

namespace ssl::augmentations {

/// Overwrites what a mask hides by one value for each channel.
///
/// Shapes  image: (H, W, C) of `size`, in place; mask: (H, W); fill: entry c belongs to channel c
template <class T, class Fill>
void fill_hidden(std::int32_t const* mask, Fill const* fill, shape size, T* image) {
  for (index i = 0; i < size.tokens(); ++i)
    for (int c = 0; c < size.c; ++c)
      if (mask[i] != 0) image[i * size.c + c] = static_cast<T>(fill[c]);
}

struct centre_hole_config {
  int ring = 4;  ///< pixels inside the border of the central half that stay visible, and are to be predicted all the same
  friend constexpr bool operator==(centre_hole_config const&, centre_hole_config const&) = default;
};

/// Hides the middle of an image: the half of its height and width, less a ring. The whole half is to be predicted.
///
/// Shapes  (H, W), 0 or 1
/// Errors  compile time: E132 (the ring leaves no hole)
/// Source  context encoder, Pathak et al. 2016, arXiv:1604.07379, train.lua with overlapPred 4 at 128 pixels
template <centre_hole_config Config = centre_hole_config{}>
struct centre_hole {
  struct options {};
  static constexpr bool accepts(shape image) {
    return Config.ring >= 0 && 2 * (image.h / 4 + Config.ring) < image.h && 2 * (image.w / 4 + Config.ring) < image.w;
  }
  static constexpr shape extents(shape image) { return {1, image.h, image.w, 1}; }
  static constexpr crop_box predicted(shape image) {
    return {image.h / 4, image.w / 4, image.h - 2 * (image.h / 4), image.w - 2 * (image.w / 4)};
  }
  static void draw(options const&, draws&, shape image, std::int32_t* out, scratch&) {
    int const above = image.h / 4 + Config.ring, before = image.w / 4 + Config.ring;
    for (int y = 0; y < image.h; ++y)
      for (int x = 0; x < image.w; ++x) *out++ = y >= above && y < image.h - above && x >= before && x < image.w - before;
  }
};

/// Hides a region of random shape: places where smooth noise is low. The noise is uniform on a coarse grid and interpolated by
/// cubics; it is drawn anew until the hidden share lies between two bounds, a hundred times at most.
///
/// Shapes  (H, W), 0 or 1
/// Source  context encoder, train_random.lua. Deviation: one region for each image, where the published code has one for each
///         batch, cut from one large pattern made once
struct random_region {
  struct options {
    float resolution = 0.06f;  ///< grid places a pixel, at most 1
    float threshold = 0.25f;   ///< noise below hides
    float share_low = 0.2f;    ///< of the pixels
    float share_high = 0.3f;
    PRETEXT_FIELDS(resolution, threshold, share_low, share_high)
  };
  static constexpr shape extents(shape image) { return {1, image.h, image.w, 1}; }
  static void draw(options const& o, draws& d, shape image, std::int32_t* out, scratch& memory) {
    for (int tries = 0; tries < 100; ++tries) {
      draw_once(o, d, image, out, memory);
      double const share = static_cast<double>(masked_count(out, image.tokens())) / static_cast<double>(image.tokens());
      if (share >= static_cast<double>(o.share_low) && share <= static_cast<double>(o.share_high)) return;
    }
  }

 private:
  /// The four grid places around a pixel, and what they weigh.
  struct cubic {
    int first;
    float weight[4];
    cubic(float place) : first(static_cast<int>(place)) {
      constexpr resample_config keys{filter::bicubic, antialias::on};
      for (int k = 0; k < 4; ++k)
        weight[k] =
            static_cast<float>(detail::filter_value<keys>(static_cast<double>(place) - static_cast<double>(first + k - 1)));
    }
  };

  static void draw_once(options const& o, draws& d, shape image, std::int32_t* out, scratch& memory) {
    float const shift_y = d.uniform(), shift_x = d.uniform();
    int const rows = static_cast<int>(static_cast<float>(image.h) * o.resolution) + 5;
    int const width = static_cast<int>(static_cast<float>(image.w) * o.resolution) + 5;
    float* const noise = memory.floats(0, index{rows} * width);
    float* const line = memory.floats(1, width);
    for (int i = 0; i < rows * width; ++i) noise[i] = d.uniform();
    for (int y = 0; y < image.h; ++y) {
      cubic const down(shift_y + static_cast<float>(y) * o.resolution);
      for (int x = 0; x < width; ++x) {
        line[x] = 0;
        for (int k = 0; k < 4; ++k) line[x] += down.weight[k] * noise[(down.first + k) * width + x];
      }
      for (int x = 0; x < image.w; ++x) {
        cubic const across(shift_x + static_cast<float>(x) * o.resolution);
        float value = 0;
        for (int k = 0; k < 4; ++k) value += across.weight[k] * line[across.first + k];
        *out++ = value < o.threshold;
      }
    }
  }
};

/// The part of an image that is to be predicted: all of it, unless the mask says `predicted(image)`.
template <class Mask>
constexpr crop_box predicted_box(shape image) {
  if constexpr (requires { Mask::predicted(image); })
    return Mask::predicted(image);
  else
    return {0, 0, image.h, image.w};
}

/// The task of inpainting: a view whose hidden part is filled with one colour, and the part of the view that is to be predicted.
///
/// Shapes   group 0: the context (H, W, C); group 1: the predicted part (h, w, C); mask wire 0: (h, w), 1 where that part is hidden
/// Units    fill: as the view's values, behind its normalisation; 0 is the mean colour
/// Source   Pathak et al. 2016, arXiv:1604.07379
template <class Mask>
struct inpainting {
  struct options {
    typename Mask::options mask{};
    float fill[channel_statistics::capacity] = {};
    PRETEXT_FIELDS(mask, fill)
  };
  static constexpr bool accepts(shape image) {
    return accepts_image<Mask>(image) && Mask::extents(image) == shape{1, image.h, image.w, 1} &&
           image.c <= channel_statistics::capacity;
  }
  static constexpr view_layout layout(shape image) {
    crop_box const box = predicted_box<Mask>(image);
    view_group const context{1, image.with_batch(1)}, part{1, {1, box.height, box.width, image.c}};
    return {.groups = 2, .group = {context, part}, .mask_wires = 1, .mask = {{1, part.size.with_channels(1)}}};
  }
  static void apply(shape image, options const& o, draws& d, float const* view, sample_output const& out, scratch& memory) {
    view_layout const l = layout(image);
    crop_box const box = predicted_box<Mask>(image);
    std::int32_t* const mask = memory.integers(0, image.tokens());
    Mask::draw(o.mask, d, image, mask, memory);
    cut_piece(view, image, box, out.view(l, 1, 0));
    cut_piece(mask, image.with_channels(1), box, out.mask(l, 0, 0));
    float* const context = out.view(l, 0, 0);
    for (index i = 0; i < image.tokens() * image.c; ++i) context[i] = view[i];
    fill_hidden(mask, o.fill, image, context);
  }
};

/// Values in [-1, 1], as the last activation of the context encoder's decoder has them.
inline constexpr channel_statistics plus_minus_one{.mean = {0.5f, 0.5f, 0.5f},
                                                   .deviation = {0.5f, 0.5f, 0.5f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};

struct inpainting_chain
    : chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>, named<"normalise", normalise>> {};

/// The views of the context encoder. Mask: `centre_hole<>` at 128 pixels, `centre_hole<centre_hole_config{.ring = 2}>` at 32, or
/// `random_region`.
///
/// Source  pathak22/context-encoder: train.lua, donkey_folder.lua: a square of 128 pixels of an image whose short side is 350; flip; values
///         in [-1, 1]; the fill 2 (117, 104, 123) / 255 - 1. Deviation: a square of a tenth to a seventh of the area, which is that for
///         images of 4:3 to 1:1
template <class Mask = centre_hole<>>
struct context_encoder : task_views<inpainting_chain, inpainting<Mask>> {
  struct options : task_views<inpainting_chain, inpainting<Mask>>::options {
    constexpr options() {
      this->chain.template get<"crop">() =
          random_resized_crop_options{.scale_low = 0.1f, .scale_high = 0.134f, .ratio_low = 1, .ratio_high = 1};
      this->chain.template get<"normalise">() = plus_minus_one;
      this->task.fill[0] = 2 * 117 / 255.0f - 1, this->task.fill[1] = 2 * 104 / 255.0f - 1,
      this->task.fill[2] = 2 * 123 / 255.0f - 1;
    }
  };
};

/// The same for small images, which are cropped less: to at least half of their area.
template <class Mask = centre_hole<centre_hole_config{.ring = 2}>>
struct context_encoder_small : context_encoder<Mask> {
  struct options : context_encoder<Mask>::options {
    constexpr options() { this->chain.template get<"crop">() = random_resized_crop_options{.scale_low = 0.5f}; }
  };
};

}  // namespace ssl::augmentations
