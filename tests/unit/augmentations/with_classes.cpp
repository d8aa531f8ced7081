// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/with_classes.hpp"

#include <doctest/doctest.h>

#include "objectives/pretext_tasks.hpp"
#include "ssl/data/batcher.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;
using ssl::index;

constexpr shape image{.h = 4, .w = 4, .c = 2};

TEST_CASE("the class is one more label wire, for every view of its image") {
  using labelled = augmentations::with_classes<two_views>;
  constexpr augmentations::view_layout l = labelled::layout(image);
  CHECK((l.groups == 1 && l.label_wires == 1 && l.labels[0] == 2));
  testing::random_pictures const pictures(7, image, 1);
  data::batcher<labelled, testing::random_pictures> batches(pictures, image, 7, {}, {.threads = 0});
  data::batch_buffers const& batch = batches.next();
  for (index view = 0; view < 2; ++view)
    for (index i = 0; i < 7; ++i)
      CHECK(batch.labels[0][view * 7 + i] == pictures.label(batch.samples[static_cast<std::size_t>(i)]));
}

TEST_CASE("labels that the augmentation draws stay where they are") {
  using labelled = augmentations::with_classes<four_turns>;
  testing::random_pictures const pictures(6, image, 1);
  data::batcher<four_turns, testing::random_pictures> plain(pictures, image, 6, {}, {.threads = 0});
  data::batcher<labelled, testing::random_pictures> batches(pictures, image, 6, {}, {.threads = 0});
  CHECK(labelled::class_wire(image) == 1);
  data::batch_buffers const &a = plain.next(), &b = batches.next();
  for (int i = 0; i < 4 * 6; ++i) CHECK(a.labels[0][i] == b.labels[0][i]);
  for (int i = 0; i < 4 * 6 * 4 * 4 * 2; ++i) CHECK(a.views[0][i] == b.views[0][i]);
}

}  // namespace
