// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"
#include "ssl/core/fields.hpp"
#include "ssl/core/image.hpp"
#include "ssl/core/philox.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// What a stage of an augmentation chain is. Inside a chain an image is planar (one plane of floats per channel), so that loops
/// over pixels run at the width of the machine's registers; the last pass interleaves the channels.
///
///   struct options                                                  numbers, with the published values as defaults; PRETEXT_FIELDS
///                                                                   names them
///   struct drawn                                                    what was drawn for one view; the stages read nothing else
///   static drawn draw(options const&, draws&, shape image, image_view)
///   static constexpr stage_kind kind                                and the functions that belong to it:
///
///   static constexpr bool accepts(shape image)                      only where a stage cannot work on every image
///
///   pointwise      template <colours> static void apply(drawn const&, tile<float>)
///   split          template <colours> static void before(drawn const&, tile<float>)
///                  template <colours> static void measure(drawn&, tile<float>)     sums what the whole image must give
///                  static void measured(drawn&, shape image)
///                  template <colours> static void after(drawn const&, tile<float>)
///   sampling       static S source(drawn const&, image_view, shape image, scratch&), where s.rows(int first, tile<float>) fills
///   neighbourhood  static S source(drawn const&, tile<float> whole, scratch&), the same; static bool active(drawn const&)
namespace ssl::augmentations {

enum class stage_kind {
  sampling,       ///< makes the image from the 8-bit picture; the first stage or none
  pointwise,      ///< changes pixels, or their order within a row, knowing their place and nothing of the other rows
  split,          ///< pointwise, then a sum over the image, then pointwise
  neighbourhood,  ///< reads the whole image for each of its rows
};

/// Whether a pixel is a colour. Everything that mixes channels does nothing for `other`, and its code is not there.
enum class colours { rgb, other };

/// Whole rows of a planar image: the pixels of channel c stand at data + c * stride, row by row.
template <class T>
struct tile {
  T* data = nullptr;
  index stride = 0;
  int channels = 0;
  int rows = 0;
  int width = 0;
  int first = 0;  ///< number of the tile's first row in the image

  int pixels() const { return rows * width; }
  T* channel(int c) const { return data + c * stride; }
  T* row(int c, int y) const { return data + c * stride + index{y} * width; }
};

/// An 8-bit value as a float in [0, 1]. One formula everywhere, so that all ways to convert an image give the same bits.
template <class T>
inline constexpr T unit_of_bytes = T(1) / T(255);

}  // namespace ssl::augmentations
