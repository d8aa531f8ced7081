// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/features.hpp"

#include <doctest/doctest.h>

#include "ssl/data/in_memory.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/ssl.hpp"

namespace {

using namespace ssl;

using small_encoder = encoders::convnet<encoders::convnet_config{.width = 4, .stages = 2}>;
template <int Batch>
using frozen = frozen_encoder<small_encoder, shape{.h = 8, .w = 8, .c = 1}, backends::reference, Batch>;

data::procedural_images images(int count, std::uint64_t seed = 0) {
  return data::procedural_images({.count = count, .height = 8, .width = 8, .seed = seed});
}

TEST_CASE("the features of a data set do not depend on the batch, whole or with a tail") {
  backends::reference::context c;
  auto const data = images(11);
  frozen<11> whole(c);
  frozen<4> parts(c);
  auto const expected = evaluation::features(whole, data), found = evaluation::features(parts, data);
  REQUIRE(found.shape(0) == 11);
  REQUIRE(found.shape(1) == 8);
  for (std::size_t i = 0; i < 11; ++i)
    for (std::size_t j = 0; j < 8; ++j) CHECK(found(i, j) == expected(i, j));
}

TEST_CASE("raw pixels are the normalised values of each image in a row") {
  data::in_memory_images const data({2, 1, 2, 1}, {0, 255, 51, 102}, {4, -1});
  auto const rows = evaluation::raw_pixels(data, {.mean = {0.2f}, .deviation = {0.5f}});
  CHECK(rows(0, 0) == doctest::Approx(-0.4));
  CHECK(rows(0, 1) == doctest::Approx(1.6));
  CHECK(rows(1, 0) == doctest::Approx(0.0));
  CHECK(rows(1, 1) == doctest::Approx(0.4));
  auto const classes = evaluation::labels_of(data);
  CHECK(classes(0) == 4);
  CHECK(classes(1) == -1);
}

TEST_CASE("calibration averages the statistics of all whole batches") {
  backends::reference::context c;
  auto const data = images(9);  // two batches of four, one image over
  frozen<4> encoder(c);
  evaluation::calibrate(encoder, data);
  auto const both = encoder.weights().buffers;
  auto one_batch = [&](ssl::index first) {
    frozen<4> other(c);
    std::vector<image_view> views;
    for (ssl::index i = first; i < first + 4; ++i) views.push_back(data.image(i));
    other.calibrate(views.data(), 0);
    return other.weights().buffers;
  };
  auto const first = one_batch(0), second = one_batch(4);
  bool differ = false;
  for (std::size_t i = 0; i < both.size(); ++i) {
    CHECK(both[i] == doctest::Approx((first[i] + second[i]) / 2).epsilon(1e-5));
    differ = differ || first[i] != second[i];
  }
  CHECK(differ);
  frozen<10> too_large(c);
  try {
    evaluation::calibrate(too_large, data);
    FAIL("a data set smaller than the batch was accepted");
  } catch (data_error const& e) {
    CHECK(e.code == 601);
  }
}

TEST_CASE("images of several sizes have no raw pixels, an empty set has none either") {
  struct uneven {
    std::uint8_t pixels[4] = {};
    ssl::index size() const { return 2; }
    image_view image(ssl::index i) const { return {pixels, 1, static_cast<int>(i) + 1, 1}; }
  };
  struct empty {
    ssl::index size() const { return 0; }
    image_view image(ssl::index) const { return {}; }
  };
  auto const code = [](auto const& call) {
    try {
      call();
    } catch (error const& e) {
      return e.code;
    }
    return 0;
  };
  CHECK(code([] { evaluation::raw_pixels(uneven{}, {}); }) == 605);
  CHECK(code([] { evaluation::raw_pixels(empty{}, {}); }) == 640);
}

TEST_CASE("features from inside: the mean over all places, the first token, or all") {
  backends::reference::context c;
  auto const data = images(5);
  frozen<3> encoder(c);
  auto const last = evaluation::features(encoder, data);
  auto const mean = evaluation::features(encoder, data, "stage2"),
             all = evaluation::features(encoder, data, "stage2", evaluation::tap_form::all);
  auto const first = evaluation::features(encoder, data, "stage2", evaluation::tap_form::first_token);
  REQUIRE(mean.shape() == last.shape());
  REQUIRE(first.shape() == last.shape());
  std::size_t const channels = mean.shape(1), places = all.shape(1) / channels;
  CHECK(places > 1);
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t k = 0; k < channels; ++k) {
      CHECK(mean(i, k) == doctest::Approx(last(i, k)).epsilon(1e-5));  // the encoder ends with this mean
      CHECK(first(i, k) == all(i, k));
      double sum = 0;
      for (std::size_t p = 0; p < places; ++p) sum += all(i, p * channels + k);
      CHECK(mean(i, k) == doctest::Approx(sum / static_cast<double>(places)).epsilon(1e-5));
    }
  CHECK_THROWS_AS(evaluation::features(encoder, data, "stage9"), composition_error);
}

TEST_CASE("evaluations of an encoder are those of its features") {
  backends::reference::context c;
  auto const train = images(60), test = images(20, 1);
  frozen<16> encoder(c);
  evaluation::calibrate(encoder, train);
  auto const bank = evaluation::features(encoder, train), queries = evaluation::features(encoder, test);
  auto const a = evaluation::labels_of(train), b = evaluation::labels_of(test);
  CHECK(evaluation::knn(encoder, train, test, {.k = 5}).accuracy == evaluation::knn(bank, a, queries, b, {.k = 5}).accuracy);
  CHECK(evaluation::linear_probe(encoder, train, test).test_accuracy ==
        evaluation::linear_probe(bank, a, queries, b).test_accuracy);
}

}  // namespace
