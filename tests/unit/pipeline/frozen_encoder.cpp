// SPDX-License-Identifier: Apache-2.0
#include "ssl/pipeline/frozen_encoder.hpp"

#include <doctest/doctest.h>

#include "objectives/tiny.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/testing/network.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using ssl::index;
using conv_run = run<objectives::simclr<objectives::simclr_config{.hidden = 5, .output = 4}>>;
using frozen = frozen_of<conv_run, 4>;

std::vector<image_view> views_of(testing::random_pictures const& pictures) {
  std::vector<image_view> list;
  for (index i = 0; i < pictures.size(); ++i) list.push_back(pictures.image(i));
  return list;
}

/// The same encoder as a network of its own, in evaluation mode, with given weights.
template <int Batch, execution_mode Mode = execution_mode::evaluation>
std::vector<double> by_itself(encoder_weights<double> const& w, std::vector<double> const& x) {
  testing::single_network<convnet, conv_run::image.with_batch(Batch), backends::reference, double, execution{.mode = Mode}> net;
  for (block_info const& b : frozen::blocks(block_set::parameters))
    net.set_parameter(b.name, {w.parameters.begin() + b.offset, w.parameters.begin() + b.offset + b.elements});
  for (block_info const& b : frozen::blocks(block_set::buffers))
    net.set_buffer(b.name, {w.buffers.begin() + b.offset, w.buffers.begin() + b.offset + b.elements});
  return net.forward(x);
}

std::vector<double> normalised(std::vector<image_view> const& pictures, augmentations::channel_statistics const& s) {
  std::vector<double> x;
  for (image_view const& p : pictures)
    for (int i = 0; i < p.height * p.width * p.channels; ++i) {
      int const c = i % p.channels;
      x.push_back((p.data[i] / 255.0 - static_cast<double>(s.mean[c])) / static_cast<double>(s.deviation[c]));
    }
  return x;
}

void expect_close(std::vector<double> const& a, std::vector<double> const& b, double allowed = 1e-5) {  // bytes become floats
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) < allowed);
}

