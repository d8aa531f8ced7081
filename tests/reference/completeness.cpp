// SPDX-License-Identifier: Apache-2.0
// The suite itself: nothing that is covered is left out, and a wrong number fails.
#include <algorithm>
#include <fstream>

#include "reference/kinds.hpp"
#include "reference/suite.hpp"

namespace reference_suite {

std::string const& reference_folder() {
  static std::string const folder = PRETEXT_REFERENCE_DIR;
  return folder;
}

nlohmann::json const& reference_index() {
  static nlohmann::json const index = [] {
    std::ifstream in(reference_folder() + "/index.json");
    if (!in) throw std::runtime_error("cannot read index.json in " + reference_folder());
    return nlohmann::json::parse(in);
  }();
  return index;
}

namespace {

/// What is wrong with a program that holds the tests `built` for this index.
std::vector<std::string> omissions(nlohmann::json const& index, std::vector<std::string> const& built) {
  std::vector<std::string> all;
  for (nlohmann::json const& entry : index.at("cases")) {
    std::string const file = entry.at("file");
    bool const is_built = std::find(built.begin(), built.end(), file) != built.end();
    if (kind_of(file).empty())
      all.push_back(file + ": its kind is not in tests/reference/kinds.hpp");
    else if (!is_built)
      all.push_back(file + ": it is not built");
  }
  return all;
}

std::string lines(std::vector<std::string> const& all) {
  std::string text;
  for (std::string const& s : all) text += "\n  " + s;
  return text;
}

nlohmann::json index_of(std::string const& file) { return {{"cases", {{{"file", file}}}}}; }

}  // namespace

TEST_CASE("suite/every case of the index is built") {
  std::vector<std::string> const missing = omissions(reference_index(), built_cases());
  INFO(missing.size() << " problems:" << lines(missing));
  CHECK(missing.empty());
  CHECK(reference_index().at("cases").size() == built_cases().size());
}

TEST_CASE("suite/a case that is left out, or of an unknown kind, is noticed") {
  std::string const covered = "layers/conv2d_9x9.safetensors";
  CHECK(omissions(index_of(covered), {}).size() == 1);
  CHECK(omissions(index_of(covered), {covered}).empty());
  CHECK(omissions(index_of("layers/mystery_3x3.safetensors"), {}).size() == 1);
  CHECK(omissions(index_of("optimizers/adamw_new.safetensors"), {}).size() == 1);
  CHECK(omissions(index_of("objectives/colorization_new.safetensors"), {}).size() == 1);
  CHECK(omissions(index_of("layers/head_simclr_4layer.safetensors"), {}).size() == 1);
}

TEST_CASE("suite/a wrong number, a missing number and no number are noticed") {
  std::vector<double> const expected{100, 0};
  tolerance const limit{.relative = 0.01, .absolute = 0.5};
  CHECK(beyond(std::vector{101.4, 0.4}, expected, limit) == 0);
  CHECK(beyond(std::vector{101.6, 0.0}, expected, limit) == doctest::Approx(0.1));
  CHECK(beyond(std::vector{100.0, -0.7}, expected, limit) == doctest::Approx(0.2));
  CHECK(beyond(std::vector{100.0}, expected, limit) > 1e9);
  CHECK(beyond(std::vector{100.0, std::nan("")}, expected, limit) > 1e9);
  CHECK(beyond(std::vector{std::nan(""), 0.0}, expected, limit) > 1e9);
}

}  // namespace reference_suite
