// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/knn.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::classes;
using test::code_of;
using test::rows;

TEST_CASE("each of the k nearest rows votes exp(cosine / temperature) for its class") {
  auto const bank = rows({{1, 0}, {0, 3}, {-1, 0}, {2, 2}});
  auto const found = knn(bank, classes({0, 1, 2, 1}), rows({{2, 1}, {-5, 0}}), classes({1, 2}), {.k = 3, .temperature = 0.5});
  double const root5 = std::sqrt(5.0), root2 = std::sqrt(2.0);
  CHECK(found.votes(0, 0) == doctest::Approx(std::exp(4 / root5)));
  CHECK(found.votes(0, 1) == doctest::Approx(std::exp(2 / root5) + std::exp(6 / (root2 * root5))));
  CHECK(found.votes(0, 2) == 0);
  CHECK(found.votes(1, 0) == 0);
  CHECK(found.votes(1, 1) == doctest::Approx(1 + std::exp(-root2)));
  CHECK(found.votes(1, 2) == doctest::Approx(std::exp(2.0)));
  CHECK(found.predicted == classes({1, 2}));
  CHECK(found.accuracy == 1);
}

TEST_CASE("the nearest rows come first, of equal similarities the lower row") {
  auto const found = nearest(rows({{0, 1}, {4, 0}, {1, 1}, {1, 0}, {9, 0}}), rows({{1, 0}, {0, 0}}), 4);
  CHECK(found.rows == xt::xtensor<std::int32_t, 2>{{1, 3, 4, 2}, {0, 1, 2, 3}});  // a row of zeros is equally far from all
  CHECK(found.similarities(0, 0) == 1);
  CHECK(found.similarities(0, 3) == doctest::Approx(std::sqrt(0.5)));
  CHECK(found.similarities(1, 0) == 0);
}

/// By loops, in double.
template <class Scalar>
neighbours<double> expected_nearest(basic_embeddings<Scalar> const& bank, basic_embeddings<Scalar> const& queries,
                                    std::size_t k) {
  auto const cosine = [](auto const* a, auto const* b, std::size_t width) {
    double product = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < width; ++i) product += 1.0 * a[i] * b[i], aa += 1.0 * a[i] * a[i], bb += 1.0 * b[i] * b[i];
    return product / std::sqrt(aa * bb);
  };
  neighbours<double> result{xt::xtensor<std::int32_t, 2>({queries.shape(0), k}, 0),
                            basic_embeddings<double>({queries.shape(0), k}, 0)};
  for (std::size_t query = 0; query < queries.shape(0); ++query) {
    std::vector<std::pair<double, std::int32_t>> all;
    for (std::size_t row = 0; row < bank.shape(0); ++row)
      all.push_back({-cosine(&bank(row, 0), &queries(query, 0), bank.shape(1)), static_cast<std::int32_t>(row)});
    std::sort(all.begin(), all.end());
    for (std::size_t place = 0; place < k; ++place) {
      result.rows(query, place) = all[place].second;
      result.similarities(query, place) = -all[place].first;
    }
  }
  return result;
}

TEST_CASE_TEMPLATE("blocks and panels find what loops find, at every size about their borders", Scalar, float, double) {
  struct {
    std::size_t bank, queries, width, k;
  } const sizes[] = {{1, 1, 1, 1},      {47, 2, 3, 47},     {48, 31, 5, 7},     {49, 33, 5, 1},    {97, 127, 17, 5},
                     {500, 128, 8, 20}, {1536, 129, 4, 10}, {1537, 3, 31, 200}, {3100, 2, 6, 3100}};
  unsigned seed = 1;
  for (auto const& size : sizes) {
    CAPTURE(size.bank);
    auto const bank = test::random_rows<Scalar>(size.bank, size.width, seed++);
    auto const queries = test::random_rows<Scalar>(size.queries, size.width, seed++);
    auto const found = nearest(bank, queries, static_cast<int>(size.k));
    auto const expected = expected_nearest(bank, queries, size.k);
    double const rounding = std::is_same_v<Scalar, double> ? 1e-14 : 1e-6;
    double farthest = 0;
    std::size_t others = 0;  // rows may change places only where their similarities agree within rounding
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
      farthest = std::max(farthest, std::abs(found.similarities.data()[i] - expected.similarities.data()[i]));
      others += found.rows.data()[i] != expected.rows.data()[i];
    }
    CHECK(farthest < rounding);
    if (std::is_same_v<Scalar, double> && size.width > 1) CHECK(others == 0);
  }
}

TEST_CASE("equal rows have equal similarities wherever they lie in the bank") {
  auto bank = test::random_rows<float>(1700, 19, 3);
  for (std::size_t row = 0; row < 1700; row += 13)
    for (std::size_t column = 0; column < 19; ++column) bank(row, column) = bank(0, column);
  auto const query = test::rows<float>({std::vector<float>(&bank(0, 0), &bank(0, 0) + 19)});
  auto const found = nearest(bank, query, 131);
  for (int place = 0; place < 131; ++place) CHECK(found.rows(0, place) == 13 * place);
}

