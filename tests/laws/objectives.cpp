// SPDX-License-Identifier: Apache-2.0
#include "ssl/objectives/simclr.hpp"

#include <doctest/doctest.h>

#include "conformance/backends.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/tiny.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;
using simclr = objectives::simclr<objectives::simclr_config{.hidden = 31, .output = 17}>;

template <class Pipeline>
std::vector<typename Pipeline::scalar> weights(Pipeline& p) {
  std::vector<typename Pipeline::scalar> values(static_cast<std::size_t>(p.elements(array::parameters)));
  p.read(array::parameters, values.data());
  return values;
}

/// Weights and losses after three steps.
template <class Run>
std::vector<float> trained(typename Run::backend::context& context, run_options<Run> const& options) {
  pipeline<Run> p(context, options);
  testing::random_batches<Run> batches(options, 3);
  std::vector<float> losses;
  for (int i = 0; i < 3; ++i) losses.push_back(static_cast<float>(p.step(batches.next())));
  std::vector<float> all = weights(p);
  all.insert(all.end(), losses.begin(), losses.end());
  return all;
}

/// Large enough that every kernel has work for several threads.
template <class Objective, class Encoder, class Backend>
struct several_tiles : run<Objective, Encoder, two_views, Backend, float> {
  static constexpr shape image{.h = 16, .w = 16, .c = 3};
  static constexpr int batch = 24;
};
using conv = encoders::convnet<encoders::convnet_config{.width = 16, .stages = 3}>;
using transformer =
    encoders::vit<encoders::vit_config{.image_h = 16, .image_w = 16, .patch = 4, .width = 48, .depth = 2, .heads = 3}>;

TEST_CASE("equal seeds give equal bits, other seeds other ones") {
  using r = several_tiles<simclr, conv, backends::reference>;
  backends::reference::context c;
  std::vector<float> const first = trained<r>(c, {.seed = 4});
  CHECK(trained<r>(c, {.seed = 4}) == first);
  CHECK(trained<r>(c, {.seed = 5}) != first);
}

#if defined(PRETEXT_TEST_HAS_CPU)
template <class Objective, class Encoder>
void expect_equal_bits() {
  using r = several_tiles<Objective, Encoder, backends::cpu>;
  backends::cpu_context one({.threads = 1});
  std::vector<float> const expected = trained<r>(one, {});
  for (float v : expected) CHECK(std::isfinite(v));
  for (int threads : {2, 3}) {
    backends::cpu_context several({.threads = threads});
    INFO(threads << " threads");
    CHECK(trained<r>(several, {}) == expected);
  }
}

TEST_CASE("1, 2 and 3 threads give the same bits in whole steps") {
  expect_equal_bits<simclr, conv>();
  expect_equal_bits<simclr, transformer>();
  expect_equal_bits<moving_target<average_moves::after_optimizer>, conv>();
}
#endif

/// Views that the augmentation does not make by chance: the first of each image is the picture, the second its negative.
struct negatives {
  struct options {
    bool swapped = false;
  };
  static constexpr augmentations::view_layout layout(shape image) { return {.groups = 1, .group = {{2, image.with_batch(1)}}}; }
  static void apply(shape image, options const& o, draw_key, image_view picture, augmentations::sample_output const& out,
                    augmentations::scratch&) {
    for (int v = 0; v < 2; ++v) {
      float* view = out.view(layout(image), 0, v);
      for (ssl::index i = 0; i < image.with_batch(1).elements(); ++i)
        view[i] = static_cast<float>((v == 1) != o.swapped ? 255 - picture.data[i] : picture.data[i]) / 255;
    }
  }
};

TEST_CASE("simclr does not mind which view comes first") {
  using r = run<simclr, convnet, negatives>;
  backends::reference::context c;
  pipeline<r> p(c), q(c, {.augmentation = {.swapped = true}});
  testing::random_batches<r> straight(p.options()), swapped(q.options());
  CHECK(p.step(straight.next()) == doctest::Approx(q.step(swapped.next())).epsilon(1e-12));
  std::vector<double> const a = weights(p), b = weights(q);
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) < 1e-12);
}

}  // namespace
