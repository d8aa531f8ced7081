// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/accuracy.hpp"

#include <doctest/doctest.h>

#include "arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::classes;
using test::code_of;
using test::rows;

TEST_CASE("the class with the largest score wins, of equal scores the lower one") {
  CHECK(best_class(rows({{0.1, 0.7, 0.2}, {2, 2, 1}, {-3, -1, -1}})) == classes({1, 0, 1}));
  CHECK(best_class(rows<float>({{5}})) == classes({0}));
}

TEST_CASE("the true class counts when it is among the k largest scores") {
  auto const scores = rows({{9, 8, 7}, {8, 9, 7}, {1, 2, 3}});
  auto const truth = classes({0, 0, 0});
  CHECK(top_k_accuracy(scores, truth, 1) == doctest::Approx(1.0 / 3));
  CHECK(top_k_accuracy(scores, truth, 2) == doctest::Approx(2.0 / 3));
  CHECK(top_k_accuracy(scores, truth, 3) == 1);
  CHECK(top_k_accuracy(scores, truth, 100) == 1);
}

TEST_CASE("of equal scores the lower class comes first") {
  auto const equal = rows({{4, 4, 4}});
  for (int truth = 0; truth < 3; ++truth)
    for (int k = 1; k <= 3; ++k) CHECK(top_k_accuracy(equal, classes({truth}), k) == (truth < k ? 1 : 0));
}

TEST_CASE("rows without a label do not count, classes without a score count as wrong") {
  auto const scores = rows({{1, 0}, {1, 0}, {1, 0}});
  CHECK(top_k_accuracy(scores, classes({0, -1, 1}), 1) == 0.5);
  CHECK(top_k_accuracy(scores, classes({0, 2, -1}), 2) == 0.5);
  CHECK(accuracy(classes({3, 3, 3}), classes({3, -1, 2})) == 0.5);
}

TEST_CASE("a confusion matrix counts true classes down and predicted ones across") {
  auto const counts = confusion_matrix(classes({0, 1, 1, 2, 0}), classes({0, 0, 1, -1, 2}), 3);
  xt::xtensor<std::int64_t, 2> const expected{{1, 1, 0}, {0, 1, 0}, {1, 0, 0}};
  CHECK(counts == expected);
}

TEST_CASE("what cannot be counted is refused") {
  auto const scores = rows({{1, 0}, {0, 1}});
  CHECK(code_of([&] { top_k_accuracy(scores, classes({0}), 1); }) == 640);
  CHECK(code_of([&] { top_k_accuracy(scores, classes({-1, -1}), 1); }) == 641);
  CHECK(code_of([&] { top_k_accuracy(scores, classes({0, -2}), 1); }) == 642);
  CHECK(code_of([&] { top_k_accuracy(scores, classes({0, 1}), 0); }) == 840);
  CHECK(code_of([&] { accuracy(classes({0}), classes({0, 1})); }) == 640);
  CHECK(code_of([&] { accuracy(classes({}), classes({})); }) == 641);
  CHECK(code_of([&] { confusion_matrix(classes({0, 2}), classes({0, 1}), 2); }) == 642);
  CHECK(code_of([&] { confusion_matrix(classes({0, 1}), classes({0, 2}), 2); }) == 642);
  CHECK(code_of([&] { confusion_matrix(classes({0, -1}), classes({0, 1}), 2); }) == 642);
  CHECK(code_of([&] { confusion_matrix(classes({0}), classes({0}), -1); }) == 642);
}

}  // namespace
