// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

/// \file
/// Shapes and configurations are template arguments, so the tests of an index are C++ that is written from it: one call of a test
/// function for each case.
namespace reference_suite {

/// A covered case that the library's interfaces cannot say. It becomes a test that fails with this reason.
struct not_expressible : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// All arguments as text; a double is written with as many digits as it needs to be read back exactly.
template <class... Parts>
std::string text(Parts const&... parts) {
  std::ostringstream out;
  auto const write = [&out]<class T>(T const& part) {
    if constexpr (std::is_same_v<T, double>)
      out << nlohmann::json(part).dump();
    else
      out << part;
  };
  (write(parts), ...);
  return out.str();
}

/// One entry of the index.
struct entry {
  nlohmann::json const& json;
  nlohmann::json const& index;  ///< all entries

  std::string file() const { return json.at("file"); }
  nlohmann::json const& hyper() const { return json.at("hyper"); }
  bool has(std::string const& tensor) const { return json.at("tensors").contains(tensor); }
  std::vector<int> extents(std::string const& tensor) const {
    if (!has(tensor)) throw not_expressible("there is no tensor '" + tensor + "'");
    return json.at("tensors").at(tensor).at("shape").get<std::vector<int>>();
  }

  int integer(char const* key) const { return number<int>(key); }
  double real(char const* key) const { return number<double>(key); }
  std::string word(char const* key) const { return hyper().at(key); }

  /// The entry of another file of the index.
  entry other(std::string const& file) const {
    for (nlohmann::json const& one : index)
      if (one.at("file") == file) return {one, index};
    throw not_expressible("the index has no '" + file + "'");
  }

  /// A real number as a whole count of parts, as structural configurations want it: 1e-5 is 10'000 billionths.
  int in_parts(char const* key, double parts) const {
    double const scaled = real(key) * parts, whole = std::round(scaled);
    if (whole < 1 || whole > 2e9 || std::abs(scaled - whole) > 1e-6 * whole)
      throw not_expressible(text(key, " = ", real(key), " is no whole number of parts of ", parts));
    return static_cast<int>(whole);
  }

  /// A number that changes the result and that nobody reads would make a test of something else.
  void expect_only(std::vector<char const*> const& keys) const {
    for (auto const& [key, value] : hyper().items()) {
      bool known = false;
      for (char const* k : keys) known |= key == k;
      if (!known) throw not_expressible("nothing here knows the hyper-parameter '" + key + "'");
    }
  }

 private:
  template <class T>
  T number(char const* key) const {
    if (!hyper().contains(key) || !hyper().at(key).is_number()) throw not_expressible(text("there is no number '", key, "'"));
    return hyper().at(key).get<T>();
  }
};

/// The shape of a tensor in memory: images from NCHW, tokens from (N, T, C), rows from (N, C), a vector as one row.
inline std::string shape_of(entry const& e, std::string const& tensor) {
  std::vector<int> const s = e.extents(tensor);
  switch (s.size()) {
    case 1: return text("shape{1, 1, 1, ", s[0], "}");
    case 2: return text("shape{", s[0], ", 1, 1, ", s[1], "}");
    case 3: return text("shape{", s[0], ", 1, ", s[1], ", ", s[2], "}");
    case 4: return text("shape{", s[0], ", ", s[2], ", ", s[3], ", ", s[1], "}");
    default: throw not_expressible("'" + tensor + "' has " + std::to_string(s.size()) + " dimensions");
  }
}

/// Writes the body of the test of one entry: statements, one a line.
using case_writer = std::function<std::string(entry const&)>;

/// By the kind's beginning, as in kinds.hpp.
using case_writers = std::map<std::string, case_writer>;

case_writers layer_writers();
case_writers network_writers();
case_writers transformer_writers();
case_writers weight_writers();
case_writers objective_writers();
case_writers method_writers();
case_writers optimizer_writers();
case_writers pretext_writers();

}  // namespace reference_suite
