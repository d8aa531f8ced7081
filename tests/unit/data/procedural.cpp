// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/procedural.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

using ssl::data::procedural_images;

std::uint64_t fingerprint(procedural_images const& set) {  // FNV-1a
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (ssl::index i = 0; i < set.size(); ++i) {
    ssl::image_view const v = set.image(i);
    for (int k = 0; k < v.height * v.width * v.channels; ++k) hash = (hash ^ v.data[k]) * 0x100000001b3u;
  }
  return hash;
}

int data_error_of(ssl::data::procedural_options const& options) {
  try {
    procedural_images{options};
    return 0;
  } catch (ssl::data_error const& e) {
    return e.code;
  }
}

/// Share of correct answers of one nearest neighbour on raw pixels.
double nearest_neighbour(procedural_images const& bank, procedural_images const& queries) {
  int right = 0;
  int const pixels = queries.image(0).height * queries.image(0).width;
  for (ssl::index q = 0; q < queries.size(); ++q) {
    std::uint8_t const* const a = queries.image(q).data;
    int best = 1 << 30;
    std::int32_t label = -1;
    for (ssl::index b = 0; b < bank.size(); ++b) {
      std::uint8_t const* const p = bank.image(b).data;
      int distance = 0;
      for (int k = 0; k < pixels; ++k) distance += (a[k] - p[k]) * (a[k] - p[k]);
      if (distance < best) best = distance, label = bank.label(b);
    }
    right += label == queries.label(q);
  }
  return right / static_cast<double>(queries.size());
}

}  // namespace

TEST_CASE("procedural images have the same bits on every machine") {
  CHECK(fingerprint(procedural_images{{.count = 50, .seed = 1}}) == 12988394968259384082u);
  CHECK(fingerprint(procedural_images{{.count = 20, .height = 31, .width = 47, .channels = 3, .seed = 1}}) ==
        10144651121436018833u);
}

TEST_CASE("a procedural image depends on seed and index alone") {
  procedural_images const few{{.count = 10, .seed = 4}}, many{{.count = 40, .seed = 4}}, other{{.count = 10, .seed = 5}};
  for (ssl::index i = 0; i < few.size(); ++i) {
    CHECK(std::memcmp(few.image(i).data, many.image(i).data, 28 * 28) == 0);
    CHECK(std::memcmp(few.image(i).data, other.image(i).data, 28 * 28) != 0);
    CHECK(std::memcmp(few.image(i).data, many.image(i + 10).data, 28 * 28) != 0);
  }
}

TEST_CASE("procedural images: any size, one or three channels, ten classes in equal number") {
  for (int channels : {1, 3}) {
    for (auto [h, w] : {std::pair{8, 8}, {28, 28}, {33, 97}, {200, 9}}) {
      procedural_images const set{{.count = 30, .height = h, .width = w, .channels = channels, .seed = 2}};
      REQUIRE(set.size() == 30);
      ssl::image_view const v = set.image(29);
      CHECK(v.height == h);
      CHECK(v.width == w);
      CHECK(v.channels == channels);
      auto const [low, high] = std::minmax_element(v.data, v.data + h * w * channels);
      CHECK(*high - *low > 20);
      int per_class[10] = {};
      for (ssl::index i = 0; i < set.size(); ++i) ++per_class[set.label(i)];
      for (int count : per_class) CHECK(count == 3);
    }
  }
}

TEST_CASE("raw pixels tell the class of a procedural image better than chance, and far from always") {
  double const share =
      nearest_neighbour(procedural_images{{.count = 1500, .seed = 1}}, procedural_images{{.count = 300, .seed = 2}});
  CHECK(share > 0.2);
  CHECK(share < 0.7);
}

TEST_CASE("procedural images: options outside their ranges are E606") {
  CHECK(data_error_of({.count = 1}) == 0);
  CHECK(data_error_of({.count = 0}) == 606);
  CHECK(data_error_of({.count = 1, .height = 7}) == 606);
  CHECK(data_error_of({.count = 1, .width = 1025}) == 606);
  CHECK(data_error_of({.count = 1, .channels = 2}) == 606);
  CHECK(data_error_of({.count = 1, .channels = 4}) == 606);
}
