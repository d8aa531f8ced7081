// SPDX-License-Identifier: Apache-2.0
// The images of the shared folder, each as its MANIFEST.csv says.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "ssl/data/cifar.hpp"
#include "ssl/data/image_folder.hpp"

namespace {

using ssl::data::decoded_image;

std::string const folder = std::string(PRETEXT_SHARED_DIR) + "/data/images";

bool is_there() {
  if (std::filesystem::exists(folder + "/MANIFEST.csv")) return true;
  MESSAGE("skipped: no images in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
  return false;
}

using csv_row = std::map<std::string, std::string>;

std::vector<std::string> cells_of(std::string const& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (char const c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else
      cells.back() += c;
  }
  return cells;
}

std::vector<csv_row> manifest() {
  std::ifstream file(folder + "/MANIFEST.csv");
  std::string line;
  std::getline(file, line);
  std::vector<std::string> const names = cells_of(line);
  std::vector<csv_row> rows;
  while (std::getline(file, line)) {
    std::vector<std::string> const cells = cells_of(line);
    REQUIRE(cells.size() == names.size());
    rows.emplace_back();
    for (std::size_t k = 0; k < names.size(); ++k) rows.back()[names[k]] = cells[k];
  }
  return rows;
}

double mean_of(decoded_image const& image, int channel) {
  double sum = 0;
  for (std::size_t k = static_cast<std::size_t>(channel); k < image.pixels.size(); k += static_cast<std::size_t>(image.channels))
    sum += image.pixels[k];
  return sum / (image.height * image.width);
}

/// Mean distance of two images of one size.
double distance(decoded_image const& a, decoded_image const& b) {
  REQUIRE(a.pixels.size() == b.pixels.size());
  double sum = 0;
  for (std::size_t k = 0; k < a.pixels.size(); ++k) sum += std::abs(a.pixels[k] - b.pixels[k]);
  return sum / static_cast<double>(a.pixels.size());
}

/// Compares an image that was decoded with its row; nothing is compared where the row has no reference.
void check_content(decoded_image const& image, csv_row const& row) {
  if (!row.at("width").empty()) {
    bool const turned = !row.at("exif_orientation").empty() && std::stoi(row.at("exif_orientation")) >= 5;
    CHECK(image.width == std::stoi(row.at(turned ? "height" : "width")));
    CHECK(image.height == std::stoi(row.at(turned ? "width" : "height")));
  }
  CHECK(image.channels == 3);
  char const* const means[] = {"mean_r", "mean_g", "mean_b"};
  for (int c = 0; c < 3; ++c)
    if (!row.at(means[c]).empty()) CHECK(std::abs(mean_of(image, c) - std::stod(row.at(means[c]))) <= 0.5);
}

}  // namespace

TEST_CASE("manifest: every image is read, or refused with its name, as it says") {
  if (!is_there()) return;
  std::vector<csv_row> const rows = manifest();
  REQUIRE(rows.size() == 101);
  int read = 0;
  std::set<std::string> refused;
  for (csv_row const& row : rows) {
    std::string const path = folder + "/" + row.at("file"), &expect = row.at("expect"), &note = row.at("note");
    INFO(path << ": " << note);
    try {
      decoded_image const image = ssl::data::read_image(path);
      ++read;
      check_content(image, row);
      // "some decoders accept it", "decoders may ignore the chunk"
      if (expect == "broken") CHECK(note.find("decoders ") != std::string::npos);
    } catch (ssl::file_error const& e) {
      refused.insert(path);
      CHECK(expect != "ok");
      CHECK(e.code == 611);
      CHECK(e.path == path);
      CHECK(std::string(e.what()).find(path) != std::string::npos);
    }
  }

  ssl::data::image_folder const images(folder, {.threads = 2});
  CHECK(images.size() == read);
  std::set<std::string> skipped;
  for (ssl::data::broken_file const& file : images.skipped()) skipped.insert(file.path);
  CHECK(skipped == refused);
  CHECK(images.classes() == std::vector<std::string>{"jpeg", "jpeg-broken", "png", "png-broken"});
  CHECK_THROWS_AS(ssl::data::image_folder(folder, {.broken = ssl::data::broken_files::fatal}), ssl::file_error);
}

TEST_CASE("manifest: one portrait in eight orientations, and its grey and smaller forms") {
  if (!is_there()) return;
  decoded_image const upright = ssl::data::read_image(folder + "/jpeg/hopper.jpg");
  for (int orientation = 2; orientation <= 8; ++orientation) {
    INFO("orientation " << orientation);
    CHECK(distance(upright, ssl::data::read_image(folder + "/jpeg/hopper_orientation_" + std::to_string(orientation) + ".jpg")) <
          6);
  }
  decoded_image mirrored = upright;
  for (int y = 0; y < 128; ++y)
    for (int x = 0; x < 128; ++x) std::copy_n(&upright.pixels[(y * 128 + 127 - x) * 3], 3, &mirrored.pixels[(y * 128 + x) * 3]);
  CHECK(distance(upright, mirrored) > 20);  // so that the above says something

  decoded_image const grey = ssl::data::read_image(folder + "/jpeg/hopper.jpg", {.channels = 1});
  CHECK(distance(grey, ssl::data::read_image(folder + "/jpeg/hopper_gray.jpg", {.channels = 1})) < 2);
  CHECK(mean_of(ssl::data::read_image(folder + "/png/hopper.png", {.channels = 1}), 0) ==
        doctest::Approx(mean_of(grey, 0)).epsilon(0.01));

  decoded_image const large = ssl::data::read_image(folder + "/jpeg/Portrait_6.jpg");
  decoded_image const quarter = ssl::data::read_image(folder + "/jpeg/Portrait_6.jpg", {.min_side = 300});
  CHECK(large.width == 1200);
  CHECK(quarter.width == 300);
  CHECK(quarter.height == 450);
  for (int c = 0; c < 3; ++c) CHECK(mean_of(quarter, c) == doctest::Approx(mean_of(large, c)).epsilon(0.01));
}

TEST_CASE("EuroSAT: the original JPEG files, halved, are the records of the batch files") {
  std::string const transfer = std::string(PRETEXT_SHARED_DIR) + "/data/transfer";
  if (!std::filesystem::exists(transfer)) {
    MESSAGE("skipped: no EuroSAT in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
    return;
  }
  using ssl::data::cifar_images;
  cifar_images const train = cifar_images::load(transfer, ssl::data::split::train),
                     test = cifar_images::load(transfer, ssl::data::split::test);
  CHECK(train.size() == 1500);
  CHECK(test.size() == 500);
  ssl::data::image_folder const originals(transfer + "/eurosat-original-jpeg");
  REQUIRE(originals.size() == 20);
  for (ssl::index i = 0; i < 20; ++i) {
    INFO(originals.path(i));
    ssl::index const record = i / 2;  // CLASS_1.jpg, CLASS_1501.jpg of each class in their order
    cifar_images const& set = i % 2 == 0 ? train : test;
    CHECK(set.label(record) == record);
    decoded_image const image = originals.image(i);
    REQUIRE(image.pixels.size() == 64 * 64 * 3);
    int worst = 0;
    for (int y = 0; y < 32; ++y)
      for (int x = 0; x < 32 * 3; ++x) {
        auto const at = [&](int dy, int dx) {
          return int{image.pixels[static_cast<std::size_t>(((2 * y + dy) * 64 + 2 * (x / 3) + dx) * 3 + x % 3)]};
        };
        int const halved = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) / 4;
        worst = std::max(worst, std::abs(halved - set.image(record).data[y * 96 + x]));
      }
    CHECK(worst <= 3);
  }
}

TEST_CASE("CIFAR-10: the excerpt has its published counts, means and deviations") {
  std::string const cifar = std::string(PRETEXT_SHARED_DIR) + "/data/cifar10";
  if (!std::filesystem::exists(cifar)) {
    MESSAGE("skipped: no CIFAR-10 in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
    return;
  }
  auto const train = ssl::data::cifar_images::load(cifar, ssl::data::split::train);
  CHECK(ssl::data::cifar_images::load(cifar, ssl::data::split::test).size() == 2000);
  REQUIRE(train.size() == 5000);
  int per_class[10] = {};
  double sum[3] = {}, squares[3] = {};
  for (ssl::index i = 0; i < train.size(); ++i) {
    ++per_class[train.label(i)];
    std::uint8_t const* const p = train.image(i).data;
    for (int k = 0; k < 32 * 32 * 3; ++k) {
      sum[k % 3] += p[k] / 255.0;
      squares[k % 3] += p[k] / 255.0 * p[k] / 255.0;
    }
  }
  for (int count : per_class) CHECK(count == 500);
  double const mean[] = {0.491257, 0.480863, 0.444357}, deviation[] = {0.248114, 0.245145, 0.263173}, n = 5000.0 * 32 * 32;
  for (int c = 0; c < 3; ++c) {
    CHECK(sum[c] / n == doctest::Approx(mean[c]).epsilon(1e-5));
    CHECK(std::sqrt(squares[c] / n - sum[c] / n * (sum[c] / n)) == doctest::Approx(deviation[c]).epsilon(1e-5));
  }
}
