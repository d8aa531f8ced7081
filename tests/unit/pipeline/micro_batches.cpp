// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

#include "objectives/pretext_tasks.hpp"
#include "ssl/testing/network.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::index;

using small = run<rotation, unit_mlp, four_turns>;
struct big : small {
  static constexpr int batch = 2 * small::batch;
};

/// A batch of the big run, and its images in two halves, as two batches of the small one.
struct split_batch {
  static constexpr index image = small::image.elements(), images = small::batch, views = 4;
  std::vector<float> all, half[2];
  std::vector<std::int32_t> all_labels, half_labels[2];

  explicit split_batch(std::uint64_t seed) : all(testing::random_values<float>(views * 2 * images * image, seed, 0)) {
    for (index i = 0; i < views * 2 * images; ++i) all_labels.push_back(static_cast<std::int32_t>((i * i + 3) % 4));
    for (index row = 0; row < views * 2 * images; ++row) {
      std::size_t const h = static_cast<std::size_t>(row / images % 2);
      half[h].insert(half[h].end(), all.begin() + row * image, all.begin() + (row + 1) * image);
      half_labels[h].push_back(all_labels[static_cast<std::size_t>(row)]);
    }
  }
  batch_input whole() const { return input(all, all_labels); }
  batch_input part(int h) const { return input(half[h], half_labels[h]); }

 private:
  static batch_input input(std::vector<float> const& views, std::vector<std::int32_t> const& labels) {
    batch_input b;
    b.views[0] = views.data(), b.labels[0] = labels.data();
    return b;
  }
};

template <class Run>
std::vector<double> read(pipeline<Run>& p, array which) {
  std::vector<double> values(static_cast<std::size_t>(p.elements(which)));
  p.read(which, values.data());
  return values;
}

double distance(std::vector<double> const& a, std::vector<double> const& b) {
  double most = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

TEST_CASE("two micro-batches are the step of one batch of both, and need no more memory") {
  static_assert(memory_of<small>.bytes < memory_of<big>.bytes);
  backends::reference::context c;
  pipeline<big> together(c);
  pipeline<small> apart(c);
  for (std::uint64_t seed : {1, 2, 3}) {
    split_batch const batch(seed);
    std::vector<double> const before = read(apart, array::parameters);
    double const loss = together.step(batch.whole());
    apart.step(batch.part(0), {.part = 0, .of = 2});
    CHECK(read(apart, array::parameters) == before);
    CHECK(apart.steps() == together.steps() - 1);
    CHECK(apart.step(batch.part(1), {.part = 1, .of = 2}) == doctest::Approx(loss).epsilon(1e-13));
    CHECK(apart.terms()[0].value == doctest::Approx(loss).epsilon(1e-13));
    CHECK(apart.steps() == together.steps());
    CHECK(distance(read(apart, array::parameters), read(together, array::parameters)) < 1e-14);
    CHECK(distance(read(apart, array::parameters), before) > 1e-3);
  }
}

TEST_CASE("a step that fails in its second micro-batch leaves nothing behind") {
  backends::reference::context c;
  pipeline<small> failed(c), fresh(c);
  split_batch batch(4);
  std::vector<float> const good = batch.half[1];
  batch.half[1][0] = std::numeric_limits<float>::quiet_NaN();
  failed.step(batch.part(0), {.part = 0, .of = 2});
  CHECK_THROWS_AS(failed.step(batch.part(1), {.part = 1, .of = 2}), non_finite_error);
  CHECK(failed.steps() == 0);
  batch.half[1] = good;
  for (auto* p : {&failed, &fresh}) p->step(batch.part(1));
  CHECK(read(failed, array::parameters) == read(fresh, array::parameters));
}

}  // namespace
