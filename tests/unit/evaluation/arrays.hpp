// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#if defined(_OPENMP)
#include <omp.h>
#endif

#include "ssl/evaluation/embeddings.hpp"
#include "unit/error_code.hpp"

/// \file
/// Arrays for the tests of evaluation, and results under several numbers of threads.
namespace test {

template <class Scalar = double>
ssl::evaluation::basic_embeddings<Scalar> rows(std::vector<std::vector<Scalar>> const& values) {
  std::size_t const width = values.empty() ? 0 : values.front().size();
  ssl::evaluation::basic_embeddings<Scalar> result({values.size(), width}, Scalar(0));
  for (std::size_t row = 0; row < values.size(); ++row) std::copy_n(values[row].begin(), width, &result(row, 0));
  return result;
}

inline ssl::evaluation::labels classes(std::vector<std::int32_t> const& values) {
  ssl::evaluation::labels result({values.size()}, 0);
  std::copy(values.begin(), values.end(), result.begin());
  return result;
}

template <class Scalar = double>
ssl::evaluation::basic_embeddings<Scalar> random_rows(std::size_t count, std::size_t width, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  ssl::evaluation::basic_embeddings<Scalar> result({count, width}, Scalar(0));
  for (Scalar& value : result) value = static_cast<Scalar>(normal(generator));
  return result;
}

inline ssl::evaluation::labels random_classes(std::size_t count, std::int32_t number, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<std::int32_t> uniform(0, number - 1);
  ssl::evaluation::labels result({count}, 0);
  for (std::int32_t& label : result) label = uniform(generator);
  return result;
}

/// Random rows about one random centre for each class.
inline ssl::evaluation::basic_embeddings<double> clusters(ssl::evaluation::labels const& of, std::size_t width, unsigned seed) {
  auto result = random_rows(of.size(), width, seed);
  auto const centres = random_rows(static_cast<std::size_t>(*std::max_element(of.begin(), of.end())) + 1, width, 99);
  for (std::size_t row = 0; row < of.size(); ++row)
    for (std::size_t column = 0; column < width; ++column) result(row, column) += centres(of(row), column);
  return result;
}

/// What a call returns must have the same bits with 1, 2 and 3 threads.
template <class Call>
void expect_same_bits_for_any_threads(Call const& call) {
#if defined(_OPENMP)
  int const before = omp_get_max_threads();
  omp_set_num_threads(1);
  auto const expected = call();
  for (int const threads : {2, 3}) {
    omp_set_num_threads(threads);
    CHECK(call() == expected);
  }
  omp_set_num_threads(before);
#else
  CHECK(call() == call());
#endif
}

}  // namespace test