TEST_CASE("a frozen encoder gives what the pipeline's encoder gives in evaluation mode, with its weights and statistics") {
  backends::reference::context c;
  pipeline<conv_run> p(c, {.optimizer = {.learning_rate = 0.5}});
  testing::random_batches<conv_run> batches(p.options(), 3);
  for (int i = 0; i < 3; ++i) p.step(batches.next());

  frozen encoder(c);
  encoder.set_weights(p.exported());
  encoder.statistics() = {.mean = {0.4f, 0.5f}, .deviation = {0.2f, 0.3f, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
  testing::random_pictures const pictures(4, conv_run::image, 8);
  std::vector<double> features(4 * frozen::width);
  encoder.features(views_of(pictures).data(), 4, features.data());
  expect_close(features, by_itself<4>(p.exported(), normalised(views_of(pictures), encoder.statistics())));
  CHECK(frozen::width == 6);
  CHECK(encoder.weights().parameters == p.exported().parameters);
  CHECK(encoder.weights().buffers == p.exported().buffers);
}

TEST_CASE("without weights a frozen encoder begins as the pipeline of its seed") {
  backends::reference::context c;
  pipeline<conv_run> p(c, {.seed = 11});
  frozen const same(c, 11), other(c, 12);
  CHECK(same.weights().parameters == p.exported().parameters);
  CHECK(same.weights().buffers == p.exported().buffers);
  CHECK(other.weights().parameters != p.exported().parameters);
  CHECK(frozen::blocks(block_set::parameters).front().name == "stage1.conv.weight");
}

TEST_CASE("the number of images in a call changes no feature") {
  backends::reference::context c;
  frozen encoder(c);
  testing::random_pictures const pictures(4, conv_run::image, 9);
  std::vector<image_view> const views = views_of(pictures);
  std::vector<double> all(4 * frozen::width), few(3 * frozen::width, -1), one(frozen::width);
  encoder.features(views.data(), 4, all.data());
  encoder.features(views.data(), 2, few.data());
  for (index i = 0; i < 2 * frozen::width; ++i) CHECK(few[i] == all[i]);
  for (index i = 2 * frozen::width; i < 3 * frozen::width; ++i) CHECK(few[i] == -1);  // nothing is written beyond
  encoder.features(&views[3], 1, one.data());
  for (index i = 0; i < frozen::width; ++i) CHECK(one[i] == all[3 * frozen::width + i]);
}

TEST_CASE("an image of another size is resized") {
  backends::reference::context c;
  frozen encoder(c);
  // every pixel four times: half of it is the picture again
  testing::random_pictures const small(1, conv_run::image, 10);
  image_view const from = small.image(0);
  std::vector<std::uint8_t> doubled(8 * 8 * 2);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x)
      for (int k = 0; k < 2; ++k) doubled[(y * 8 + x) * 2 + k] = from.data[(y / 2 * 4 + x / 2) * 2 + k];
  image_view const large{doubled.data(), 8, 8, 2};
  std::vector<float> picture(32);
  augmentations::scratch scratch;
  augmentations::to_float(large, conv_run::image, {}, picture.data(), scratch);

  std::vector<double> features(frozen::width), expected_input(picture.begin(), picture.end());
  encoder.features(&large, 1, features.data());
  expect_close(features, by_itself<1>(encoder.weights(), expected_input));
}

TEST_CASE("E602, E603: an image of other channels, or without pixels, is refused") {
  backends::reference::context c;
  frozen encoder(c);
  std::vector<std::uint8_t> const bytes(4 * 4 * 3);
  std::vector<double> features(frozen::width);
  auto const code = [&](image_view v) {
    try {
      encoder.features(&v, 1, features.data());
    } catch (data_error const& e) {
      return e.code;
    }
    return 0;
  };
  CHECK(code({bytes.data(), 4, 4, 3}) == 602);
  CHECK(code({nullptr, 4, 4, 2}) == 603);
  CHECK(code({bytes.data(), 0, 4, 2}) == 603);
}

TEST_CASE("taps give what a module gives, by its name; E803: there must be such a module") {
  backends::reference::context c;
  frozen encoder(c);
  testing::random_pictures const pictures(3, conv_run::image, 12);
  std::vector<image_view> const views = views_of(pictures);
  shape extents;
  std::vector<double> const stage1 = encoder.tap(views.data(), 3, "stage1", &extents),
                            bn = encoder.tap(views.data(), 3, "stage1.bn");
  CHECK(stage1.size() == 3 * 4 * 4 * 3);
  CHECK(extents == shape{.n = 3, .h = 4, .w = 4, .c = 3});
  REQUIRE(bn.size() == stage1.size());
  bool negative = false;
  for (std::size_t i = 0; i < bn.size(); ++i) {
    CHECK(stage1[i] == std::max(bn[i], 0.0));
    negative = negative || bn[i] < 0;
  }
  CHECK(negative);
  std::vector<double> features(3 * frozen::width);
  encoder.features(views.data(), 3, features.data());
  CHECK(encoder.tap(views.data(), 3, "pool") == features);

  int code = 0;
  try {
    encoder.tap(views.data(), 3, "stage");
  } catch (composition_error const& e) {
    code = e.code;
  }
  CHECK(code == 803);
}

TEST_CASE("taps inside a repeat are told apart by the iteration") {
  using r = run<conv_run::objective, vit>;
  backends::reference::context c;
  frozen_of<r, 2> encoder(c);
  testing::random_pictures const pictures(2, r::image, 13);
  std::vector<image_view> const views = views_of(pictures);
  std::vector<double> const first = encoder.tap(views.data(), 2, "blocks.0"), second = encoder.tap(views.data(), 2, "blocks.1");
  CHECK(first.size() == 2 * 5 * 6);
  CHECK(second.size() == first.size());
  CHECK(first != second);
}

TEST_CASE("calibration makes the running statistics the average of those of the calls") {
  backends::reference::context c;
  frozen encoder(c);
  std::vector<double> mean(3, 0), variance(3, 0);
  for (int call = 0; call < 3; ++call) {
    testing::random_pictures const pictures(4, conv_run::image, 20 + static_cast<std::uint64_t>(call));
    std::vector<image_view> const views = views_of(pictures);
    std::vector<double> const x = encoder.tap(views.data(), 4, "stage1.conv");  // before the first norm: no statistics in it
    index const rows = static_cast<index>(x.size()) / 3;
    for (int k = 0; k < 3; ++k) {
      double m = 0, v = 0;
      for (index r = 0; r < rows; ++r) m += x[r * 3 + k] / static_cast<double>(rows);
      for (index r = 0; r < rows; ++r) v += (x[r * 3 + k] - m) * (x[r * 3 + k] - m) / static_cast<double>(rows - 1);
      mean[k] += m / 3, variance[k] += v / 3;
    }
    encoder.calibrate(views.data(), call);
  }
  encoder_weights<double> const w = encoder.weights();
  for (block_info const& b : frozen::blocks(block_set::buffers))
    for (int k = 0; k < 3; ++k) {
      if (b.name == "stage1.bn.running_mean") CHECK(w.buffers[b.offset + k] == doctest::Approx(mean[k]).epsilon(1e-12));
      if (b.name == "stage1.bn.running_var") CHECK(w.buffers[b.offset + k] == doctest::Approx(variance[k]).epsilon(1e-12));
    }
}

}  // namespace
