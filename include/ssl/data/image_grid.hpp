// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ssl/augmentations/evaluation.hpp"
#include "ssl/core/error.hpp"
#include "ssl/data/decoded_image.hpp"

namespace ssl::data {

/// A view of training as a picture: its normalisation is undone.
///
/// Shapes  view: (H, W, C) of `size`
inline decoded_image picture_of_view(float const* view, shape size, augmentations::channel_statistics const& statistics = {}) {
  decoded_image picture{size.h, size.w, size.c, std::vector<std::uint8_t>(static_cast<std::size_t>(size.tokens() * size.c))};
  augmentations::to_bytes(view, size, statistics, picture.pixels.data());
  return picture;
}

struct image_grid_options {
  int enlarge = 1;    ///< each pixel becomes a square of so many
  int margin_px = 2;  ///< white, around and between the pictures
};

/// Pictures side by side in rows, as one picture: what people look at.
///
///     image_grid grid{{.enlarge = 3}};
///     for (index i = 0; i < 8; ++i) grid.new_row(), grid.add(original(i)), grid.add(reconstruction(i));
///     decoded_image const all = grid.picture();
///     write_png("reconstructions.png", all);
///
/// Shapes  pictures may differ in size; each stands at the upper left of its cell, which has the largest height and width. One
///         channel is shown grey, of three or more the first three
/// Errors  E603 (a picture without pixels, or of two channels)
class image_grid {
 public:
  explicit image_grid(image_grid_options const& options = {}) : options_(options) {}

  void new_row() { rows_.emplace_back(); }
  /// To the right of the row that was begun last. The pixels are copied.
  void add(image_view v) {
    if (v.data == nullptr || v.height < 1 || v.width < 1 || (v.channels != 1 && v.channels < 3))
      throw data_error(603, "image_grid: expected a picture with pixels, of 1 channel or at least 3; found " +
                                std::to_string(v.height) + "x" + std::to_string(v.width) + "x" + std::to_string(v.channels));
    decoded_image cell{v.height, v.width, 3, {}};
    index const pixels = index{v.height} * v.width;
    for (index i = 0; i < pixels; ++i)
      for (int c = 0; c < 3; ++c) cell.pixels.push_back(v.data[i * v.channels + (v.channels == 1 ? 0 : c)]);
    if (rows_.empty()) new_row();
    rows_.back().push_back(std::move(cell));
    height_ = std::max(height_, v.height), width_ = std::max(width_, v.width);
  }

  /// Everything so far, with three channels.
  decoded_image picture() const {
    std::size_t columns = 0;
    for (auto const& row : rows_) columns = std::max(columns, row.size());
    int const down = height_ * options_.enlarge + options_.margin_px, right = width_ * options_.enlarge + options_.margin_px;
    decoded_image all{down * static_cast<int>(rows_.size()) + options_.margin_px,
                      right * static_cast<int>(columns) + options_.margin_px,
                      3,
                      {}};
    all.pixels.assign(static_cast<std::size_t>(index{all.height} * all.width * 3), 255);
    for (std::size_t r = 0; r < rows_.size(); ++r)
      for (std::size_t c = 0; c < rows_[r].size(); ++c)
        place(rows_[r][c], all, options_.margin_px + down * static_cast<int>(r),
              options_.margin_px + right * static_cast<int>(c));
    return all;
  }

 private:
  void place(decoded_image const& cell, decoded_image& all, int top, int left) const {
    int const scale = options_.enlarge;
    for (int y = 0; y < cell.height * scale; ++y)
      for (int x = 0; x < cell.width * scale; ++x)
        std::copy_n(cell.pixels.begin() + (y / scale * cell.width + x / scale) * 3, 3,
                    all.pixels.begin() + (index{top + y} * all.width + left + x) * 3);
  }

  image_grid_options options_;
  std::vector<std::vector<decoded_image>> rows_;
  int height_ = 0, width_ = 0;  ///< of the largest picture
};

}  // namespace ssl::data
