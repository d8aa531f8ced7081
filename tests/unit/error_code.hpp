// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/error.hpp"

namespace test {

/// The code of the error of this kind that a call throws, 0 if it throws none.
template <class Error = ssl::error, class Call>
int code_of(Call const& call) {
  try {
    call();
  } catch (Error const& e) {
    return e.code;
  }
  return 0;
}

}  // namespace test
