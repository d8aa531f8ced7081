// SPDX-License-Identifier: Apache-2.0
#include "ssl/data/image_writer.hpp"

#include <doctest/doctest.h>

#include "ssl/augmentations/evaluation.hpp"
#include "ssl/data/image_file.hpp"
#include "ssl/data/image_grid.hpp"
#include "unit/data/temporary_folder.hpp"

namespace {

using ssl::data::decoded_image;

int code_of(auto const& call) {
  try {
    call();
    return 0;
  } catch (ssl::error const& e) {
    return e.code;
  }
}

}  // namespace

TEST_CASE("write_png: what is written is read again, grey and colour") {
  temporary_folder folder;
  for (int channels : {1, 3}) {
    decoded_image picture{31, 17, channels, {}};
    for (int i = 0; i < 31 * 17 * channels; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 256));
    ssl::data::write_png(folder / "picture.png", picture);
    decoded_image const read = ssl::data::read_image(folder / "picture.png", {.channels = channels});
    CHECK(read.height == 31);
    CHECK(read.width == 17);
    CHECK(read.pixels == picture.pixels);
  }
}

TEST_CASE("write_png: errors name the file, and leave the one that is there") {
  temporary_folder folder;
  decoded_image const pair{1, 1, 2, {1, 2}}, dot{1, 1, 1, {7}};
  ssl::data::write_png(folder / "dot.png", dot);
  CHECK(code_of([&] { ssl::data::write_png(folder / "dot.png", pair); }) == 603);
  CHECK(ssl::data::read_image(folder / "dot.png", {.channels = 1}).pixels == dot.pixels);
  try {
    ssl::data::write_png(folder / "nowhere/dot.png", dot);
    FAIL("no error");
  } catch (ssl::file_error const& e) {
    CHECK(e.code == 707);
    CHECK(std::string(e.what()).find("nowhere/dot.png") != std::string::npos);
  }
}

TEST_CASE("image_grid: cells of the largest size, enlarged, white where nothing is") {
  ssl::data::image_grid grid({.enlarge = 2, .margin_px = 1});
  decoded_image const red{1, 2, 3, {255, 0, 0, 250, 0, 0}}, grey{2, 1, 1, {10, 20}}, pair{1, 1, 2, {1, 2}};
  grid.add(red);
  grid.add(grey);
  grid.new_row();
  grid.add(grey);
  decoded_image const all = grid.picture();  // cells of 2 x 2, enlarged 4 x 4
  CHECK(all.height == 11);
  CHECK(all.width == 11);
  auto const pixel = [&](int y, int x) {
    auto const at = all.pixels.begin() + (y * 11 + x) * 3;
    return std::vector<int>(at, at + 3);
  };
  CHECK(pixel(0, 0) == std::vector{255, 255, 255});  // margin
  CHECK(pixel(1, 2) == std::vector{255, 0, 0});
  CHECK(pixel(2, 3) == std::vector{250, 0, 0});
  CHECK(pixel(3, 1) == std::vector{255, 255, 255});  // below the red picture
  CHECK(pixel(1, 6) == std::vector{10, 10, 10});
  CHECK(pixel(9, 2) == std::vector{20, 20, 20});
  CHECK(pixel(6, 6) == std::vector{255, 255, 255});  // no picture there
  CHECK(code_of([&] { grid.add(pair); }) == 603);
}

TEST_CASE("picture_of_view undoes to_float") {
  decoded_image const picture{2, 1, 3, {0, 128, 255, 1, 2, 3}};
  float view[6];
  ssl::augmentations::to_float(picture, ssl::augmentations::imagenet_statistics, view);
  CHECK(ssl::data::picture_of_view(view, {.h = 2, .w = 1, .c = 3}, ssl::augmentations::imagenet_statistics).pixels ==
        picture.pixels);
  float const beyond[] = {-1, 2};
  CHECK(ssl::data::picture_of_view(beyond, {.h = 1, .w = 2, .c = 1}).pixels == std::vector<std::uint8_t>{0, 255});
}
