// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "reference/suite.hpp"

/// \file
/// Damaged files, as the list beside them says which load and which are refused.
namespace reference_suite {

using ssl::io::safetensors_file;

/// The names and shapes of a file, in the words of the list: "loads: a[2, 2], b[3]".
inline std::string contents(safetensors_file const& file) {
  std::map<std::string, std::string> shapes;
  for (auto const& t : file.tensors()) shapes[t.name] = nlohmann::json(t.shape).dump();
  std::string text;
  for (auto const& [name, shape] : shapes) {
    text += (text.empty() ? "" : ", ") + name;
    for (char c : shape) text += c == ',' ? std::string(", ") : std::string(1, c);
  }
  return "loads: " + text;
}

/// The values that the list states: "a=[[0,1],[2,3]]" for a tensor, "s is the scalar 7" for a number, "1 NaN, 2 infinities" for
/// all.
inline void expect_stated_values(safetensors_file const& file, std::string const& stated) {
  auto const each = [&](char const* form, auto const& check) {
    std::regex const pattern(form);
    for (std::sregex_iterator i(stated.begin(), stated.end(), pattern), end; i != end; ++i) check(*i);
  };
  each(R"((\w+)=(\[[\[\],0-9]*\]))", [&](std::smatch const& m) {
    nlohmann::json const values = nlohmann::json::parse(m[2].str()).flatten();
    std::vector<double> expected;
    for (nlohmann::json const& v : values) expected.push_back(v);
    CHECK(file.at(m[1].str()).to<double>() == expected);
  });
  each(R"((\w+) is the scalar (\d+))",
       [&](std::smatch const& m) { CHECK(file.at(m[1].str()).to<float>() == std::vector<float>{std::stof(m[2])}); });
  each(R"((\d+) NaN, (\d+) infinities)", [&](std::smatch const& m) {
    int not_numbers = 0, infinities = 0;
    for (auto const& t : file.tensors())
      for (float x : t.to<float>()) not_numbers += std::isnan(x), infinities += std::isinf(x);
    CHECK(not_numbers == std::stoi(m[1]));
    CHECK(infinities == std::stoi(m[2]));
  });
}

inline void broken_files(reference_case const& c) {
  std::filesystem::path const list_path = c.path();
  nlohmann::json const list = nlohmann::json::parse(std::ifstream(list_path));
  for (auto const& listed : list.at("files").items()) {
    nlohmann::json const& entry = listed.value();
    std::string const path = (list_path.parent_path() / listed.key()).string(), expected = entry.at("expected");
    INFO(listed.key());
    REQUIRE(std::filesystem::file_size(path) == entry.at("bytes").get<std::uintmax_t>());
    if (expected.starts_with("loads")) {
      safetensors_file const file = safetensors_file::open(path);
      CHECK(contents(file) == entry.at("reference_reader").get<std::string>());
      expect_stated_values(file, expected);
      continue;
    }
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
  }
}

}  // namespace reference_suite
