// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "ssl/core/join.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// Errors that cannot be known before the program runs. Each message begins with its code,
/// "ssl[E###]: what happened; where; expected and found", and docs/errors.md explains the code.
namespace ssl {

/// Base of every exception the library throws.
struct error : std::runtime_error {
  error(int code, std::string const& text) : std::runtime_error(message(code, text)), code(code) {}
  int code;

 private:
  static std::string message(int code, std::string const& text) {
    std::string const number = std::to_string(code);
    return join({"ssl[E", number, "]: ", text, " (docs/errors.md#e", number, ")"});
  }
};

/// A data set that cannot be used: too small, other channels, labels missing (E6xx).
struct data_error : error {
  using error::error;
};

/// A file that cannot be read or written (E7xx): path, place, expected and found.
struct file_error : error {
  file_error(int code, std::string const& path, index byte_offset, std::string const& text)
      : error(code, path + ": " + text + (byte_offset >= 0 ? " (at byte " + std::to_string(byte_offset) + ")" : std::string())),
        path(path),
        byte_offset(byte_offset) {}
  std::string path;
  index byte_offset;  ///< -1 when the whole file is meant
};

/// Options or a file that do not fit the composition (E8xx).
struct composition_error : error {
  using error::error;
};

/// A device that failed or ran out of memory (E9xx).
struct device_error : error {
  using error::error;
};

/// The loss became NaN or infinite (E901); names the step and the first operation whose output was not finite.
struct non_finite_error : error {
  non_finite_error(int code, index step, std::string layer, std::string text)
      : error(code, text), step(step), layer(std::move(layer)), text(std::move(text)) {}
  index step;
  std::string layer;
  std::string text;  ///< the message without its code, for those who add to it
};

}  // namespace ssl
