// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "objectives/pixels.hpp"
#include "ssl/encoders/colorization_net.hpp"
#include "ssl/encoders/context_encoder.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;
using ssl::index;  // not that of <strings.h>

TEST_CASE("the published encoders make the maps that the published decoders want") {
  constexpr shape centre_crop{.h = 128, .w = 128, .c = 3}, crop{.h = 176, .w = 176, .c = 3};
  CHECK(encoders::context_encoder<>::feature_map::output(centre_crop) == shape{.h = 4, .w = 4, .c = 512});
  CHECK(encoders::context_encoder<>::output(centre_crop) == shape{.c = 512});
  CHECK(encoders::colorization_net<>::feature_map::output(crop) == shape{.h = 22, .w = 22, .c = 512});
  CHECK(objectives::inpainting<>::decoder::output({.h = 4, .w = 4, .c = 512}) == shape{.h = 64, .w = 64, .c = 3});
  CHECK(objectives::inpainting<objectives::inpainting_random_region>::decoder::output({.h = 4, .w = 4, .c = 512}) == centre_crop);
  CHECK(objectives::colorization<>::decoder::output({.h = 22, .w = 22, .c = 512}) == shape{.h = 44, .w = 44, .c = 313});

  constexpr auto published = objectives::inpainting_published, region = objectives::inpainting_random_region;
  int widths[9] = {};
  for (int i = 0; i < 4; ++i) widths[i] = published.width_at(i);
  for (int i = 0; i < 5; ++i) widths[4 + i] = region.width_at(i);
  int const expected[9] = {512, 256, 128, 64, 512, 256, 128, 64, 64};
  CHECK(std::equal(widths, widths + 9, expected));
}

TEST_CASE("inpainting: the discriminator moves by its own share of the learning rate") {
  using holed = pixel_run<inpainting<2>, halving, holes<augmentations::random_region>, holed_image>;
  auto const moved = [](double rate) {
    backends::reference::context context;
    pipeline<holed> p(context, {.objective = {.discriminator_rate = rate}, .optimizer = {.learning_rate = 0.1, .momentum = 0}});
    std::vector<double> before(static_cast<std::size_t>(p.elements(array::parameters))), after(before.size()), moves[2];
    p.read(array::parameters, before.data());
    testing::random_batches<holed> batches(p.options());
    p.step(batches.next());
    p.read(array::parameters, after.data());
    for (block_info const& b : inventory<holed>(block_set::parameters))
      for (index i = b.offset; i < b.offset + b.elements; ++i)
        moves[b.name.starts_with("discriminator.")].push_back(after[static_cast<std::size_t>(i)] -
                                                              before[static_cast<std::size_t>(i)]);
    return std::pair(moves[0], moves[1]);
  };
  auto const [others, slow] = moved(0.1);
  auto const [others_again, fast] = moved(0.4);
  double largest = 0;
  for (std::size_t i = 0; i < slow.size(); ++i) {
    CHECK(fast[i] == doctest::Approx(4 * slow[i]).epsilon(1e-9));
    largest = std::max(largest, std::abs(slow[i]));
  }
  CHECK(largest > 1e-6);
  CHECK(others.size() == others_again.size());
}

TEST_CASE("colorization: without a prior all colours weigh the same, with one the rare ones more") {
  using objective = objectives::colorization<>;
  objective::options o;
  for (double weight : objective::loss_options(o, 0, {}).class_weights.of) CHECK(weight == 1);
  o.prior = ops::all_ab_bins(0.5 / 312);
  o.prior.of[100] = 0.5;
  auto const weights = objective::loss_options(o, 0, {}).class_weights;
  double mean = 0;
  for (int q = 0; q < 313; ++q) mean += o.prior.of[q] * weights.of[q];
  CHECK(mean == doctest::Approx(1));
  CHECK(weights.of[0] > 50 * weights.of[100]);

  // colours that the prior does not know
  o.prior = {};
  o.prior.of[7] = 0.75, o.prior.of[8] = 0.25;
  auto const partial = objective::loss_options(o, 0, {}).class_weights;
  CHECK(0.75 * partial.of[7] + 0.25 * partial.of[8] == doctest::Approx(1));
  CHECK(partial.of[9] > partial.of[8]);
  CHECK(partial.of[9] == doctest::Approx(partial.of[7] * (0.375 + 0.25) / 0.25));
}

}  // namespace
