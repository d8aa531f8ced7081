// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstring>

#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/packing.hpp"
#include "ssl/backends/cpu/detail/partition.hpp"

/// \file
/// The sliding product that both the forward pass of a convolution and the gradient of its input are.
///
/// No patches are written out: a tile of the images, zeros around it included, is copied to scratch memory, where one row of the
/// kernel is one run of taps_x * channels numbers for every output pixel, and the inner loop of products reads its rows from
/// there.
namespace ssl::backends::cpu_kernels {

/// target(n, place(i, j), o) = bias(o) + sum over ty, tx, c of source(n, i stride + top + ty, j stride + left + tx, c) weight(ty,
/// tx, c, o) for i < rows, j < cols; pixels outside of the source are 0; place(i, j) = (i every + first_row, j every +
/// first_col).
template <class T>
struct correlation {
  int n = 0;
  T const* source = nullptr;
  int h = 0, w = 0, channels = 0;
  int taps_y = 0, taps_x = 0;
  int stride = 1, top = 0, left = 0;
  int rows = 0, cols = 0;
  T* target = nullptr;
  int target_h = 0, target_w = 0, target_channels = 0;
  int every = 1, first_row = 0, first_col = 0;
  T const* weight = nullptr;  ///< panels of tile_columns columns, each (taps_y, taps_x, channels, tile_columns)
  T const* bias = nullptr;

  index run() const { return index{taps_x} * channels; }
  index taps() const { return taps_y * run(); }
  index tile_elements(index images, index tile_rows, index tile_cols, index taps) const {
    return images * ((tile_rows - 1) * stride + taps) * ((tile_cols - 1) * stride + taps_x) * channels;
  }
};

namespace detail {

/// How the outputs of a correlation are cut into tasks: tiles whose part of the source stays in the second cache.
template <class T>
struct correlation_tiles {
  index images = 1, rows, cols;
  index taps;  ///< rows of the kernel that are taken at a time: all of them unless they are huge

