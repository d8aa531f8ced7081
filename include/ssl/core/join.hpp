// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace ssl {

/// One text of several pieces.
///
/// Cost  compiled once: `a + b + c` is compiled where it stands, plus by plus, and messages of errors stand in every pipeline
[[gnu::cold]] inline std::string join(std::initializer_list<std::string_view> pieces) {
  std::string text;
  for (std::string_view const piece : pieces) text += piece;
  return text;
}

}  // namespace ssl
