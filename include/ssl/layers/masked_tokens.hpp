// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/layer.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/ops/rearrange.hpp"
#include "ssl/ops/tokens.hpp"

/// \file
/// Tokens chosen by the mask wire that a network was given. Two kinds of integers are understood, each by its own layers:
///   a mask    one integer a token; not 0: masked                                       masked_tokens, gather_masked, masked_mean
///   an order  a permutation of the tokens; those at its first places are kept           gather_tokens, scatter_tokens
namespace ssl::layers {

/// A learned token in place of every masked one. Without a mask wire everything stays as it is.
///
/// Formula   y_t = mask_token where the mask is not 0, else x_t
/// Shapes    x, y: (N, H, W, C); mask: (N, H W); mask_token: (1, C)
/// Gradient  writes gx, zero where masked; accumulates the token
/// Errors    E106 a mask wire of another size
/// Cost      one pass each way; none forward where no mask is given and it works in place
/// Source    iBOT, Zhou et al. 2021, arXiv:2111.07832; DINOv2: name, shape and initialisation. Deviation: none
struct masked_tokens : primitive<masked_tokens> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = in, .in_place = true, .mask = in.rows(), .works_without_mask = true, .parameters = 1};
    r.parameter[0] = {.label = "mask_token", .rank = 2, .extents = {1, in.c, 1, 1}, .kind = parameter_kind::token};
    return r;
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index rows = In.rows(), cols = In.c;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T* y = f.at(op->y);
      if (f.mask != nullptr)
        backend::map2d(c, rows, cols, ops::mask_rows_cell<T>{x, f.mask, f.parameter(op, 0), y, cols});
      else if (x != y)
        backend::map2d(c, rows, cols, ops::copy_cell<T>{x, y, cols});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights)
        if (f.mask != nullptr)
          backend::sum_cols(c, rows, cols, ops::masked_value<T>{gy, f.mask, cols}, ops::store_added<T>{f.gradient(op, 0)});
      if (!op->gx.exists()) return;
      if (f.mask != nullptr)
        backend::map2d(c, rows, cols, ops::mask_rows_cell<T>{gy, f.mask, nullptr, f.at(op->gx), cols});
      else
        backend::map2d(c, rows, cols, ops::copy_cell<T>{gy, f.at(op->gx), cols});
    }
  };
};

/// The masked tokens of all images, one after the other: what a head need not compute of the others.
///
/// Formula   y_r = the r-th masked token, images and their tokens in order; zeros behind the last one
/// Shapes    x: (N, H, W, C); mask: (N, H W - First), of the tokens behind the first ones; y: (R, 1, 1, C),
///           R = max(floor(N (H W - First) CapacityPerMille / 1000), 1). Masked tokens beyond R are left out
/// Gradient  writes gx, zero for tokens that are not in y
/// Requires  a mask in the mask wire
/// Errors    E101 a capacity outside 1 ... 1000, a negative First; E102 no token behind the first ones; E106 no mask wire, or one of
///           another size
/// Cost      one copy each way; keeps a number for every token
/// Source    facebookresearch/dinov2, ssl_meta_arch.py: buffer_tensor_patch_tokens, whose bound is that of its masks. Deviation: none
template <int First = 0, int CapacityPerMille = 500>
struct gather_masked : primitive<gather_masked<First, CapacityPerMille>> {
  static constexpr bool valid = First >= 0 && CapacityPerMille > 0 && CapacityPerMille <= 1000;
  static constexpr bool accepts(shape in) { return in.tokens() > First; }
  static constexpr index maskable(shape in) { return in.n * (in.tokens() - First); }
  static constexpr shape output(shape in) {
    index const rows = maskable(in) * CapacityPerMille / 1000;
    return {static_cast<int>(rows > 1 ? rows : 1), 1, 1, in.c};
  }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in), .saved = maskable(in), .workspace_forward = maskable(in) + in.n, .reach = reach::batch,
                        .mask = maskable(in)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index width = In.c, tokens = In.tokens() - First, all = In.tokens() * width, rows = output(In).n;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T *workspace = f.at(op->workspace_forward), *masked = workspace + maskable(In);
      T* place = op->saved.exists() ? f.at(op->saved) : workspace;
      T* y = f.at(op->y);
      ops::place_masked<backend>(c, In.n, tokens, f.mask, rows, place, masked);
      backend::map2d(c, rows, width, ops::fill_cell<T>{y, width, T(0)});
      backend::map2d(c, In.n, tokens * width,
                     ops::pack_masked_cell<T>{f.at(op->x) + First * width, all, place, y, tokens, width});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.n, all,
                       ops::unpack_masked_cell<T>{f.at(op->gy), f.at(op->saved), f.at(op->gx), all, First, tokens, width});
    }
  };
};

