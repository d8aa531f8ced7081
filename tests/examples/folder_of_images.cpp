// SPDX-License-Identifier: Apache-2.0
//
// folder_of_images DIR: a user's folder in small: PNG files of different sizes in two classes, and one that is broken.
#include <filesystem>
#include <fstream>

#include "ssl/data/image_writer.hpp"
#include "ssl/data/procedural.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 1;
  std::string const root = arguments[1];
  for (int i = 0; i < 24; ++i) {
    std::string const folder = root + (i % 2 == 0 ? "/circles" : "/squares");
    std::filesystem::create_directories(folder);
    ssl::data::procedural_images const image(
        {.count = 1, .height = 64 + i, .width = 80, .channels = i < 20 ? 3 : 1, .seed = static_cast<std::uint64_t>(i)});
    ssl::data::write_png(folder + "/" + std::to_string(i) + ".png", image.image(0));
  }
  std::ofstream(root + "/circles/broken.png") << "no image";
  return 0;
}
