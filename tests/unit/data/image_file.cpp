// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/image_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <type_traits>

#include "unit/data/codecs.hpp"

namespace {

using ssl::data::decode_image;
using ssl::data::decoded_image;
using ssl::data::read_image;

static_assert(std::is_convertible_v<decoded_image const&, ssl::image_view>);
static_assert(!std::is_convertible_v<decoded_image, ssl::image_view>, "a view of a temporary must not compile");

std::vector<int> first_pixel(decoded_image const& image) { return {image.pixels.begin(), image.pixels.begin() + image.channels}; }

bool near_to(std::vector<int> const& a, std::vector<int> const& b, int most = 3) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](int x, int y) { return std::abs(x - y) <= most; });
}

/// Code of the error and its text; 0 where there is none.
std::pair<int, std::string> error_of(file_bytes const& bytes, ssl::data::image_options const& options = {}) {
  try {
    decode_image("picture", bytes, options);
    return {};
  } catch (ssl::error const& e) {
    return {e.code, e.what()};
  }
}

}  // namespace

TEST_CASE("images: grey and colour, as three channels or as one") {
  file_bytes const grey = write_jpeg(9, 5, {100}), colour = write_jpeg(9, 5, {200, 100, 50});
  decoded_image const image = decode_image("", colour);
  CHECK(image.height == 9);
  CHECK(image.width == 5);
  CHECK(image.pixels.size() == 9 * 5 * 3);
  CHECK(near_to(first_pixel(image), {200, 100, 50}));
  CHECK(near_to(first_pixel(decode_image("", grey)), {100, 100, 100}));
  CHECK(near_to(first_pixel(decode_image("", grey, {.channels = 1})), {100}));
  CHECK(near_to(first_pixel(decode_image("", colour, {.channels = 1})), {124}));  // 0.299 R + 0.587 G + 0.114 B

  temporary_folder folder;
  write_png(folder / "a.png", 1, 2, {200, 100, 50, 255, 255, 255});
  CHECK(read_image(folder / "a.png").pixels == file_bytes{200, 100, 50, 255, 255, 255});
  CHECK(read_image(folder / "a.png", {.channels = 1}).pixels == file_bytes{124, 255});
  CHECK(error_of(grey, {.channels = 2}).first == 606);
  CHECK(error_of(grey, {.min_side = -1}).first == 606);
}

TEST_CASE("images: inks with and without Adobe's inversion") {
  auto const inks = [](J_COLOR_SPACE stored, bool adobe, std::vector<std::uint8_t> const& pixel) {
    return write_jpeg(8, 8, JCS_CMYK, pixel, [&](jpeg_compress_struct& info) {
      jpeg_set_colorspace(&info, stored);
      info.write_Adobe_marker = adobe;
    });
  };
  // cyan 55, magenta 155, yellow 205 and no black: R = 255 - 55 and so on
  CHECK(near_to(first_pixel(decode_image("", inks(JCS_CMYK, false, {55, 155, 205, 0}))), {200, 100, 50}));
  CHECK(near_to(first_pixel(decode_image("", inks(JCS_CMYK, true, {200, 100, 50, 255}))), {200, 100, 50}));
  CHECK(near_to(first_pixel(decode_image("", inks(JCS_YCCK, true, {200, 100, 50, 255}))), {200, 100, 50}));
  CHECK(near_to(first_pixel(decode_image("", inks(JCS_CMYK, true, {200, 100, 50, 127}))), {100, 50, 25}));
  CHECK(near_to(first_pixel(decode_image("", inks(JCS_CMYK, true, {200, 100, 50, 255}), {.channels = 1})), {124}));
}

TEST_CASE("images: the eight orientations, in JPEG and PNG, in either order of bytes") {
  // What is seen is 1 2 3 / 4 5 6; stored is what the orientation turns back.
  std::vector<std::vector<int>> const stored = {{1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1}, {4, 5, 6, 1, 2, 3},
                                                {1, 4, 2, 5, 3, 6}, {3, 6, 2, 5, 1, 4}, {6, 3, 5, 2, 4, 1}, {4, 1, 5, 2, 6, 3}};
  temporary_folder folder;
  for (int orientation = 1; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    std::vector<std::uint8_t> pixels;
    for (int value : stored[static_cast<std::size_t>(orientation - 1)])
      pixels.insert(pixels.end(), 3, static_cast<std::uint8_t>(value));
    bool const turned = orientation >= 5;
    for (bool little : {true, false}) {
      write_png(folder / "a.png", turned ? 3 : 2, turned ? 2 : 3, pixels, exif_of(orientation, little));
      decoded_image const seen = read_image(folder / "a.png", {.channels = 1});
      CHECK(seen.height == 2);
      CHECK(seen.width == 3);
      CHECK(seen.pixels == file_bytes{1, 2, 3, 4, 5, 6});
      file_bytes block = exif_of(orientation, little);
      block.insert(block.begin(), {'E', 'x', 'i', 'f', 0, 0});
      file_bytes jpeg = write_jpeg(16, 8, {9});
      file_bytes const marker = {0xFF, 0xE1, 0, static_cast<std::uint8_t>(block.size() + 2)};
      jpeg.insert(jpeg.begin() + 2, block.begin(), block.end());
      jpeg.insert(jpeg.begin() + 2, marker.begin(), marker.end());
      CHECK(decode_image("", jpeg).height == (turned ? 8 : 16));
    }
  }
}

