// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/convolution.hpp"
#include "ssl/backends/cpu/detail/partition.hpp"

/// \file
/// What the kernels ask of a plan, in elements. Independent of the instruction set, since the kernels may be compiled apart.
namespace ssl::backends::cpu_kernels {

/// How the gradient is cut into tasks: chunks of pixels, whose sums are then added in order, so that each task reads its pixels
/// once; groups of columns where the sums of several chunks would take too much memory. Independent of the instruction set, since
/// it sizes the workspace.
struct weight_gradient_cut {
  static constexpr index pixels = 256, columns_multiple = 32, wanted = 12, most_partial = index{1} << 20;
  index chunk = 0, chunks = 1, columns = 0, groups = 1;

  constexpr explicit weight_gradient_cut(convolution const& g) {
    index const size = g.c_out * g.patch();
    chunks = larger(1, smaller(smaller(wanted, most_partial / larger(1, size)), parts(g.rows(), 4 * pixels)));
    chunk = round_up(parts(g.rows(), chunks), pixels);
    chunks = larger(1, parts(g.rows(), larger(1, chunk)));
    columns = larger(columns_multiple, round_up(parts(g.patch(), parts(wanted, chunks)), columns_multiple));
    groups = parts(g.patch(), columns);
  }
  constexpr index workspace(convolution const& g) const { return chunks > 1 ? chunks * g.c_out * g.patch() : 0; }
};

/// The packed weight of either direction, or partial sums of its gradient.
constexpr index convolution_workspace(convolution const& g) {
  constexpr index widest_panel = 32;
  index const forward = round_up(g.c_out, widest_panel) * g.patch();
  index const input = round_up(g.c_in, widest_panel) * g.kernel_h * g.kernel_w * g.c_out;
  return larger(larger(forward, input), weight_gradient_cut(g).workspace(g));
}

/// Rows of a tile of the similarity matrix.
inline constexpr index nt_xent_largest_block = 128;
constexpr index nt_xent_block(index rows) { return rows < 2048 ? 64 : nt_xent_largest_block; }

/// Tiles of one triangle that are kept from the loss for its gradient: all, up to about 2,800 rows, or none.
constexpr index nt_xent_kept(index rows) {
  constexpr index most = index{1} << 22;
  index const block = nt_xent_block(rows), blocks = parts(rows, block), elements = blocks * (blocks + 1) / 2 * block * block;
  return elements <= most ? elements : 0;
}

/// One number a row, up to whole tiles.
constexpr index nt_xent_row(index rows) { return round_up(rows, nt_xent_largest_block); }

/// The normalised rows, four numbers a row, and the tiles that are kept.
constexpr index nt_xent_workspace(index rows, index width) {
  return round_up(rows * width, block_elements) + 4 * nt_xent_row(rows) + nt_xent_kept(rows);
}

}  // namespace ssl::backends::cpu_kernels
