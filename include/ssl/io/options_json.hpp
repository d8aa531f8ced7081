// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <charconv>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/hana/at_key.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>
#include <nlohmann/json.hpp>

#include "ssl/core/schedule.hpp"

/// \file
/// Options as JSON, to be stored, printed and compared.
namespace ssl::io {

namespace detail {

/// The i-th of the names "a, b, c".
constexpr std::string_view name_at(std::string_view names, std::size_t i) {
  std::size_t const end = names.find(',');
  return i == 0 ? names.substr(0, end) : name_at(names.substr(end + 2), i - 1);
}

/// The same as a Hana string, which is a type.
template <class Options, std::size_t I, std::size_t... C>
constexpr auto field_key(std::index_sequence<C...>) {
  return boost::hana::string_c<name_at(Options::field_names, I)[C]...>;
}
template <class Options, std::size_t I>
constexpr auto field_key() {
  return field_key<Options, I>(std::make_index_sequence<name_at(Options::field_names, I).size()>{});
}

/// Bytes of a struct of these fields, in this order.
template <class... Fields>
constexpr std::size_t bytes_of(std::type_identity<std::tuple<Fields const&...>>, std::size_t alignment) {
  std::size_t bytes = 0;
  auto const align = [&bytes](std::size_t to) { bytes = (bytes + to - 1) / to * to; };
  ((align(alignof(Fields)), bytes += sizeof(Fields)), ...);
  align(alignment);
  return bytes;
}

}  // namespace detail

/// References to the fields of options as a Boost.Hana map from their names: `options_map(o)[BOOST_HANA_STRING("momentum")]`.
///
/// Errors  compile time: options without PRETEXT_FIELDS, or where it leaves out a field
template <class Options>
constexpr auto options_map(Options const& options) {
  static_assert(
      requires { Options::field_names; }, "these options do not name their fields: write PRETEXT_FIELDS(...) behind them");
  using fields = decltype(options.fields());
  static_assert(detail::bytes_of(std::type_identity<fields>{}, alignof(Options)) >= sizeof(Options),
                "PRETEXT_FIELDS leaves out a field of these options, which would not be stored");
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return boost::hana::make_map(
        boost::hana::make_pair(detail::field_key<Options, I>(), std::cref(std::get<I>(options.fields())))...);
  }
  (std::make_index_sequence<std::tuple_size_v<fields>>{});
}

/// Options as JSON: an object of their fields, or of the stages of an augmentation by name.
///
///     {"learning_rate": {"warmup_cosine": {"peak": 0.3, "warmup_steps": 200, ...}}, "momentum": 0.9, "decays": 0, ...}
///
/// A constant is a number and a schedule an object of its name; an enumerator is its number. Equal options give equal text, and a
/// number has as many digits as give the same value back.
template <class Options>
nlohmann::json options_json(Options const& options);

namespace detail {

/// With the digits of a float, 0.2 and not 0.20000000298023224.
inline nlohmann::json float_json(float value) {
  char digits[32];
  *std::to_chars(digits, digits + sizeof(digits) - 1, value).ptr = '\0';
  return std::strtod(digits, nullptr);
}

struct number_json {
  nlohmann::json operator()(double constant) const { return constant; }
  template <class Schedule>
  nlohmann::json operator()(char const* name, Schedule const& schedule) const {
    return {{name, options_json(schedule)}};
  }
};

template <class Field>
nlohmann::json field_json(Field const& field) {
  if constexpr (std::is_same_v<Field, number>) {
    return field.visit(number_json{});
  } else if constexpr (std::is_array_v<Field>) {
    nlohmann::json list = nlohmann::json::array();
    for (auto const& element : field) list.push_back(field_json(element));
    return list;
  } else if constexpr (std::is_enum_v<Field>) {
    return static_cast<std::underlying_type_t<Field>>(field);
  } else if constexpr (std::is_same_v<Field, float>) {
    return float_json(field);
  } else if constexpr (std::is_arithmetic_v<Field>) {
    return field;
  } else {
    return options_json(field);
  }
}

}  // namespace detail

template <class Options>
nlohmann::json options_json(Options const& options) {
  nlohmann::json object = nlohmann::json::object();
  auto const add = [&object](char const* name, auto const& field) { object[name] = detail::field_json(field); };
  if constexpr (requires { options.for_each(add); })
    options.for_each(add);
  else if constexpr (!std::is_empty_v<Options>)
    boost::hana::for_each(options_map(options),
                          [&add](auto const& pair) { add(boost::hana::first(pair).c_str(), boost::hana::second(pair).get()); });
  return object;
}

/// What differs between two JSON values, a line each: "optimizer.momentum: expected 0.9, found 0.8".
inline std::vector<std::string> json_differences(nlohmann::json const& expected, nlohmann::json const& found) {
  nlohmann::json const left = expected.flatten(), right = found.flatten();
  std::vector<std::string> differences;
  auto const line = [&](std::string name, std::string const& wanted, std::string const& there) {
    for (char& c : name)
      if (c == '/') c = '.';
    differences.push_back(name.substr(name.empty() ? 0 : 1) + ": expected " + wanted + ", found " + there);
  };
  for (auto const& [name, value] : left.items()) {
    auto const other = right.find(name);
    if (other == right.end())
      line(name, value.dump(), "none");
    else if (*other != value)
      line(name, value.dump(), other->dump());
  }
  for (auto const& [name, value] : right.items())
    if (!left.contains(name)) line(name, "none", value.dump());
  return differences;
}

}  // namespace ssl::io
