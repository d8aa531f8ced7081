// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

#include "ssl/data/in_memory.hpp"
#include "ssl/evaluation/colorization.hpp"
#include "ssl/evaluation/inpainting.hpp"

namespace {

using namespace ssl;
using bytes = std::vector<std::uint8_t>;

bytes all_of(int pixels, bytes const& colour) {
  bytes out;
  for (int i = 0; i < pixels; ++i) out.insert(out.end(), colour.begin(), colour.end());
  return out;
}
image_view seen(bytes const& b, int side) { return {b.data(), side, side, static_cast<int>(b.size()) / (side * side)}; }

int nearest_bin(bytes const& colour) {
  ops::colour<double> const lab = evaluation::detail::lab_of(colour.data());
  int bin;
  double weight;
  ops::soft_ab_bins<1>(lab.v[1], lab.v[2], 5.0, &bin, &weight);
  return bin;
}

TEST_CASE("colours: the prior of a data set is smooth, sums to 1, and is highest where its colours are") {
  bytes const red{170, 70, 60}, blue{60, 90, 180};
  bytes both = all_of(3 * 64, red), rest = all_of(64, blue);
  both.insert(both.end(), rest.begin(), rest.end());
  ops::ab_bin_values const prior = evaluation::ab_prior(data::in_memory_images({4, 8, 8, 3}, both));
  double sum = 0;
  int present = 0;
  for (double p : prior.of) sum += p, present += p > 0;
  CHECK(sum == doctest::Approx(1));
  CHECK(present >= 18);
  for (double p : prior.of) CHECK(p <= prior.of[nearest_bin(red)]);
  double near_blue = prior.of[nearest_bin(blue)];
  CHECK(near_blue > 0.05);
  CHECK(near_blue < prior.of[nearest_bin(red)]);
  CHECK_THROWS_AS(evaluation::ab_prior(data::in_memory_images({1, 8, 8, 1}, bytes(64))), data_error const&);
  CHECK_THROWS_AS(evaluation::ab_prior(data::in_memory_images({0, 8, 8, 3}, {})), data_error const&);
}

TEST_CASE("colourised: a picture gets the colours of the logits and keeps its lightness") {
  bytes const colour{150, 110, 90}, grey{118, 118, 118};
  bytes const picture = all_of(64, grey);
  std::vector<float> logits(4 * 313, 0.0f);
  for (int place = 0; place < 4; ++place) logits[static_cast<std::size_t>(313 * place + nearest_bin(colour))] = 20;
  bytes const found = evaluation::colourised(seen(picture, 8), logits.data(), {.h = 2, .w = 2, .c = 313});
  ops::ab_colour const bin = ops::ab_of_bin(nearest_bin(colour));
  for (std::size_t i = 0; i < 64; ++i) {
    ops::colour<double> const lab = evaluation::detail::lab_of(&found[3 * i]);
    CHECK(std::abs(lab.v[0] - evaluation::detail::lab_of(grey.data()).v[0]) < 1);
    CHECK(std::abs(lab.v[1] - bin.a) < 2);
    CHECK(std::abs(lab.v[2] - bin.b) < 2);
  }
  // half the places of another colour: the picture goes over from one to the other
  for (int place = 1; place < 4; place += 2) {
    float* const row = &logits[static_cast<std::size_t>(313 * place)];
    std::swap(row[nearest_bin(colour)], row[nearest_bin({100, 110, 160})]);
  }
  bytes const two = evaluation::colourised(seen(picture, 8), logits.data(), {.h = 2, .w = 2, .c = 313});
  CHECK(two[0] > two[2]);
  CHECK(two[3 * 7] < two[3 * 7 + 2]);
}

TEST_CASE("filled: hidden pixels are those of the prediction, in bytes; all others stay") {
  bytes const picture = all_of(64, {10, 20});
  augmentations::channel_statistics const statistics{.mean = {0.5f, 0.5f}, .deviation = {0.5f, 0.25f}};
  std::vector<std::int32_t> mask(16, 0);
  mask[5] = mask[6] = mask[9] = 1;
  std::vector<double> predicted(32);
  for (std::size_t i = 0; i < 32; ++i) predicted[i] = i % 2 == 0 ? 1 : -3;  // 1 and 0 - 0.25: clamped
  bytes const found = evaluation::filled(seen(picture, 8), {2, 2, 4, 4}, mask.data(), predicted.data(), statistics);
  int changed = 0;
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) {
      bool const inside = y >= 2 && y < 6 && x >= 2 && x < 6;
      bool const hidden = inside && mask[static_cast<std::size_t>(4 * (y - 2) + x - 2)] == 1;
      std::size_t const at = static_cast<std::size_t>(2 * (8 * y + x));
      CHECK(found[at] == (hidden ? 255 : 10));
      CHECK(found[at + 1] == (hidden ? 0 : 20));
      changed += hidden;
    }
  CHECK(changed == 3);
}

}  // namespace
