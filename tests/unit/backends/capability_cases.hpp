// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/core/philox.hpp"
#include "tolerance.hpp"

/// What the unit tests of backends share: arrays with guard margins, random numbers, and the required capabilities held against
/// `reference` on awkward sizes.
namespace backend_tests {

using ssl::index;
using ssl::backends::gemm_form;
using ssl::backends::product;

/// An array filled with NaN between two margins that must stay as they are.
template <class T>
struct guarded {
  static constexpr index margin = 64;
  static constexpr T mark = T(-12345.5);
  explicit guarded(index count) : count(count), all(static_cast<std::size_t>(count + 2 * margin), mark) {
    for (index i = 0; i < count; ++i) data()[i] = std::numeric_limits<T>::quiet_NaN();
  }
  guarded(index count, unsigned seed) : guarded(count) {
    ssl::draws draw({.seed = seed});
    for (index i = 0; i < count; ++i) data()[i] = static_cast<T>(draw.uniform() * 2 - 1);
  }
  T* data() { return all.data() + margin; }
  T const* data() const { return all.data() + margin; }
  T& operator[](index i) { return data()[i]; }
  T operator[](index i) const { return data()[i]; }
  bool intact() const {
    for (index i = 0; i < margin; ++i)
      if (all[static_cast<std::size_t>(i)] != mark || all[all.size() - 1 - static_cast<std::size_t>(i)] != mark) return false;
    return true;
  }
  index count;
  std::vector<T> all;
};

/// Largest difference divided by the largest magnitude expected; infinite when a value is not a number.
template <class T, class Expected>
double difference(guarded<T> const& found, Expected const& expected) {
  double largest = 0, apart = 0;
  for (index i = 0; i < found.count; ++i) {
    if (!std::isfinite(found[i])) return std::numeric_limits<double>::infinity();
    largest = std::fmax(largest, std::fabs(static_cast<double>(expected[i])));
    apart = std::fmax(apart, std::fabs(static_cast<double>(found[i]) - static_cast<double>(expected[i])));
  }
  return apart / std::fmax(largest, 1e-30);
}

template <class T>
bool same_bits(guarded<T> const& a, guarded<T> const& b) {
  return std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.count) * sizeof(T)) == 0;
}

template <class T>
struct value_cell {
  T const* x;
  index cols;
  PRETEXT_HD T operator()(index r, index c) const { return x[r * cols + c]; }
};
template <class T>
struct store_cell {
  T* y;
  PRETEXT_HD void operator()(index i, T value) const { y[i] = value; }
};
template <class T>
struct place_cell {
  T* y;
  index cols;
  PRETEXT_HD void operator()(index r, index c) const {
    y[r * cols + c] = static_cast<T>(r % 1000) + static_cast<T>(c % 1000) / 1024;
  }
};

