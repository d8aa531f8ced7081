// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>

#include "ssl/core/macros.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// What a backend must offer. Four capabilities carry every layer and loss; everything else a backend offers is a tuned
/// form that layers choose with `if constexpr (requires ...)`, the form written in cells being the fall-back.
///
/// A cell is a named functor with a const call operator marked PRETEXT_HD, built from plain members (pointers, numbers):
///   map2d(context, rows, cols, f)              f(r, c) for every place, in any order; f writes what it wants
///   sum_rows(context, rows, cols, f, out)      out(r, sum over c of f(r, c))
///   sum_cols(context, rows, cols, f, out)      out(c, sum over r of f(r, c))
///   gemm(context, product)                     C = alpha op(A) op(B) + beta C, row-major
/// A cell whose places of a row share work may also have columns(r, left, right), the same for columns left to right - 1, which
/// backends that go along rows call instead. Then f(r, c) is columns(r, c, c + 1).
/// Sums are taken in accumulator<T> (T is what f returns) in an order that does not depend on the number of threads.
namespace ssl::backends {

/// Which factor of a product is transposed: C(m, n) = A(m, k) B(k, n), A(m, k) B(n, k)^T or A(k, m)^T B(k, n).
enum class gemm_form { nn, nt, tn };

/// A matrix product over row-major arrays; ld* is the distance between rows, in elements.
template <class T>
struct product {
  gemm_form form = gemm_form::nn;
  index m = 0;
  index n = 0;
  index k = 0;
  T const* a = nullptr;
  index lda = 0;
  T const* b = nullptr;
  index ldb = 0;
  T* c = nullptr;
  index ldc = 0;
  T alpha = T(1);
  T beta = T(0);  ///< 0 overwrites C without reading it (C may hold NaN)
};

namespace detail {
struct probe_cell {
  PRETEXT_HD float operator()(index, index) const { return 0; }
};
struct probe_store {
  PRETEXT_HD void operator()(index, float) const {}
};
}  // namespace detail

template <class B>
concept has_context = requires { typename B::context; };

template <class B>
concept has_map2d = requires(typename B::context& context) { B::map2d(context, index{}, index{}, detail::probe_cell{}); };

template <class B>
concept has_sum_rows = requires(typename B::context& context) {
  B::sum_rows(context, index{}, index{}, detail::probe_cell{}, detail::probe_store{});
};

template <class B>
concept has_sum_cols = requires(typename B::context& context) {
  B::sum_cols(context, index{}, index{}, detail::probe_cell{}, detail::probe_store{});
};

template <class B, class T>
concept has_gemm = requires(typename B::context& context, product<T> const& p) { B::gemm(context, p); };

template <class B>
concept has_memory = requires(typename B::context& context, void* memory, index bytes) {
  { B::allocate(context, bytes) } -> std::same_as<void*>;
  B::release(context, memory);
  B::copy_in(context, memory, static_cast<void const*>(memory), bytes);
  B::copy_out(context, memory, static_cast<void const*>(memory), bytes);
};

}  // namespace ssl::backends

namespace ssl {

/// The required capabilities of policy 5.
template <class B, class T = float>
concept backend = backends::has_context<B> && backends::has_map2d<B> && backends::has_sum_rows<B> && backends::has_sum_cols<B> &&
                  backends::has_gemm<B, T> && backends::has_memory<B>;

}  // namespace ssl