/// The mean of rows that gather_masked has packed, or of what a head makes of them; it is given the same mask.
///
/// Formula   y = mean of the first min(M, R) rows, M: masked tokens; 0 of none
/// Shapes    x: (R, 1, 1, C) -> y: (1, 1, 1, C)
/// Gradient  writes gx
/// Requires  a mask in the mask wire
/// Errors    E102 rows that are not vectors; E106 no mask wire
/// Source    facebookresearch/dinov2: iBOTPatchLoss.update_center. Deviation: without a masked token the mean is 0, theirs not a number
struct masked_mean : primitive<masked_mean> {
  static constexpr bool accepts(shape in) { return in.tokens() == 1; }
  static constexpr shape output(shape in) { return in.with_batch(1); }
  template <class Env>
  static constexpr value record(recorder& r, value in) {  // the rows do not tell how large their mask is
    return r.apply(requirements{.output = output(in.extents), .saved = 1, .workspace_forward = 1, .reach = reach::batch,
                                .mask = r.mask_given > 0 ? r.mask_given : 1},
                   in);
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T* count = f.at(op->saved.exists() ? op->saved : op->workspace_forward);
      backend::sum_rows(c, 1, f.mask_elements, ops::is_masked<T>{f.mask, f.mask_elements}, ops::store<T>{count});
      backend::sum_cols(c, In.n, In.c, ops::leading_row<T>{f.at(op->x), count, In.c},
                        ops::store_mean_of_leading<T>{f.at(op->y), count, T(In.n)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (op->gx.exists())
        backend::map2d(c, In.n, In.c, ops::mean_of_leading_gradient_cell<T>{f.at(op->gy), f.at(op->saved), f.at(op->gx), In.c, T(In.n)});
    }
  };
};

/// The tokens at the first `Kept` places of the order, in that order, behind the first `Always` tokens, which the order leaves out.
///
/// Formula   y_t = x_t for t < Always; y_(Always + p) = x_(Always + order_p)
/// Shapes    x: (N, H, W, C); order: (N, H W - Always) -> y: (N, 1, Always + Kept, C)
/// Gradient  writes gx, zero for tokens that are not kept
/// Requires  an order in the mask wire
/// Errors    E101 nothing kept; E102 fewer than Always + Kept tokens; E106 no mask wire, or one of another size
/// Source    MAE, He et al. 2021, arXiv:2111.06377: random_masking, ids_keep. Deviation: none
template <int Kept, int Always = 0>
struct gather_tokens : primitive<gather_tokens<Kept, Always>> {
  static constexpr bool valid = Kept > 0 && Always >= 0;
  static constexpr bool accepts(shape in) { return in.tokens() >= index{Always} + Kept; }
  static constexpr shape output(shape in) { return {in.n, 1, Always + Kept, in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = output(in), .mask = in.n * (in.tokens() - Always)};
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index width = In.c, front = Always * width, places = In.tokens() - Always;
    static constexpr index all = front + places * width, some = front + Kept * width;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T* y = f.at(op->y);
      if constexpr (front > 0) backend::map2d(c, In.n, front, ops::copy_strided_cell<T>{x, all, y, some});
      backend::map2d(c, In.n, some - front, ops::gather_tokens_cell<T>{x + front, all, y + front, some, f.mask, places, width});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      if (!op->gx.exists()) return;
      T const* gy = f.at(op->gy);
      T* gx = f.at(op->gx);
      if constexpr (front > 0) backend::map2d(c, In.n, front, ops::copy_strided_cell<T>{gy, some, gx, all});
      backend::map2d(c, In.n, all - front,
                     ops::scatter_tokens_cell<T>{gy + front, some, gx + front, all, f.mask, places, width, Kept, nullptr});
    }
  };
};

