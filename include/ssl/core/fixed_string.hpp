// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace ssl {

/// A string literal as a template argument: `named<"conv1", conv2d<...>>`.
template <int Size>
struct fixed_string {
  char text[Size] = {};

  constexpr fixed_string(char const (&literal)[Size]) {
    for (int i = 0; i < Size; ++i) text[i] = literal[i];
  }
  friend constexpr bool operator==(fixed_string const&, fixed_string const&) = default;
};

constexpr bool same_text(char const* a, char const* b) {
  while (*a != '\0' && *a == *b) ++a, ++b;
  return *a == *b;
}

/// A path of names joined by dots ("layer1.0.conv1.weight"), built at compile time.
struct name {
  static constexpr int capacity = 80;
  char text[capacity] = {};
  int length = 0;

  constexpr name() = default;
  constexpr name(char const* literal) { append(literal); }

  constexpr void append(char const* part) {
    while (*part != '\0' && length + 1 < capacity) text[length++] = *part++;
    text[length] = '\0';
  }
  constexpr void append_number(int number) {
    char digits[12] = {};
    int count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10), number /= 10; while (number > 0);
    while (count > 0 && length + 1 < capacity) text[length++] = digits[--count];
    text[length] = '\0';
  }
  /// This name followed by a dot (unless empty) and `part`; an empty part adds nothing.
  constexpr name child(char const* part) const {
    name result = *this;
    if (*part == '\0') return result;
    if (result.length > 0) result.append(".");
    result.append(part);
    return result;
  }
  friend constexpr bool operator==(name const& a, char const* b) { return same_text(a.text, b); }
  friend constexpr bool operator==(name const& a, name const& b) { return same_text(a.text, b.text); }
};

/// A label with a number, as a template argument: `named<numbered("hidden", 2), ...>`. At most four digits.
template <int Size>
constexpr fixed_string<Size + 4> numbered(char const (&prefix)[Size], std::size_t number) {
  name whole(prefix);
  whole.append_number(static_cast<int>(number));
  char text[Size + 4] = {};
  for (int i = 0; i < whole.length && i < Size + 3; ++i) text[i] = whole.text[i];
  return text;
}

/// A type with a name: layers of a network, stages of an augmentation chain, networks and losses of an objective.
template <fixed_string Name, class Type>
struct named {
  using type = Type;
  static constexpr char const* label() { return Name.text; }
  static constexpr auto label_text = Name;
};

}  // namespace ssl
