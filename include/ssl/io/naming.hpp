// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// \file
/// What the parameters of an encoder are called in the files of other codes, as tables of rules.
namespace ssl::io {

/// One rule of a naming scheme. In a pattern '#' stands for a number and a final '*' for the rest of the name; both are the same on the
/// two sides. A '?' in a name of the file is any number.
///
/// A block that has several parts in the file is those parts one after the other along its first axis.
struct name_rule {
  static constexpr int max_parts = 3;
  char const* ours;
  char const* theirs[max_parts];
};

/// How one family of codes writes its files. Rules are tried in order; the first whose names are all in the file counts. A block that no
/// rule fits has the same name as here.
struct naming {
  char const* name;
  std::span<char const* const> prefixes;  ///< what may stand before every name, in the order of preference
  std::span<name_rule const> rules;
};

namespace detail {

/// Does a pattern fit the whole of a text? Where it does, `number` and `rest` are what '#' and '*' stood for.
inline bool fits(std::string_view pattern, std::string_view text, std::string& number, std::string& rest) {
  auto const take_digits = [&text] {
    std::size_t count = 0;
    while (count < text.size() && std::isdigit(static_cast<unsigned char>(text[count])) != 0) ++count;
    std::string const digits(text.substr(0, count));
    text.remove_prefix(count);
    return digits;
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*' && i + 1 == pattern.size()) return rest = text, true;
    if (pattern[i] == '#' || pattern[i] == '?') {
      std::string const digits = take_digits();
      if (digits.empty()) return false;
      if (pattern[i] == '#') number = digits;
    } else if (text.empty() || text.front() != pattern[i]) {
      return false;
    } else {
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

/// The pattern with '#' and '*' written out; '?' stays.
inline std::string written_out(std::string_view pattern, std::string const& number, std::string const& rest) {
  std::string name;
  for (char c : pattern) name += c == '#' ? number : c == '*' ? rest : std::string(1, c);
  return name;
}

/// The name in the sorted list that a pattern with '?' stands for; empty where there is none.
inline std::string find_name(std::vector<std::string> const& sorted, std::string const& pattern) {
  if (pattern.find('?') == std::string::npos)
    return std::binary_search(sorted.begin(), sorted.end(), pattern) ? pattern : std::string();
  std::string number, rest;
  auto const found =
      std::find_if(sorted.begin(), sorted.end(), [&](std::string const& n) { return fits(pattern, n, number, rest); });
  return found == sorted.end() ? std::string() : *found;
}

}  // namespace detail

/// The tensors of a file, by their sorted names, that make up our block `ours`; empty where the file does not have them.
inline std::vector<std::string> names_in_file(std::string const& ours, naming const& scheme, std::string const& prefix,
                                              std::vector<std::string> const& sorted) {
  std::string number, rest;
  bool known = false;
  for (name_rule const& rule : scheme.rules) {
    if (!detail::fits(rule.ours, ours, number, rest)) continue;
    known = true;
    std::vector<std::string> parts;
    for (char const* theirs : rule.theirs) {
      if (theirs == nullptr) break;
      parts.push_back(detail::find_name(sorted, prefix + detail::written_out(theirs, number, rest)));
    }
    if (std::find(parts.begin(), parts.end(), "") == parts.end()) return parts;
  }
  if (known || detail::find_name(sorted, prefix + ours).empty()) return {};
  return {prefix + ours};
}

}  // namespace ssl::io
