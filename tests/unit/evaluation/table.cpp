// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/table.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "arrays.hpp"

namespace {

using namespace ssl::evaluation;
using test::classes;
using test::rows;

auto const bank = rows<float>({{1, 0}, {0, 1}, {-1, 0}, {0, -1}}), queries = rows<float>({{2, 0.1f}, {0.1f, 3}, {-1, 0.1f}});
auto const bank_classes = classes({0, 1, 0, 1}), query_classes = classes({0, 1, 0});

TEST_CASE("a row of the table holds what the evaluations say") {
  comparison table({.knn = {.k = 1}});
  auto const& row = table.add("four points", bank, bank_classes, queries, query_classes);
  CHECK(row.name == "four points");
  CHECK(row.width == 2);
  CHECK(row.knn == knn(bank, bank_classes, queries, query_classes, {.k = 1}).accuracy);
  CHECK(row.knn == 1);
  CHECK(row.linear == linear_probe(bank, bank_classes, queries, query_classes).test_accuracy);
  CHECK(row.converged);
  CHECK(row.feature_std == feature_std(bank));
  CHECK(row.rank == rankme(bank));
  CHECK(table.rows().size() == 1);
}

TEST_CASE("the table is printed in columns, and says which fit ended early") {
  comparison table({.knn = {.k = 1}, .probe = {.max_iterations = 0}});
  auto const wide = rows({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
  auto const truth = classes({0, 1, 2});
  table.add("bild \xc3\xbc", wide, truth, wide, truth);  // a letter of two bytes is one character wide
  table.add("four points", bank, bank_classes, queries, query_classes);
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() ==
        "  features       width    kNN (k = 1)    linear probe    spread    rank\n"
        "  ---------------------------------------------------------------------\n"
        "  bild \xc3\xbc             3        100.0 %         33.3 %*      1.00     3.0\n"
        "  four points        2        100.0 %          66.7 %      1.15     2.0\n"
        "  * the fit ended before its optimum\n");
}

TEST_CASE("the table without labels holds what the diagnostics say") {
  auto const features = rows<float>({{1, 0}, {0, 1}, {-1, 0}}), one = rows<float>({{2, 0}, {0, 1}, {-1, 0}}),
             another = rows<float>({{0, 3}, {0, 1}, {-1, 0}});
  unlabelled_comparison table;
  unlabelled_row const row = table.add("three points", features, one, another);
  CHECK(row.width == 2);
  CHECK(row.feature_std == feature_std(features));
  CHECK(row.rank == rankme(features));
  CHECK(row.alignment == alignment(one, another));
  CHECK(row.uniformity == uniformity(features));
  std::ostringstream out;
  table.print(out);
  CHECK(out.str() ==
        "  features        width    spread    rank    alignment    uniformity\n"
        "  ------------------------------------------------------------------\n"
        "  three points        2      1.12     2.0        0.667         -4.40\n");
}

TEST_CASE("the rank of a table is that of 1024 rows where both extents are larger") {
  embeddings wide({1100, 1030}, 0.0f);
  for (std::size_t k = 0; k < 1100; ++k) wide(k, k % 3) = 1;
  CHECK(detail::shown_rank(wide) == doctest::Approx(3).epsilon(0.02));
}

TEST_CASE("an empty table prints its head") {
  std::ostringstream out;
  comparison().print(out);
  CHECK(out.str() ==
        "  features    width    kNN (k = 20)    linear probe    spread    rank\n"
        "  -------------------------------------------------------------------\n");
}

}  // namespace
