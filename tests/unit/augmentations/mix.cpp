// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/mix.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace ssl::augmentations;

namespace {

batch_mix drawn(mix_options const& o, std::uint32_t step) {
  ssl::draws stream({.seed = 8, .sample = step, .operation = mix_operation});
  return draw_mix(o, stream, {1, 20, 30, 3});
}

}  // namespace

TEST_CASE("mix: images and targets of partners, the middle one stays") {
  batch_mix const mix{.lambda = 0.75};
  std::vector<float> images{0, 0, 4, 4, 8, 8};
  mix_images(mix, {3, 1, 2, 1}, images.data());
  CHECK(images == std::vector<float>{2, 2, 4, 4, 6, 6});
  std::vector<std::int32_t> const labels{0, 1, 2};
  std::vector<double> targets(9, NAN);
  mix_targets(mix, labels.data(), 3, 3, 0.0, targets.data());
  CHECK(targets == std::vector<double>{0.75, 0, 0.25, 0, 1, 0, 0.25, 0, 0.75});
  mix_targets({}, labels.data(), 3, 3, 0.3, targets.data());
  CHECK(targets[0] == doctest::Approx(0.8));
  CHECK(targets[1] == doctest::Approx(0.1));
}

TEST_CASE("mix: a cut changes places within its box, and its lambda is the share of pixels that stay") {
  batch_mix const mix = cut_at(0.5, 0, 2, 4, 4);
  CHECK(mix.box == crop_box{0, 1, 1, 2});  // half of it lies above the image
  CHECK(mix.lambda == doctest::Approx(14.0 / 16));
  std::vector<float> images(32);
  for (std::size_t i = 0; i < 32; ++i) images[i] = i < 16 ? 0.0f : 1.0f;
  mix_images(mix, {2, 4, 4, 1}, images.data());
  for (std::size_t i = 0; i < 16; ++i) {
    bool const inside = i == 1 || i == 2;
    CHECK(images[i] == (inside ? 1.0f : 0.0f));
    CHECK(images[16 + i] == (inside ? 0.0f : 1.0f));
  }
}

TEST_CASE("mix: kinds, probabilities and lambdas follow their laws") {
  int cuts = 0, plain = 0;
  for (std::uint32_t step = 0; step < 4000; ++step) {
    batch_mix const m = drawn({.probability = 0.75f}, step);
    cuts += m.cuts, plain += !m.cuts && m.lambda == 1.0;
    CHECK((m.lambda >= 0 && m.lambda <= 1));
    CHECK((m.box.top >= 0 && m.box.left >= 0 && m.box.top + m.box.height <= 20 && m.box.left + m.box.width <= 30));
  }
  CHECK(std::abs(plain - 1000) < 140);  // five standard deviations
  CHECK(std::abs(cuts - 1500) < 155);
  CHECK(!drawn({.cutmix_alpha = 0}, 1).cuts);
  CHECK(drawn({.mixup_alpha = 0}, 1).cuts);
  CHECK(drawn({.mixup_alpha = 0, .cutmix_alpha = 0}, 1).lambda == 1);

  for (float alpha : {0.2f, 0.8f, 1.0f, 2.0f}) {  // Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1))
    ssl::draws stream({.seed = 9});
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; ++i) {
      double const x = draw_beta(stream, alpha);
      sum += x / 20000, squares += x * x / 20000;
    }
    INFO("alpha ", alpha);
    CHECK(std::abs(sum - 0.5) < 0.015);
    CHECK(squares - sum * sum == doctest::Approx(0.25 / (2 * static_cast<double>(alpha) + 1)).epsilon(0.03));
  }
}