TEST_CASE("images: a damaged block of EXIF changes nothing and is not read beyond its end") {
  file_bytes const whole = exif_of(6);
  CHECK(ssl::data::detail::exif_orientation(whole) == 6);
  for (std::size_t size = 0; size < 22; ++size)
    CHECK(ssl::data::detail::exif_orientation(
              std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<long>(size))) == 1);
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      file_bytes damaged = whole;
      damaged[at] = static_cast<std::uint8_t>(value);
      int const orientation = ssl::data::detail::exif_orientation(damaged);
      REQUIRE(orientation >= 1);
      REQUIRE(orientation <= 8);
    }
}

TEST_CASE("images: a JPEG is decoded by eighths where less is asked for, and never smaller than that") {
  file_bytes const jpeg = write_jpeg(160, 240, {200, 100, 50});
  struct decoding {
    int min_side, height, width;
  };
  for (decoding const& expected : {decoding{0, 160, 240},
                                   {1, 20, 30},
                                   {20, 20, 30},
                                   {21, 40, 60},
                                   {60, 60, 90},
                                   {61, 80, 120},
                                   {140, 140, 210},
                                   {141, 160, 240},
                                   {999, 160, 240}}) {
    INFO("at least " << expected.min_side);
    decoded_image const image = decode_image("", jpeg, {.min_side = expected.min_side});
    CHECK(image.height == expected.height);
    CHECK(image.width == expected.width);
    CHECK(near_to(first_pixel(image), {200, 100, 50}));
  }
}

TEST_CASE("images: what is no intact image is E611, with the name and the reason") {
  file_bytes const jpeg = write_jpeg(40, 40, {200, 100, 50});
  for (file_bytes const& bytes : {file_bytes{}, file_bytes{0xFF, 0xD8}, file_bytes{'G', 'I', 'F', '8', '9', 'a', 0, 0, 0, 0}}) {
    auto const [code, text] = error_of(bytes);
    CHECK(code == 611);
    CHECK(text.find("picture: expected the first bytes of a JPEG or PNG") != std::string::npos);
  }
  CHECK(error_of(file_bytes(jpeg.begin(), jpeg.end() - 2)).first == 611);
  CHECK(error_of(jpeg, {.max_pixels = 1599}).second.find("claims 40x40 pixels, more than max_pixels") != std::string::npos);
  CHECK(error_of(jpeg, {.max_pixels = 1600}).first == 0);

  temporary_folder folder;
  write_bytes(folder / "a.jpg", jpeg);
  try {
    read_image(folder / "a.jpg", {.max_file_bytes = static_cast<ssl::index>(jpeg.size()) - 1});
    FAIL("a file beyond max_file_bytes was read");
  } catch (ssl::file_error const& e) {
    CHECK(e.code == 611);
    CHECK(e.path == folder / "a.jpg");
  }
  CHECK_THROWS_AS(read_image(folder / "missing.jpg"), ssl::file_error);
  CHECK_THROWS_AS(read_image(folder.path()), ssl::file_error);
}

TEST_CASE("images: a header that claims more pixels than the file can hold is refused before memory is asked for") {
  file_bytes jpeg = write_jpeg(16, 16, {7});
  std::uint8_t const marker[] = {0xFF, 0xC0};
  auto const frame = std::search(jpeg.begin(), jpeg.end(), std::begin(marker), std::end(marker));
  REQUIRE(frame != jpeg.end());
  for (int k : {5, 7}) frame[k] = 0x20;  // 8208 x 8208
  CHECK(error_of(jpeg).second.find("more than its bytes can hold") != std::string::npos);
}

TEST_CASE("images: a JPEG of very many scans is refused") {
  std::vector<jpeg_scan_info> script;
  for (int component = 0; component < 3; ++component) script.push_back({1, {component}, 0, 0, 0, 0});
  for (int low = 2; low >= 0; --low)
    for (int component = 0; component < 3; ++component)
      for (int k = 1; k < 64; ++k) script.push_back({1, {component}, k, k, low == 2 ? 0 : low + 1, low});
  REQUIRE(script.size() > 500);
  file_bytes const jpeg = write_jpeg(8, 8, JCS_RGB, {1, 2, 3}, [&](jpeg_compress_struct& info) {
    info.scan_info = script.data();
    info.num_scans = static_cast<int>(script.size());
  });
  CHECK(error_of(jpeg).second.find("more scans than any encoder writes") != std::string::npos);
}

TEST_CASE("images: damaged files end in an image or an error") {
  constexpr unsigned seed = 20240611;
  INFO("seed " << seed);
  temporary_folder folder;
  std::vector<std::uint8_t> noise(24 * 24 * 3);
  std::mt19937 random(seed);
  for (std::uint8_t& v : noise) v = static_cast<std::uint8_t>(random());
  write_png(folder / "a.png", 24, 24, noise, exif_of(6));
  file_bytes const progressive =
      write_jpeg(24, 24, JCS_RGB, {200, 100, 50}, [](jpeg_compress_struct& info) { jpeg_simple_progression(&info); });
  for (file_bytes const& whole : {read_bytes(folder / "a.png"), write_jpeg(24, 24, {200, 100, 50}), progressive}) {
    for (int trial = 0; trial < 1500; ++trial) {
      file_bytes bytes = whole;
      for (int k = trial % 4; k >= 0; --k) bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      if (trial % 5 == 0) bytes.resize(random() % bytes.size());
      int const code = error_of(bytes).first;
      REQUIRE((code == 0 || code == 611));
    }
  }
}
