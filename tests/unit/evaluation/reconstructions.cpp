// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/reconstructions.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "objectives/masked.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using ssl::losses::patch_target;

/// Pixel k of a set of images.
int byte_at(ssl::data::in_memory_images const& images, ssl::index image, ssl::index pixel) {
  return images.image(image).data[pixel];
}

template <patch_target Target>
void expect_pictures() {
  using run = tiny::run<tiny::mae<Target>, tiny::vit, tiny::ordered_view>;
  ssl::run_options<run> options;
  options.augmentation.template get<"normalise">() = {.mean = {0.5f, 0.25f}, .deviation = {0.25f, 0.5f}};
  ssl::backends::reference::context c;
  ssl::pipeline<run> p(c, options);
  ssl::testing::random_batches<run> batches(options);
  ssl::batch_input const& batch = batches.next();
  auto const pictures = ssl::evaluation::reconstructions(p, batch);
  auto const predicted = p.tap(batch, "decoder.pred");  // (3, 1, 4, 8)

  constexpr ssl::ops::patch_grid grid{4, 4, 2, 2};
  auto const byte_of_view = [&](double value, ssl::index number) {
    double const unit = number % 2 == 0 ? value * 0.25 + 0.5 : value * 0.5 + 0.25;
    return static_cast<double>(std::lround(255 * std::min(1.0, std::max(0.0, unit))));
  };
  CHECK(pictures.original.size() == 3);
  for (ssl::index n = 0; n < 3; ++n)
    for (ssl::index place = 0; place < 4; ++place) {
      ssl::index const which = batch.masks[0][n * 4 + place];
      float const* const view = batch.views[0] + n * 32;
      double mean = 0, square = 0;
      for (int i = 0; i < 8; ++i) mean += view[grid.place(which, i)] / 8;
      for (int i = 0; i < 8; ++i) square += std::pow(view[grid.place(which, i)] - mean, 2);
      for (int i = 0; i < 8; ++i) {
        ssl::index const at = grid.place(which, i);
        int const original = byte_at(pictures.original, n, at);
        double shown = predicted[static_cast<std::size_t>((n * 4 + which) * 8 + i)];
        if (Target == patch_target::normalised_pixels) shown = shown * std::sqrt(square / 7 + 1e-6) + mean;
        CHECK(std::abs(original - byte_of_view(view[at], i)) <= 1);  // a half may be rounded either way
        CHECK(byte_at(pictures.masked, n, at) == (place < 2 ? original : 128));
        if (place < 2)
          CHECK(byte_at(pictures.filled, n, at) == original);
        else
          CHECK(std::abs(byte_at(pictures.filled, n, at) - byte_of_view(shown, i)) <= 1);
      }
    }
}

TEST_CASE("reconstructions: seen patches as they are, hidden ones grey or as predicted, in the colours of the picture") {
  expect_pictures<patch_target::pixels>();
  expect_pictures<patch_target::normalised_pixels>();
}

}  // namespace
