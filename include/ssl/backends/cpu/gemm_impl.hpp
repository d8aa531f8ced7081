// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/cpu/context.hpp"

namespace ssl::backends::cpu_kernels {

template <class T>
void gemm(cpu_context const& context, product<T> const& p) {
  index const a_row = p.form == gemm_form::tn ? 1 : p.lda, a_col = p.form == gemm_form::tn ? p.lda : 1;
  index const b_row = p.form == gemm_form::nt ? 1 : p.ldb, b_col = p.form == gemm_form::nt ? p.ldb : 1;
  context.parallel(p.m, [&](index i) {
    for (index j = 0; j < p.n; ++j) {
      T sum = 0;
      for (index l = 0; l < p.k; ++l) sum += p.a[i * a_row + l * a_col] * p.b[l * b_row + j * b_col];
      T& c = p.c[i * p.ldc + j];
      c = p.alpha * sum + (p.beta == T(0) ? T(0) : p.beta * c);
    }
  });
}

}  // namespace ssl::backends::cpu_kernels