struct extents {
  index rows, cols;
};
inline constexpr extents grids[] = {{1, 1},    {1, 2},    {2, 31},    {31, 32},     {33, 1},     {127, 33},  {1, 100'003},
                                    {7, 5003}, {4099, 3}, {5003, 65}, {40'009, 17}, {2, 20'011}, {300, 1000}};

template <class B, class T>
void check_map2d(typename B::context& context) {
  for (extents const& e : grids) {
    INFO("rows " << e.rows << " cols " << e.cols);
    guarded<T> y(e.rows * e.cols);
    B::map2d(context, e.rows, e.cols, place_cell<T>{y.data(), e.cols});
    index wrong = 0;
    for (index r = 0; r < e.rows; ++r)
      for (index c = 0; c < e.cols; ++c) wrong += y[r * e.cols + c] != static_cast<T>(r % 1000) + static_cast<T>(c % 1000) / 1024;
    CHECK(wrong == 0);
    CHECK(y.intact());
  }
}

template <class B, class T>
void check_sums(typename B::context& context) {
  ssl::backends::reference::context plain;
  for (extents const& e : grids) {
    INFO("rows " << e.rows << " cols " << e.cols << " seed 7");
    guarded<T> const x(e.rows * e.cols, 7);
    std::vector<T> expected_rows(static_cast<std::size_t>(e.rows)), expected_cols(static_cast<std::size_t>(e.cols));
    ssl::backends::reference::sum_rows(plain, e.rows, e.cols, value_cell<T>{x.data(), e.cols},
                                       store_cell<T>{expected_rows.data()});
    ssl::backends::reference::sum_cols(plain, e.rows, e.cols, value_cell<T>{x.data(), e.cols},
                                       store_cell<T>{expected_cols.data()});
    guarded<T> rows(e.rows), cols(e.cols);
    B::sum_rows(context, e.rows, e.cols, value_cell<T>{x.data(), e.cols}, store_cell<T>{rows.data()});
    B::sum_cols(context, e.rows, e.cols, value_cell<T>{x.data(), e.cols}, store_cell<T>{cols.data()});
    CHECK(difference(rows, expected_rows) < tolerance::relative<T>);
    CHECK(difference(cols, expected_cols) < tolerance::relative<T>);
    CHECK(rows.intact());
    CHECK(cols.intact());
  }
}

/// One product, written twice: as it is and by the reference. Leading dimensions are wider than the rows.
template <class B, class T>
guarded<T> multiply(typename B::context& context, gemm_form form, index m, index n, index k, T alpha, T beta) {
  index const lda = (form == gemm_form::tn ? m : k) + 3, ldb = (form == gemm_form::nt ? k : n) + 1, ldc = n + 2;
  guarded<T> const a((form == gemm_form::tn ? k : m) * lda, 1), b((form == gemm_form::nt ? n : k) * ldb, 2);
  guarded<T> c = beta == T(0) ? guarded<T>(m * ldc) : guarded<T>(m * ldc, 3);
  for (index i = 0; i < m; ++i)
    for (index j = n; j < ldc; ++j) c[i * ldc + j] = T(5);  // between the rows of C
  B::gemm(context, product<T>{.form = form,
                              .m = m,
                              .n = n,
                              .k = k,
                              .a = a.data(),
                              .lda = lda,
                              .b = b.data(),
                              .ldb = ldb,
                              .c = c.data(),
                              .ldc = ldc,
                              .alpha = alpha,
                              .beta = beta});
  CHECK(c.intact());
  index strays = 0;
  for (index i = 0; i < m; ++i)
    for (index j = n; j < ldc; ++j) strays += c[i * ldc + j] != T(5);
  CHECK(strays == 0);
  return c;
}

struct product_extents {
  index m, n, k;
};
inline constexpr product_extents product_sizes[] = {{1, 1, 1},    {2, 1, 3},       {1, 33, 31},   {31, 32, 33},
                                                    {8, 16, 32},  {7, 17, 200},    {33, 65, 7},   {65, 31, 97},
                                                    {64, 64, 64}, {129, 100, 385}, {3, 530, 193}, {300, 40, 5}};

template <class B, class T>
void check_gemm(typename B::context& context) {
  ssl::backends::reference::context plain;
  struct factors {
    T alpha, beta;
  };
  for (product_extents const& e : product_sizes)
    for (gemm_form form : {gemm_form::nn, gemm_form::nt, gemm_form::tn})
      for (factors const& f : {factors{T(1), T(0)}, factors{T(-0.5), T(1)}, factors{T(2), T(0.25)}}) {
        INFO("form " << static_cast<int>(form) << " m " << e.m << " n " << e.n << " k " << e.k << " alpha " << f.alpha << " beta "
                     << f.beta);
        guarded<T> const expected = multiply<ssl::backends::reference, T>(plain, form, e.m, e.n, e.k, f.alpha, f.beta);
        CHECK(difference(multiply<B, T>(context, form, e.m, e.n, e.k, f.alpha, f.beta), expected) < tolerance::relative<T>);
      }
}

}  // namespace backend_tests
