// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "ssl/core/shape.hpp"

/// \file
/// Short pieces of text for people, made without allocation, and lines of such pieces that fit a width.
namespace ssl::training::detail {

struct words {
  char text[64] = {};
  int length = 0;
  std::string_view view() const { return {text, static_cast<std::size_t>(length)}; }
};

[[gnu::format(printf, 1, 2)]] inline words say(char const* format, ...) {
  words w;
  std::va_list arguments;
  va_start(arguments, format);
  int const wanted = std::vsnprintf(w.text, sizeof(w.text), format, arguments);
  va_end(arguments);
  w.length = std::clamp(wanted, 0, static_cast<int>(sizeof(w.text)) - 1);
  return w;
}

/// 1234567 -> 1,234,567
inline words with_commas(index value) {
  words const digits = say("%lld", static_cast<long long>(value));
  words w;
  for (int i = 0; i < digits.length; ++i) {
    w.text[w.length++] = digits.text[i];
    int const left = digits.length - 1 - i;
    if (left > 0 && left % 3 == 0 && digits.text[i] != '-') w.text[w.length++] = ',';
  }
  return w;
}

/// 1:05, 2:03:04, 5 d 06 h; unknown where the time is not finite
inline words duration(double seconds) {
  if (!(seconds < 1e9)) return say("unknown");
  auto const s = static_cast<long long>(std::lround(std::max(seconds, 0.0)));
  if (s < 3600) return say("%lld:%02lld", s / 60, s % 60);
  if (s < 100 * 3600) return say("%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
  return say("%lld d %02lld h", s / 86400, s / 3600 % 24);
}

/// Images per second with the digits that mean something: 0.42, 8.1, 1,234.
inline words rate(double images_per_second) {
  if (images_per_second < 1) return say("%.2f images/s", images_per_second);
  if (images_per_second < 100) return say("%.1f images/s", images_per_second);
  return say("%s images/s", with_commas(std::llround(images_per_second)).text);
}

struct piece {
  words text;
  int rank = 0;  ///< 0 stays longest
};

/// Drops pieces, the highest rank first, until the others fit into `width` columns with two blanks between them; what is left of
/// the width is returned, negative where even one piece is too long.
inline int fit(std::span<piece> pieces, int width) {
  while (true) {
    int used = -2, present = 0;
    piece* next = nullptr;
    for (piece& p : pieces) {
      if (p.text.length == 0) continue;
      used += p.text.length + 2;
      ++present;
      if (next == nullptr || p.rank > next->rank) next = &p;
    }
    if (used <= width || present < 2) return width - used;
    next->text.length = 0;
  }
}

inline void append(std::string& line, std::span<piece const> pieces) {
  for (piece const& p : pieces) {
    if (p.text.length == 0) continue;
    if (!line.empty()) line += "  ";
    line += p.text.view();
  }
}

}  // namespace ssl::training::detail
