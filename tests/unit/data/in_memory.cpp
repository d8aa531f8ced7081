// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/in_memory.hpp"

#include <doctest/doctest.h>

#include <numeric>

#include "unit/error_code.hpp"

namespace {

ssl::data::in_memory_images numbered() {
  std::vector<std::uint8_t> pixels(4 * 2 * 3 * 2);
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  return {{.n = 4, .h = 2, .w = 3, .c = 2}, pixels, {5, 6, -1, 8}};
}

}  // namespace

TEST_CASE("images in memory, owned and borrowed, give their pixels and labels") {
  auto const owned = numbered();
  REQUIRE(owned.size() == 4);
  CHECK(owned.image(3).data[0] == 36);
  CHECK(owned.image(1).data[11] == 23);
  CHECK(owned.image(0).height == 2);
  CHECK(owned.image(0).width == 3);
  CHECK(owned.image(0).channels == 2);
  CHECK(owned.label(2) == -1);
  CHECK(owned.label(3) == 8);

  std::uint8_t const pixels[] = {1, 2, 3, 4};
  ssl::data::image_span const borrowed({.n = 2, .h = 1, .w = 2, .c = 1}, pixels);
  CHECK(borrowed.size() == 2);
  CHECK(borrowed.image(1).data == pixels + 2);
  CHECK(borrowed.label(1) == -1);
}

TEST_CASE("images in memory: sizes that do not agree are E605") {
  std::vector<std::uint8_t> const pixels(24);
  ssl::shape const s{.n = 4, .h = 2, .w = 3, .c = 1};
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::in_memory_images(s, pixels, {1, 2, 3, 4}); }) == 0);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::in_memory_images(s, pixels, {1, 2, 3}); }) == 605);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::in_memory_images(s.with_batch(5), pixels); }) == 605);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::in_memory_images(s.with_channels(0), {}); }) == 605);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::image_span(s.with_batch(3), pixels); }) == 605);
}

TEST_CASE("parts of a data set: the first images, and chosen ones") {
  auto const whole = numbered();
  ssl::data::first const two(whole, 2);
  CHECK(two.size() == 2);
  CHECK(two.image(1).data == whole.image(1).data);
  CHECK(two.label(1) == 6);

  ssl::data::selection const chosen(whole, {3, 0, 3});
  REQUIRE(chosen.size() == 3);
  CHECK(chosen.image(0).data == whole.image(3).data);
  CHECK(chosen.image(2).data == whole.image(3).data);
  CHECK(chosen.label(1) == 5);

  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::first(whole, 5); }) == 605);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::first(whole, -1); }) == 605);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::selection(whole, {0, 4}); }) == 605);
  CHECK(test::code_of<ssl::data_error>([&] { ssl::data::selection(whole, {-1}); }) == 605);
}

TEST_CASE("a part of images without labels has none either") {
  struct unlabelled {
    std::uint8_t pixel = 9;
    ssl::index size() const { return 1; }
    ssl::image_view image(ssl::index) const { return {&pixel, 1, 1, 1}; }
  };
  static_assert(ssl::dataset<ssl::data::first<unlabelled>> && !ssl::labelled_dataset<ssl::data::first<unlabelled>>);
  static_assert(ssl::dataset<ssl::data::selection<unlabelled>> && !ssl::labelled_dataset<ssl::data::selection<unlabelled>>);
  unlabelled const whole;
  CHECK(ssl::data::first(whole, 1).image(0).data[0] == 9);
}
