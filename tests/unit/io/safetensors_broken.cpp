// SPDX-License-Identifier: Apache-2.0
// Damaged files, as the list beside them says which load and which are refused.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "ssl/io/safetensors.hpp"

namespace {

using ssl::io::safetensors_file;

std::string const folder = std::string(PRETEXT_SHARED_DIR) + "/reference/weights/broken";

/// The names and shapes that the list gives for a file that loads: "loads: a[2, 2], b[3]".
std::string contents(safetensors_file const& file) {
  std::map<std::string, std::string> shapes;
  for (auto const& t : file.tensors()) shapes[t.name] = nlohmann::json(t.shape).dump();
  std::string text;
  for (auto const& [name, shape] : shapes) {
    text += (text.empty() ? "" : ", ") + name;
    for (char c : shape) text += c == ',' ? std::string(", ") : std::string(1, c);
  }
  return "loads: " + text;
}

}  // namespace

TEST_CASE("damaged safetensors files load or are refused as listed") {
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no damaged files in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
    return;
  }
  nlohmann::json const list = nlohmann::json::parse(std::ifstream(folder + "/expected.json"));
  int loaded = 0, refused = 0;
  for (auto const& listed : list.at("files").items()) {
    std::string const name = listed.key();
    auto const& entry = listed.value();
    INFO(name);
    std::string const expected = entry.at("expected");
    std::string const path = folder + "/" + name;
    REQUIRE(std::filesystem::file_size(path) == entry.at("bytes").get<std::uintmax_t>());
    if (expected.starts_with("loads")) {
      CHECK(contents(safetensors_file::open(path)) == entry.at("reference_reader").get<std::string>());
      ++loaded;
    } else {
      REQUIRE(expected.starts_with("error"));
      try {
        safetensors_file::open(path);
        FAIL_CHECK("was not refused: " << expected);
      } catch (ssl::file_error const& e) {
        CHECK(e.path == path);
        CHECK(e.code >= 710);
        CHECK(e.code <= 713);
        CHECK(e.byte_offset >= 0);
      }
      ++refused;
    }
  }
  CHECK(loaded >= 1);
  CHECK(refused >= 1);
}

TEST_CASE("undamaged neighbours of the damaged files hold the stated values") {
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no damaged files in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
    return;
  }
  for (std::string const name : {"ok_control", "ok_unaligned_header", "ok_unordered_header"}) {
    INFO(name);
    safetensors_file const file = safetensors_file::open(folder + "/" + name + ".safetensors");
    CHECK(file.at("a").to<float>() == std::vector<float>{0, 1, 2, 3});
    CHECK(file.at("a").shape == std::vector<ssl::index>{2, 2});
    CHECK(file.at("b").to<double>() == std::vector<double>{4, 5, 6});
  }
  safetensors_file const empty = safetensors_file::open(folder + "/ok_empty_tensor.safetensors");
  CHECK(empty.at("e").to<float>().empty());
  CHECK(empty.at("s").to<float>() == std::vector<float>{7});

  int not_numbers = 0, infinities = 0;
  for (float x : safetensors_file::open(folder + "/nan_and_inf_data.safetensors").at("a").to<float>()) {
    not_numbers += std::isnan(x);
    infinities += std::isinf(x);
  }
  CHECK(not_numbers == 1);
  CHECK(infinities == 2);
}
