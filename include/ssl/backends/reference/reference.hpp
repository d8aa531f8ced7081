// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/host_memory.hpp"

namespace ssl::backends {

/// The specification: naive loops in index order, sums in double. Never optimised; every other backend is held against it.
struct reference : host_memory {
  struct context {};

  template <class T>
  using accumulator = double;

  template <class F>
  static void map2d(context&, index rows, index cols, F f) {
    for (index r = 0; r < rows; ++r)
      for (index c = 0; c < cols; ++c) f(r, c);
  }

  template <class F, class Out>
  static void sum_rows(context&, index rows, index cols, F f, Out out) {
    for (index r = 0; r < rows; ++r) {
      double sum = 0;
      for (index c = 0; c < cols; ++c) sum += f(r, c);
      out(r, static_cast<decltype(f(r, index{}))>(sum));
    }
  }

  template <class F, class Out>
  static void sum_cols(context&, index rows, index cols, F f, Out out) {
    for (index c = 0; c < cols; ++c) {
      double sum = 0;
      for (index r = 0; r < rows; ++r) sum += f(r, c);
      out(c, static_cast<decltype(f(index{}, c))>(sum));
    }
  }

  template <class T>
  static void gemm(context&, product<T> const& p) {
    index const a_row = p.form == gemm_form::tn ? 1 : p.lda, a_col = p.form == gemm_form::tn ? p.lda : 1;
    index const b_row = p.form == gemm_form::nt ? 1 : p.ldb, b_col = p.form == gemm_form::nt ? p.ldb : 1;
    for (index i = 0; i < p.m; ++i)
      for (index j = 0; j < p.n; ++j) {
        double sum = 0;
        for (index l = 0; l < p.k; ++l) sum += static_cast<double>(p.a[i * a_row + l * a_col]) * static_cast<double>(p.b[l * b_row + j * b_col]);
        T& c = p.c[i * p.ldc + j];
        c = static_cast<T>(static_cast<double>(p.alpha) * sum + (p.beta == T(0) ? 0.0 : static_cast<double>(p.beta) * static_cast<double>(c)));
      }
  }
};

}  // namespace ssl::backends