/// The inverse of gather_tokens: every kept token back at its place among `Tokens`, a learned token at the others.
///
/// Shapes    x: (N, 1, Always + K, C); order: (N, Tokens) -> y: (N, 1, Always + Tokens, C); mask_token: (1, 1, C)
/// Gradient  writes gx; accumulates the token
/// Requires  an order in the mask wire
/// Errors    E101 no tokens; E102 nothing to restore: K is not below Tokens, or not `Kept` where that is given; E106 no mask wire, or
///           one of another size
/// Source    MAE, arXiv:2111.06377: forward_decoder, ids_restore; name and initialisation. Deviation: none
template <int Tokens, int Always = 0, int Kept = 0>
struct scatter_tokens : primitive<scatter_tokens<Tokens, Always, Kept>> {
  static constexpr bool valid = Tokens > 0 && Always >= 0 && Kept >= 0;
  static constexpr bool accepts(shape in) {
    index const kept = in.tokens() - Always;
    return kept > 0 && kept < Tokens && (Kept == 0 || kept == Kept);
  }
  static constexpr shape output(shape in) { return {in.n, 1, Always + Tokens, in.c}; }
  template <class Env>
  static constexpr requirements require(shape in) {
    requirements r{.output = output(in), .mask = index{in.n} * Tokens, .parameters = 1};
    r.parameter[0] = {.label = "mask_token",
                      .rank = 3,
                      .extents = {1, 1, in.c, 1},
                      .initial = {.rule = initializer_rule::normal, .millionths = 20'000},
                      .kind = parameter_kind::token};
    return r;
  }
  template <shape In, class Env>
  struct bind {
    using backend = typename Env::backend;
    using T = typename Env::scalar;
    static constexpr index width = In.c, front = Always * width, kept = In.tokens() - Always;
    static constexpr index all = front + Tokens * width, some = front + kept * width;
    static void forward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* x = f.at(op->x);
      T* y = f.at(op->y);
      if constexpr (front > 0) backend::map2d(c, In.n, front, ops::copy_strided_cell<T>{x, some, y, all});
      backend::map2d(
          c, In.n, all - front,
          ops::scatter_tokens_cell<T>{x + front, some, y + front, all, f.mask, Tokens, width, kept, f.parameter(op, 0)});
    }
    static void backward(typename Env::context& c, frame<T> const& f, op_record const* op) {
      T const* gy = f.at(op->gy);
      if constexpr (Env::how.updates_weights)
        backend::sum_cols(c, In.n * (Tokens - kept), width,
                          ops::missing_token_gradient<T>{gy + front, all, f.mask, Tokens, width, kept},
                          ops::store_added<T>{f.gradient(op, 0)});
      if (!op->gx.exists()) return;
      T* gx = f.at(op->gx);
      if constexpr (front > 0) backend::map2d(c, In.n, front, ops::copy_strided_cell<T>{gy, all, gx, some});
      backend::map2d(c, In.n, some - front, ops::gather_tokens_cell<T>{gy + front, all, gx + front, some, f.mask, Tokens, width});
    }
  };
};

}  // namespace ssl::layers
