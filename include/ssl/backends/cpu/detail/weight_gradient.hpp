// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/convolution.hpp"
#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/packing.hpp"
#include "ssl/backends/cpu/detail/partition.hpp"
#include "ssl/backends/cpu/detail/workspaces.hpp"

/// \file
/// The gradient of a convolution's weight: gy^T patches, a product whose k are the output pixels. Of the patches only one panel
/// of block_k pixels and tile_columns inputs is in memory at a time.
namespace ssl::backends::cpu_kernels {

namespace detail {

template <class T>
PRETEXT_INLINE void clear(T* to, index count) {
  for (index i = 0; i < count; ++i) to[i] = T(0);
}

template <class T>
PRETEXT_INLINE void copy(T* to, T const* from, index count) {
  for (; count >= lanes<T>; count -= lanes<T>, to += lanes<T>, from += lanes<T>) store(to, load(from));
  copy_below<lanes<T>>(to, from, count);
}

/// `count` rows of a panel, each a run of `columns` numbers; the runs are `step` apart.
template <class T>
void copy_runs(T* to, T const* from, index step, index count, index columns) {
  constexpr index width = tile_columns<T>;
  if (columns == width) {
    for (index l = 0; l < count; ++l, to += width, from += step)
      store(to, load(from)), store(to + lanes<T>, load(from + lanes<T>));
  } else {
    for (index l = 0; l < count; ++l, to += width, from += step) copy(to, from, columns);
  }
}

/// The columns [from, to) of one row of the kernel, for `count` neighbouring output pixels of one row of an image, the first at
/// ox.
template <class T>
void pack_line(convolution const& g, T const* line, index ox, index count, index from, index to, T* panel) {
  constexpr index width = tile_columns<T>;
  index const pixel = g.c_in, step = g.stride * pixel, columns = to - from;
  auto start = [&](index i) { return (i * g.stride - g.padding) * pixel; };  // of the kernel's row in the line
  auto border = [&](index i, T* row) {
    index const low = smaller(larger(from, -start(i)), to), high = larger(low, smaller(to, g.w * pixel - start(i)));
    clear(row, low - from);
    copy(row + (low - from), line + start(i) + low, high - low);
    clear(row + (high - from), to - high);
  };
  index i = ox;
  index const last = ox + count;
  for (; i < last && start(i) + from < 0; ++i, panel += width) border(i, panel);
  index inner = i;
  if (start(i) + to <= g.w * pixel) inner = smaller(last, (g.w * pixel - to - start(i)) / step + i + 1);
  if (inner > i) copy_runs(panel, line + start(i) + from, step, inner - i, columns);
  panel += (inner - i) * width;
  for (i = inner; i < last; ++i, panel += width) border(i, panel);
}

/// panel(l, j) = column first + j of the patch of output pixel pixel + l.
template <class T>
void pack_patches(convolution const& g, T const* x, index pixel, index count, index first, index columns, T* panel) {
  constexpr index width = tile_columns<T>;
  index const run = index{g.kernel_w} * g.c_in;  // columns of one row of the kernel
  if (columns < width)
    for (index l = 0; l < count; ++l) clear(panel + l * width + columns, width - columns);
  for (index begin = first; begin < first + columns;) {
    index const ky = begin / run, end = smaller((ky + 1) * run, first + columns);
    T* row = panel + (begin - first);
    for (index l = pixel; l < pixel + count;) {
      index const image = l / g.out_w / g.out_h, oy = l / g.out_w % g.out_h, ox = l % g.out_w;
      index const across = smaller(g.out_w - ox, pixel + count - l), y = oy * g.stride - g.padding + ky;
      if (y >= 0 && y < g.h)
        pack_line(g, x + (image * g.h + y) * g.w * g.c_in, ox, across, begin - ky * run, end - ky * run, row);
      else
        for (index i = 0; i < across; ++i) clear(row + i * width, end - begin);
      l += across, row += across * width;
    }
    begin = end;
  }
}

/// to(o, j) += sum over the pixels [begin, end) of gy(pixel, o) patch(pixel, j), for the columns [first, first + columns).
template <class T>
void sum_pixels(convolution const& g, T const* x, T const* gy, index begin, index end, index first, index columns, T* to,
                bool add, T* scratch) {
  constexpr index width = tile_columns<T>, most = weight_gradient_cut::pixels, channels = 256;
  T* const panel = scratch;
  T* const packed = scratch + most * width;  // (channels / tile_rows, most, tile_rows)
  tile_product<T> tile;
  tile.a_step = tile_rows;
  tile.b = panel;
  for (index o = 0; o < g.c_out; o += channels) {
    index const count = smaller(channels, g.c_out - o);
    for (index pixel = begin; pixel < end; pixel += most) {
      index const steps = smaller(most, end - pixel);
      tile.steps = steps, tile.beta = T(add || pixel > begin ? 1 : 0);
      for (index i = 0; i < count; i += tile_rows)
        pack_rows(gy + pixel * g.c_out + o + i, g.c_out, steps, smaller(tile_rows, count - i), packed + i * most);
      for (index j = first; j < first + columns; j += width) {
        tile.columns = smaller(width, first + columns - j);
        pack_patches(g, x, pixel, steps, j, tile.columns, panel);
        for (index i = 0; i < count; i += tile_rows) {
          tile.rows = static_cast<int>(smaller(tile_rows, count - i));
          for (int r = 0; r < tile_rows; ++r) {
            tile.a[r] = packed + i * most + r;
            tile.c[r] = to + (o + i + (r < tile.rows ? r : 0)) * g.patch() + j;
          }
          multiply_tile(tile);
        }
      }
    }
  }
}

}  // namespace detail

/// gweight += gy^T patches.
template <class T>
void sum_weight_gradient(cpu_context const& context, convolution const& g, T const* x, T const* gy, T* gweight, T* partial) {
  using namespace detail;
  weight_gradient_cut const cut(g);
  index const size = g.c_out * g.patch();
  context.parallel(cut.chunks * cut.groups, [&](index task, int slot) {
    index const chunk = task / cut.groups, first = task % cut.groups * cut.columns;
    bool const add = cut.chunks == 1;
    sum_pixels(g, x, gy, chunk * cut.chunk, smaller(g.rows(), (chunk + 1) * cut.chunk), first,
               smaller(cut.columns, g.patch() - first), add ? gweight : partial + chunk * size, add, context.scratch<T>(slot));
  });
  if (cut.chunks == 1) return;
  constexpr index block = 4096;
  context.parallel(parts(size, block), [&](index task) {
    for (index i = task * block; i < smaller(size, (task + 1) * block); ++i) {
      T sum = partial[i];
      for (index chunk = 1; chunk < cut.chunks; ++chunk) sum += partial[chunk * size + i];
      gweight[i] += sum;
    }
  });
}

}  // namespace ssl::backends::cpu_kernels
