// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

/// Names the fields of an aggregate of options, once, behind the last of them: `PRETEXT_FIELDS(learning_rate, momentum)`.
///
/// Who stores, prints or compares options needs nothing else (io/options_json.hpp), and the struct stays an aggregate:
///   field_names   "learning_rate, momentum"
///   fields()      a tuple of references to them
#define PRETEXT_FIELDS(...)                                \
  static constexpr char const* field_names = #__VA_ARGS__; \
  constexpr auto fields() const { return std::tie(__VA_ARGS__); }
