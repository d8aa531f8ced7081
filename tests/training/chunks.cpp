// SPDX-License-Identifier: Apache-2.0
//
// An encoder that sees the batch in chunks gives the losses and gradients of one that sees it whole, in less memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "objectives/methods.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/shared_mask.hpp"
#include "objectives/two_sizes.hpp"
#include "ssl/cpu.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/testing/objective_check.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::index;
using simclr = objectives::simclr<objectives::simclr_config{.hidden = 6, .output = 4}>;

constexpr encoders::vit_config dropping{.image_h = 4,
                                        .image_w = 4,
                                        .patch = 2,
                                        .width = 6,
                                        .depth = 2,
                                        .heads = 2,
                                        .mlp_ratio = 1,
                                        .drop_path = layers::drop_path_rates::uniform};
constexpr encoders::vit_config recomputing = [] {
  encoders::vit_config c = dropping;
  c.activations = layers::activations::recomputed;
  return c;
}();

/// An encoder that reads a mask: half of the pixels of an image, in its own order.
struct half_of_the_pixels
    : layers::sequential<named<"embedding", layers::patch_embedding<layers::patch_config{.patch = 1, .width = 3}>>,
                         named<"keep", layers::gather_tokens<8>>, named<"flat", layers::flatten>,
                         named<"fc", layers::linear<layers::linear_config{.out = 3}>>> {};
struct masked_rows : objective_defaults {
  using head = layers::linear<layers::linear_config{.out = 4}>;
  using networks = type_list<named<"head", head>, named<"target", head>>;
  using losses = type_list<named<"cosine", ssl::losses::cosine<>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto features = g.apply("encoder", g.views(0), {.mask = g.mask(0)});
    g.loss("cosine", {g.apply("head", features), g.apply("target", features)});
  });
};

template <class Run>
auto options() {
  run_options<Run> o;
  if constexpr (requires { o.encoder.drop_path_rate; }) o.encoder.drop_path_rate = 0.4;
  return o;
}

/// Losses of two steps, and all that the second one leaves: gradients, and what has moved in the first.
template <class Run, class... Settings>
std::vector<double> two_steps(Settings... settings) {
  typename Run::backend::context context(settings...);
  pipeline<Run> p(context, options<Run>());
  testing::random_batches<Run> batches(p.options(), 2);
  std::vector<double> all{p.step(batches.next()), p.forward_backward(batches.next())};
  for (array const which :
       {array::parameters, array::gradients, array::buffers, array::averages, array::average_buffers, array::states})
    for (auto const value : values(p, which)) all.push_back(static_cast<double>(value));
  return all;
}

template <class Run, int... Chunks>
void expect_those_of_one_part(char const* what) {
  CAPTURE(what);
  std::vector<double> const whole = two_steps<Run>();
  double const largest =
      std::abs(*std::max_element(whole.begin(), whole.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  auto const expect = [&](int chunks, std::vector<double> const& parts) {
    CAPTURE(chunks);
    REQUIRE(parts.size() == whole.size());
    double difference = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) difference = std::max(difference, std::abs(parts[i] - whole[i]));
    CHECK(difference < 1e-12 * largest);
  };
  (expect(Chunks, two_steps<in_chunks<Run, Chunks>>()), ...);
}

TEST_CASE("chunks: losses, gradients, averages and statistics are those of the whole batch") {
  expect_those_of_one_part<run<simclr, encoders::vit<dropping>>, 2, 6>("drop path, both views in one batch");
  expect_those_of_one_part<run<simclr, encoders::vit<recomputing>>, 3>("a repeat that recomputes");
  expect_those_of_one_part<run<dino<2>, encoders::vit<dropping>, multi_crop>, 3>("views of two sizes");
  expect_those_of_one_part<run<masked_rows, half_of_the_pixels, shuffled_tokens<16>>, 3>("an encoder that reads a mask");
  expect_those_of_one_part<run<moving_target<average_moves::after_optimizer>, convnet>, 2>(
      "statistics by view, a moving average");
}

template <int Batch>
struct large : run<moving_target<average_moves::after_optimizer>, encoders::vit<dropping>> {
  static constexpr int batch = Batch;
};

TEST_CASE("chunks: what the encoder keeps is that of one chunk") {
  constexpr index whole = plan_of<large<64>>.arena, halves = plan_of<in_chunks<large<64>, 2>>.arena,
                  eighths = plan_of<in_chunks<large<64>, 8>>.arena, twice = plan_of<in_chunks<large<128>, 16>>.arena;
  MESSAGE("arena of 64 images: " << whole << " numbers; in 2 chunks: " << halves << "; in 8: " << eighths);
  CHECK(halves < 0.6 * whole);
  CHECK(eighths < 0.25 * whole);
  // Twice the images in chunks of the same size add views, features and what the heads keep, not activations of the encoder.
  CHECK(twice - eighths < 0.1 * whole);
}

TEST_CASE("chunks: the bits do not depend on the number of threads") {
  using parts = in_chunks<run<simclr, encoders::vit<dropping>, two_views, backends::cpu, float>, 3>;
  using settings = backends::cpu_options;
  std::vector<double> const one = two_steps<parts>(settings{.threads = 1});
  for (int const threads : {2, 3}) CHECK(two_steps<parts>(settings{.threads = threads}) == one);
}

TEST_CASE("chunks: a value that is not finite is found in the layer that made it") {
  using parts = in_chunks<run<simclr, mlp>, 3>;
  backends::reference::context c;
  pipeline<parts> p(c);
  testing::random_batches<parts> batches({}, 1);
  std::vector<double> weights = values(p, array::parameters);
  weights[0] = std::numeric_limits<double>::quiet_NaN();
  p.write(array::parameters, weights.data());
  try {
    p.step(batches.next());
    FAIL("no exception");
  } catch (non_finite_error const& e) {
    CHECK(e.layer.find("encoder") == 0);
  }
}

}  // namespace