TEST_CASE("of more equal rows than are gathered at a time the lower ones stay") {
  auto bank = test::random_rows<float>(900, 3, 4);
  for (std::size_t row = 0; row < 900; ++row) bank(row, 0) = 1, bank(row, 1) = bank(row, 2) = row == 700 ? 0.5f : 0.0f;
  auto const found = nearest(bank, rows<float>({{1, 0.5f, 0.5f}}), 7);
  CHECK(found.rows(0, 0) == 700);
  for (int place = 1; place < 7; ++place) CHECK(found.rows(0, place) == place - 1);
}

TEST_CASE("lengths of rows do not matter, however large or small") {
  auto const small = nearest(rows<float>({{1e-6f, 0}, {0, 1}}), rows<float>({{1e-6f, 1e-7f}}), 1);
  auto const large = nearest(rows<float>({{1e30f, 0}, {0, 1}}), rows<float>({{1e30f, 1e29f}}), 1);
  CHECK(small.rows(0, 0) == 0);
  CHECK(large.rows(0, 0) == 0);
  CHECK(small.similarities(0, 0) == doctest::Approx(10 / std::sqrt(101.0)));
  CHECK(large.similarities(0, 0) == doctest::Approx(10 / std::sqrt(101.0)));
}

TEST_CASE("of equal votes the lower class wins") {
  auto const found = knn(rows({{1, 0}, {1, 0}}), classes({4, 2}), rows({{1, 0}}), classes({2}), {.k = 2});
  CHECK(found.predicted == classes({2}));
  CHECK(found.votes(0, 2) == found.votes(0, 4));
}

TEST_CASE("rows without a label do not vote; queries without one are predicted and not counted") {
  auto const bank = rows({{1, 0}, {0.9, 0.1}, {0, 1}});
  auto const found = knn(bank, classes({-1, 1, 0}), rows({{1, 0}, {0, 1}, {0, 1}}), classes({1, -1, 7}), {.k = 1});
  CHECK(found.predicted == classes({1, 0, 0}));
  CHECK(found.accuracy == 0.5);  // class 7 is not in the bank: counted, and wrong
}

TEST_CASE("among the five best there are at most as many classes as neighbours") {
  auto const bank = rows({{1, 0}, {0.9, 0.1}, {0, 1}});
  auto const queries = rows({{1, 0}});
  CHECK(knn(bank, classes({0, 1, 2}), queries, classes({1}), {.k = 1}).top5 == 0);
  CHECK(knn(bank, classes({0, 1, 2}), queries, classes({1}), {.k = 2}).top5 == 1);
}

TEST_CASE("the bits do not depend on the number of threads") {
  auto const bank = test::random_rows<float>(2000, 33, 1), queries = test::random_rows<float>(300, 33, 2);
  auto const bank_labels = test::random_classes(2000, 10, 3), query_labels = test::random_classes(300, 10, 4);
  test::expect_same_bits_for_any_threads(
      [&] { return knn(bank, bank_labels, queries, query_labels, {.k = 50, .temperature = 0.1}).votes; });
}

TEST_CASE("what has no neighbours or no votes is refused") {
  auto const bank = rows({{1, 0}, {0, 1}}), queries = rows({{1, 1}});
  auto const taught = classes({0, 1}), truth = classes({0});
  auto const code = [&](auto const& b, auto const& bl, auto const& q, auto const& ql, knn_options const& o) {
    return code_of([&] { knn(b, bl, q, ql, o); });
  };
  CHECK(code(bank, taught, queries, truth, {.k = 2}) == 0);
  CHECK(code(rows({}), classes({}), queries, truth, {.k = 1}) == 640);
  CHECK(code(bank, taught, rows({}), classes({}), {.k = 1}) == 640);
  CHECK(code(bank, taught, rows({{1, 2, 3}}), truth, {.k = 1}) == 640);
  CHECK(code(bank, truth, queries, truth, {.k = 1}) == 640);
  CHECK(code(bank, taught, queries, taught, {.k = 1}) == 640);
  CHECK(code(bank, classes({-1, -1}), queries, truth, {.k = 1}) == 641);
  CHECK(code(bank, taught, queries, classes({-1}), {.k = 1}) == 641);
  CHECK(code(bank, classes({0, -3}), queries, truth, {.k = 1}) == 642);
  CHECK(code(bank, taught, rows({{1, NAN}}), truth, {.k = 1}) == 643);
  CHECK(code(rows({{1, 0}, {INFINITY, 1}}), taught, queries, truth, {.k = 1}) == 643);
  CHECK(code(bank, taught, queries, truth, {.k = 0}) == 840);
  CHECK(code(bank, taught, queries, truth, {.k = 3}) == 840);
  CHECK(code(bank, classes({0, -1}), queries, truth, {.k = 2}) == 840);
  CHECK(code(bank, taught, queries, truth, {.k = 1, .temperature = 0.001}) == 840);
  CHECK(code(bank, taught, queries, truth, {.k = 1, .temperature = NAN}) == 840);
  CHECK(code_of([&] { nearest(bank, queries, 3); }) == 840);
  CHECK(code_of([&] { nearest(bank, rows({{1}}), 1); }) == 640);
}

}  // namespace
