// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ssl/io/safetensors.hpp"

/// \file
/// What all tests of the reference suite share: a case with its tensors, the comparison, and the backends. Which cases there are
/// the index says; their tests are written from it by generate/.
namespace reference_suite {

/// |found - expected| <= absolute + relative |expected|.
struct tolerance {
  double relative = 0, absolute = 0;
};

/// The folder's index.json, read once.
nlohmann::json const& reference_index();
std::string const& reference_folder();

/// One case: its entry in the index and its tensors.
class reference_case {
 public:
  explicit reference_case(std::string file) : file_(std::move(file)) {
    for (nlohmann::json const& entry : reference_index().at("cases"))
      if (entry.at("file") == file_) entry_ = &entry;
    if (entry_ == nullptr) throw std::invalid_argument("the index has no case '" + file_ + "'");
  }

  std::string path() const { return reference_folder() + "/" + file_; }
  nlohmann::json const& hyper() const { return entry_->at("hyper"); }

  template <class T>
  tolerance limit() const {
    nlohmann::json const& t = entry_->at("tolerance");
    nlohmann::json const& limit = t.contains("all") ? t.at("all") : t.at(sizeof(T) == sizeof(double) ? "float64" : "float32");
    return {limit.at("rtol"), limit.at("atol")};
  }
  double statistical_limit(char const* of) const { return entry_->at("tolerance").at("statistical").at(of); }

  ssl::io::safetensors_file const& tensors() const {
    if (!tensors_) tensors_ = ssl::io::safetensors_file::open(path());
    return *tensors_;
  }
  /// Of all tensors, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (ssl::io::safetensor const& t : tensors().tensors()) all.push_back(t.name);
    std::sort(all.begin(), all.end());
    return all;
  }
  bool has(std::string const& name) const { return tensors().find(name) != nullptr; }
  std::vector<ssl::index> extents(std::string const& name) const { return tensors().at(name).shape; }

  /// The elements as the file has them.
  template <class T>
  std::vector<T> stored(std::string const& name) const {
    return tensors().at(name).to<T>();
  }
  /// The elements as they lie in memory here: four dimensions are NCHW or OIHW in files, and have the channels last in memory.
  template <class T>
  std::vector<T> values(std::string const& name) const {
    std::vector<T> const in = stored<T>(name);
    std::vector<ssl::index> const s = extents(name);
    if (s.size() != 4) return in;
    std::vector<T> out(in.size());
    ssl::index const channels = s[1], places = s[2] * s[3];
    for (ssl::index n = 0; n < s[0]; ++n)
      for (ssl::index c = 0; c < channels; ++c)
        for (ssl::index i = 0; i < places; ++i)
          out[static_cast<std::size_t>((n * places + i) * channels + c)] =
              in[static_cast<std::size_t>((n * channels + c) * places + i)];
    return out;
  }
  double number(std::string const& name) const { return stored<double>(name).at(0); }

 private:
  std::string file_;
  nlohmann::json const* entry_ = nullptr;
  mutable std::optional<ssl::io::safetensors_file> tensors_;
};

/// How far the worst element is beyond its tolerance; 0 where all are within, infinite for another size or no number.
template <class T, class Expected>
double beyond(std::vector<T> const& found, std::vector<Expected> const& expected, tolerance limit) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    double const want = static_cast<double>(expected[i]);
    double const off = std::abs(static_cast<double>(found[i]) - want) - limit.absolute - limit.relative * std::abs(want);
    if (!(off <= worst)) worst = std::isnan(off) ? std::numeric_limits<double>::infinity() : off;
  }
  return worst;
}

template <class T, class Expected>
void expect_near(std::string const& what, std::vector<T> const& found, std::vector<Expected> const& expected, tolerance limit) {
  double const worst = beyond(found, expected, limit);
  INFO(what << ": " << found.size() << " elements, expected " << expected.size() << "; beyond the tolerance by " << worst);
  CHECK(worst == 0);
}
inline void expect_near(std::string const& what, double found, double expected, tolerance limit) {
  expect_near(what, std::vector<double>{found}, std::vector<double>{expected}, limit);
}

/// Calls f.operator()<T>() in double and in float: what runs on the host only.
template <class F>
void in_double_and_float(F f) {
  f.template operator()<double>();
  f.template operator()<float>();
}

/// Tensors of a covered case that the library has nothing to compare with: said, not silently left out.
inline void without_counterpart(reference_case const& c, std::string const& tensors) {
  MESSAGE("not covered yet: " << tensors << " of " << c.path());
}

/// The files of all cases that are built into this program.
inline std::vector<std::string>& built_cases() {
  static std::vector<std::string> files;
  return files;
}
struct built_case {
  explicit built_case(char const* file) { built_cases().emplace_back(file); }
};

}  // namespace reference_suite

/// REFERENCE_CASE("layers/some.safetensors") { ... tensors ... }
#define REFERENCE_CASE(file) REFERENCE_CASE_AS(file, DOCTEST_ANONYMOUS(reference_case_))
#define REFERENCE_CASE_AS(file, function)                                \
  void function(reference_suite::reference_case const& tensors);         \
  reference_suite::built_case const DOCTEST_CAT(function, _built){file}; \
  TEST_CASE(file) { function(reference_suite::reference_case(file)); }   \
  void function([[maybe_unused]] reference_suite::reference_case const& tensors)

/// A covered case that the generator could not express.
#define REFERENCE_CASE_NOT_BUILT(file, reason) \
  TEST_CASE(file) { FAIL("this case is not built: " reason); }

#define REFERENCE_FAMILY_IS_EMPTY(family) \
  TEST_CASE(family "/") { MESSAGE("skipped: no covered case of " family " in " << reference_suite::reference_folder()); }
