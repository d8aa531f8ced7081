// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/rearrange.hpp"

/// \file
/// Layers that move rows, tokens and channels. They have no parameters; backward writes zeros where nothing was taken.
namespace ssl::layers {

/// Some neighbouring tokens of every image.
///
/// Shapes    x: (N, H, W, C), tokens counted row by row -> y: (N, 1, Count, C)
/// Gradient  writes gx, zero outside the slice
/// Errors    E101 an empty slice; E102 fewer tokens than First + Count
template <int First, int Count>
struct token_slice : primitive<token_slice<First, Count>> {
  static constexpr bool valid = First >= 0 && Count > 0;
  static constexpr bool accepts(shape in) { return in.tokens() >= index{First} + Count; }
  static constexpr shape output(shape in) { return {in.n, 1, Count, in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index all = In.tokens() * In.c, first = index{First} * In.c, count = index{Count} * In.c;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.n, count, ops::copy_strided_cell<T>{f.at(op->x) + first, all, f.at(op->y), count});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists()) backend::map2d(c, In.n, all, ops::place_columns_cell<T>{f.at(op->gy), f.at(op->gx), all, first, count});
    }
  };
};

/// Some neighbouring channels of every row.
///
/// Shapes    x: (N, H, W, C) -> y: (N, H, W, Count)
/// Gradient  writes gx, zero outside the slice
/// Errors    E101 an empty slice; E102 fewer channels than First + Count
template <int First, int Count>
struct channel_slice : primitive<channel_slice<First, Count>> {
  static constexpr bool valid = First >= 0 && Count > 0;
  static constexpr bool accepts(shape in) { return in.c >= index{First} + Count; }
  static constexpr shape output(shape in) { return in.with_channels(Count); }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, In.rows(), Count, ops::copy_strided_cell<T>{f.at(op->x) + First, In.c, f.at(op->y), Count});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists()) backend::map2d(c, In.rows(), In.c, ops::place_columns_cell<T>{f.at(op->gy), f.at(op->gx), In.c, First, Count});
    }
  };
};

/// Part number Index of the batch cut into Of equal parts: views are stacked view-major, so a part is a view.
///
/// Shapes    x: (N, H, W, C) -> y: (N / Of, H, W, C)
/// Gradient  writes gx, zero outside the part
/// Errors    E101 a part that does not exist; E102 a batch that does not divide into Of parts
template <int Index, int Of>
struct batch_part : primitive<batch_part<Index, Of>> {
  static constexpr bool valid = Index >= 0 && Index < Of;
  static constexpr bool accepts(shape in) { return in.n % (valid ? Of : 1) == 0; }
  static constexpr shape output(shape in) { return in.with_batch(valid ? in.n / Of : 0); }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in), .reach = reach::batch};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index count = output(In).rows(), first = Index * count;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      backend::map2d(c, count, In.c, ops::copy_cell<T>{f.at(op->x) + first * In.c, f.at(op->y), In.c});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.rows(), In.c, ops::place_rows_cell<T>{f.at(op->gy), f.at(op->gx), In.c, first, count});
    }
  };
};

/// Some of several equal parts of the batch, in any order and any number of times. `Parts` says of how many parts (`of`), how many are
/// taken (`count`), and which is the k-th (`part(k)`).
///
/// Shapes    x: (of N, H, W, C), part-major -> y: (count N, H, W, C)
/// Gradient  writes gx: of each part the sum over all its copies, zero where there is none
/// Errors    E101 a part that does not exist, or none; E102 a batch that does not divide into `of` parts
template <class Parts>
struct batch_parts : primitive<batch_parts<Parts>> {
  static constexpr bool valid = [] {
    bool all = Parts::of > 0 && Parts::count > 0;
    for (int k = 0; k < Parts::count; ++k) all = all && Parts::part(k) >= 0 && Parts::part(k) < Parts::of;
    return all;
  }();
  static constexpr bool accepts(shape in) { return in.n % (valid ? Parts::of : 1) == 0; }
  static constexpr shape output(shape in) { return in.with_batch(valid ? in.n / Parts::of * Parts::count : 0); }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in), .reach = reach::batch};
  }
  template <shape In, class Env>
  struct bind {
    using T = typename Env::scalar;
    using table = ops::part_table<Parts::of, Parts::count>;
    static constexpr table parts = table::template of_list<Parts>();
    static constexpr index elements = In.elements() / Parts::of;  // of a part
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      Env::backend::map2d(c, Parts::count, elements, ops::take_parts_cell<T, table>{f.at(op->x), f.at(op->y), elements, parts});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        Env::backend::map2d(c, Parts::of, elements, ops::add_parts_cell<T, table>{f.at(op->gy), f.at(op->gx), elements, parts});
    }
  };
};

enum class interleaving { in_turn, put_back };

/// The images of Parts equal parts of the batch in turn: the first of each part, then the second of each; `put_back` undoes it.
///
/// Shapes    x: (N, H, W, C) -> y: the same
/// Gradient  writes gx
/// Errors    E101 a number of parts that is not positive; E102 a batch that does not divide into Parts parts
template <int Parts, interleaving Direction = interleaving::in_turn>
struct interleave : primitive<interleave<Parts, Direction>> {
  static constexpr bool valid = Parts > 0;
  static constexpr bool accepts(shape in) { return in.n % (valid ? Parts : 1) == 0; }
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = in, .reach = reach::batch};
  }
  template <shape In, class Env>
  struct bind {
    using T = typename Env::scalar;
    static constexpr index image = In.tokens() * In.c, parts = Direction == interleaving::in_turn ? Parts : In.n / Parts;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      Env::backend::map2d(c, In.n, image, ops::interleave_cell<T>{f.at(op->x), f.at(op->y), image, parts, In.n / parts});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())  // back again: the two numbers change places
        Env::backend::map2d(c, In.n, image, ops::interleave_cell<T>{f.at(op->gy), f.at(op->gx), image, In.n / parts, parts});
    }
  };
};

/// The features of Count patches of one image, in one row.
///
/// Shapes    x: (Count N, 1, 1, C), patch-major -> y: (N, 1, 1, Count C)
/// Gradient  writes gx
/// Errors    E101 a count that is not positive; E102 a batch that does not divide by Count, or rows that are not vectors
template <int Count>
struct side_by_side : primitive<side_by_side<Count>> {
  static constexpr bool valid = Count > 0;
  static constexpr bool accepts(shape in) { return in.n % (valid ? Count : 1) == 0 && in.h == 1 && in.w == 1; }
  static constexpr shape output(shape in) { return {valid ? in.n / Count : 0, 1, 1, Count * in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in), .reach = reach::batch};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index images = In.n / Count, part = images * In.c, row = index{Count} * In.c;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      for (int i = 0; i < Count; ++i)
        backend::map2d(c, images, In.c, ops::copy_strided_cell<T>{f.at(op->x) + i * part, In.c, f.at(op->y) + i * index{In.c}, row});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      for (int i = 0; i < Count; ++i)
        backend::map2d(c, images, In.c, ops::copy_strided_cell<T>{f.at(op->gy) + i * index{In.c}, row, f.at(op->gx) + i * part, In.c});
    }
  };
};

}  // namespace ssl::layers
