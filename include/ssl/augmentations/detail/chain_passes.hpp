// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/stage.hpp"

namespace ssl::augmentations {

/// Whether neighbouring stages of a chain share passes; off, every stage makes its own, and the results are the same bits.
enum class fusion { on, off };

namespace detail {

/// In which passes over the pixels each stage works.
template <int Size>
struct pass_table {
  stage_kind kind[Size] = {};
  int first[Size] = {};
  int last[Size] = {};  ///< another than the first for a stage that is split
  int passes = 0;
  int neighbourhoods = 0;

  constexpr pass_table(fusion fused, stage_kind const (&kinds)[Size]) {
    int pass = 0;
    for (int i = 0; i < Size; ++i) {
      kind[i] = kinds[i];
      bool const needs_image = kind[i] == stage_kind::neighbourhood;
      if (needs_image || (fused == fusion::off && i > 0))
        ++pass;  // the first stage of all gets its image from the conversion's pass
      first[i] = pass;
      if (kind[i] == stage_kind::split) ++pass;
      last[i] = pass;
      neighbourhoods += needs_image;
    }
    passes = pass + 1;
  }

  /// The stage that makes the image of a pass; -1 where the pass works in place, or converts the picture.
  constexpr int source(int pass) const {
    for (int i = 0; i < Size; ++i)
      if ((kind[i] == stage_kind::sampling || kind[i] == stage_kind::neighbourhood) && first[i] == pass) return i;
    return -1;
  }
  constexpr bool sampling_is_first() const {
    for (int i = 1; i < Size; ++i)
      if (kind[i] == stage_kind::sampling) return false;
    return true;
  }
};

}  // namespace detail
}  // namespace ssl::augmentations
