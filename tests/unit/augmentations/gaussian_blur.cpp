// SPDX-License-Identifier: Apache-2.0
#include "ssl/augmentations/gaussian_blur.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "ssl/augmentations/chain.hpp"
#include "unit/augmentations/pictures.hpp"

using namespace ssl::augmentations;

TEST_CASE("blur: places beyond the border are reflected, the edge not repeated, however far") {
  CHECK(detail::reflected(-1, 5) == 1);
  CHECK(detail::reflected(-4, 5) == 4);
  CHECK(detail::reflected(5, 5) == 3);
  CHECK(detail::reflected(9, 5) == 1);
  CHECK(detail::reflected(-5, 5) == 3);
  CHECK(detail::reflected(3, 5) == 3);
  CHECK(detail::reflected(-7, 1) == 0);
  CHECK(detail::reflected(-7, 2) == 1);
}

TEST_CASE("blur: a single bright pixel becomes the kernel's outer product") {
  random_planes<double> image(9, 9, 1);
  for (double& v : image.values()) v = 0;
  image.values()[4 * 9 + 4] = 1;
  std::vector<double> out(81, NAN);
  scratch_of<double> memory;
  gaussian_blur(image.whole(), 5, 1.5, out.data(), memory);
  double kernel[5];
  detail::fill_gaussian(kernel, 2, 1.5);
  CHECK(kernel[1] / kernel[2] == doctest::Approx(std::exp(-1 / 4.5)));
  double worst = 0;
  for (int y = 0; y < 9; ++y) {
    for (int x = 0; x < 9; ++x) {
      bool const inside = std::abs(y - 4) <= 2 && std::abs(x - 4) <= 2;
      worst =
          std::fmax(worst, std::fabs(out[static_cast<std::size_t>(9 * y + x)] - (inside ? kernel[y - 2] * kernel[x - 2] : 0.0)));
    }
  }
  CHECK(worst < 1e-15);
}

TEST_CASE("blur: the kernel is a tenth of the height, made odd; small images have none") {
  auto const radius = [](int height) {
    ssl::draws stream({});
    return random_gaussian_blur<>::draw({}, stream, {1, height, height, 3}, {}).radius;
  };
  CHECK(radius(224) == 11);
  CHECK(radius(96) == 4);
  CHECK(radius(32) == 1);
  CHECK(radius(8) == 0);
  ssl::draws stream({});
  CHECK(random_gaussian_blur<gaussian_blur_config{.kernel_px = 23}>::draw({}, stream, {1, 32, 32, 3}, {}).radius == 11);
}

TEST_CASE("blur: probability and width are as given") {
  int applied = 0;
  double sum = 0;
  for (std::uint32_t i = 0; i < 10000; ++i) {
    ssl::draws stream({.seed = 14, .sample = i});
    auto const p = random_gaussian_blur<>::draw({}, stream, {1, 224, 224, 3}, {});
    applied += p.applies;
    sum += static_cast<double>(p.sigma) / 10000;
    CHECK((p.sigma >= 0.1f && p.sigma <= 2.0f));
  }
  CHECK(std::abs(applied - 5000) < 250);
  CHECK(std::abs(sum - 1.05) < 0.03);
}
