// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/backends/capabilities.hpp"
#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// What one place of a Thrust algorithm does.
namespace ssl::backends::detail {

template <class F>
struct at_row_and_column {
  F f;
  index cols;
  PRETEXT_HD void operator()(index place) const { f(place / cols, place % cols); }
};

/// term(0) + ... + term(count - 1) in chunks of 128, so that a long sum in float keeps its small terms.
template <class Term>
PRETEXT_HD auto chunked_sum(index count, Term const& term) {
  decltype(term(count)) sum = 0;
  for (index chunk = 0; chunk < count; chunk += 128) {
    decltype(term(count)) in_chunk = 0;
    index const end = math::min(count, chunk + 128);
    for (index i = chunk; i < end; ++i) in_chunk += term(i);
    sum += in_chunk;
  }
  return sum;
}

template <class F>
struct along_row {
  F const& f;
  index r;
  PRETEXT_HD auto operator()(index c) const { return f(r, c); }
};
template <class F>
struct along_column {
  F const& f;
  index c;
  PRETEXT_HD auto operator()(index r) const { return f(r, c); }
};

template <class F, class Out>
struct sum_of_row {
  F f;
  Out out;
  index cols;
  PRETEXT_HD void operator()(index r) const { out(r, chunked_sum(cols, along_row<F>{f, r})); }
};

template <class F, class Out>
struct sum_of_column {
  F f;
  Out out;
  index rows;
  PRETEXT_HD void operator()(index c) const { out(c, chunked_sum(rows, along_column<F>{f, c})); }
};

template <class T>
struct term_of_product {
  T const* a;
  T const* b;
  index a_step, b_step;
  PRETEXT_HD T operator()(index l) const { return a[l * a_step] * b[l * b_step]; }
};

template <class T>
struct element_of_product {
  product<T> p;
  PRETEXT_HD void operator()(index place) const {
    index const i = place / p.n, j = place % p.n;
    bool const a_lies = p.form == gemm_form::tn, b_lies = p.form == gemm_form::nt;
    T const sum = chunked_sum(p.k, term_of_product<T>{p.a + (a_lies ? i : i * p.lda), p.b + (b_lies ? j * p.ldb : j), a_lies ? p.lda : 1,
                                                      b_lies ? 1 : p.ldb});
    T& c = p.c[i * p.ldc + j];
    c = p.beta == T(0) ? p.alpha * sum : p.alpha * sum + p.beta * c;
  }
};

}  // namespace ssl::backends::detail