  explicit correlation_tiles(correlation<T> const& p) : rows(p.rows), cols(p.cols), taps(p.taps_y) {
    constexpr index cached = index{48} << 10, most = cpu_context::scratch_bytes / static_cast<index>(sizeof(T)), wanted = 12;
    while (cols > 1 && p.tile_elements(1, 1, cols, taps) > cached) cols = parts(cols, 2);
    while (taps > 1 && p.tile_elements(1, 1, cols, taps) > most) taps = parts(taps, 2);
    while (rows > 1 && p.tile_elements(1, rows, cols, taps) > cached) rows = parts(rows, 2);
    auto tasks = [&] { return parts(p.n, images) * parts(p.rows, rows) * parts(p.cols, cols); };
    while (tasks() < wanted && rows * cols > 128 && rows > 1) rows = parts(rows, 2);
    if (rows == p.rows && cols == p.cols)
      while (images * rows * cols < 512 && p.tile_elements(2 * images, rows, cols, taps) <= cached &&
             parts(p.n, 2 * images) >= wanted)
        images *= 2;
  }
};

/// A part of the source as the inner loop reads it.
template <class T>
struct source_tile {
  T const* at;
  index image, row;  ///< distances in elements
};

/// Images first_image.., rows from y and columns from x of the source: where it lies, or copied with zeros around it.
template <class T>
source_tile<T> fetch(correlation<T> const& p, index first_image, index images, index y, index x, index height, index width,
                     T* room) {
  index const pixel = p.channels, line = p.w * pixel, image = p.h * line;
  T const* from = p.source + first_image * image;
  if (y >= 0 && x >= 0 && y + height <= p.h && x + width <= p.w) return {from + y * line + x * pixel, image, line};
  index const left = smaller(larger(-x, 0), width), right = smaller(larger(x + width - p.w, 0), width - left);
  index const inner = width - left - right, out_line = width * pixel;
  auto clear = [](T* to, index count) { std::memset(to, 0, static_cast<std::size_t>(count) * sizeof(T)); };
  T* to = room;
  for (index i = 0; i < images; ++i, from += image)
    for (index r = y; r < y + height; ++r, to += out_line) {
      if (r < 0 || r >= p.h || inner <= 0) {
        clear(to, out_line);
        continue;
      }
      clear(to, left * pixel);
      std::memcpy(to + left * pixel, from + r * line + (x + left) * pixel, static_cast<std::size_t>(inner * pixel) * sizeof(T));
      clear(to + (left + inner) * pixel, right * pixel);
    }
  return {room, height * out_line, out_line};
}

/// Where one tile of outputs lies.
struct output_tile {
  index image, images, row, rows, col, cols;
};

/// All output channels of a tile; `first_tap` rows of the kernel are already added to the target. The weights pass by once for
/// every block of pixels, whose outputs stay in the first caches meanwhile.
template <class T>
void correlate_tile(correlation<T> const& p, output_tile const& o, source_tile<T> const& source, index first_tap, index taps) {
  constexpr int width = tile_columns<T>, block = 16 * tile_rows;
  T const* from[block];
  T* to[block];
  index const pixels = o.images * o.rows * o.cols, channels = p.target_channels;
  T* const target = p.target + o.image * p.target_h * p.target_w * channels;
  alignas(vector_bytes) T bias[width] = {};
  tile_product<T> tile;
  tile.steps = p.run(), tile.segments = taps, tile.a_jump = source.row, tile.b_jump = p.run() * width;
  if (first_tap > 0) tile.beta = T(1);
  index image = 0, row = 0, col = 0;
  for (index done = 0; done < pixels; done += block) {
    index const count = smaller(block, pixels - done);
    for (index i = 0; i < count; ++i) {
      index const y = (o.row + row) * p.every + p.first_row, x = (o.col + col) * p.every + p.first_col;
      from[i] = source.at + image * source.image + row * p.stride * source.row + col * p.stride * p.channels;
      to[i] = target + ((image * p.target_h + y) * p.target_w + x) * channels;
      if (++col == o.cols) {
        col = 0;
        if (++row == o.rows) row = 0, ++image;
      }
    }
    for (index first = 0; first < channels; first += width) {
      tile.columns = smaller(width, channels - first);
      tile.b = p.weight + first * p.taps() + first_tap * tile.b_jump;
      if (p.bias != nullptr && first_tap == 0) {
        for (index c = 0; c < tile.columns; ++c) bias[c] = p.bias[first + c];
        tile.bias = bias;
      }
      for (index i = 0; i < count; i += tile_rows) {
        tile.rows = static_cast<int>(smaller(tile_rows, count - i));
        for (int r = 0; r < tile_rows; ++r) {
          index const at = i + (r < tile.rows ? r : 0);
          tile.a[r] = from[at], tile.c[r] = to[at] + first;
        }
        multiply_tile(tile);
      }
    }
  }
}

}  // namespace detail

template <class T>
void correlate(cpu_context const& context, correlation<T> const& p) {
  using namespace detail;
  if (p.rows <= 0 || p.cols <= 0) return;
  correlation_tiles<T> const tiles(p);
  index const down = parts(p.rows, tiles.rows), across = parts(p.cols, tiles.cols);
  context.parallel(parts(p.n, tiles.images) * down * across, [&](index task, int slot) {
    index const image = task / (down * across) * tiles.images, row = task / across % down * tiles.rows,
                col = task % across * tiles.cols;
    output_tile const o{image, smaller(tiles.images, p.n - image), row, smaller(tiles.rows, p.rows - row),
                        col,   smaller(tiles.cols, p.cols - col)};
    index first = 0;
    do {
      index const taps = smaller(tiles.taps, p.taps_y - first);
      source_tile<T> const source =
          fetch(p, image, o.images, row * p.stride + p.top + first, col * p.stride + p.left, (o.rows - 1) * p.stride + taps,
                (o.cols - 1) * p.stride + p.taps_x, context.scratch<T>(slot));
      correlate_tile(p, o, source, first, taps);
      first += tiles.taps;
    } while (first < p.taps_y);
  });
}

}  // namespace ssl::backends::cpu_kernels
