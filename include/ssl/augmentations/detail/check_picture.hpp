// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"
#include "ssl/core/shape.hpp"

namespace ssl::augmentations::detail {

/// Whether a chain can make views of the run's image from a picture.
inline void check_picture(shape image, image_view picture, bool resizes) {
  auto const extents = [](int height, int width) {
    std::string text = std::to_string(height);
    return text.append("x").append(std::to_string(width));
  };
  std::string text = "a picture ";
  if (picture.channels != image.c) {
    text.append("has ").append(std::to_string(picture.channels)).append(" channels; expected ").append(std::to_string(image.c));
    throw data_error(602, text.append(", as the run's image has"));
  }
  if (picture.data == nullptr || picture.height < 1 || picture.width < 1) {
    text.append("has no pixels: ").append(extents(picture.height, picture.width));
    throw data_error(603, text.append(picture.data == nullptr ? " at a null address" : ""));
  }
  if (!resizes && (picture.height != image.h || picture.width != image.w)) {
    text.append("is ").append(extents(picture.height, picture.width)).append("; expected ").append(extents(image.h, image.w));
    throw data_error(607, text.append(", since no stage of the augmentation chain resizes; begin the chain with a crop"));
  }
}

}  // namespace ssl::augmentations::detail
