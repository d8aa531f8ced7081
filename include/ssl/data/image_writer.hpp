// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <png.h>

#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"
#include "ssl/io/atomic_file.hpp"

namespace ssl::data {

/// Writes a picture of one or three channels as a PNG file, which appears whole or not at all. Link pretext::images.
///
/// Errors  E603 (no pixels, or other channels), E707 (the file cannot be written)
inline void write_png(std::string const& path, image_view picture) {
  if (picture.data == nullptr || picture.height < 1 || picture.width < 1 || (picture.channels != 1 && picture.channels != 3))
    throw data_error(603, path + ": expected a picture with pixels, of 1 or 3 channels; found " + std::to_string(picture.height) +
                              "x" + std::to_string(picture.width) + "x" + std::to_string(picture.channels));
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> bytes(size);
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.data, 0, nullptr) == 0)
    throw file_error(707, path, -1, "cannot be encoded as PNG: " + std::string(image.message));
  io::atomic_file file(path);
  file.write(bytes.data(), static_cast<index>(size));
  file.commit();
}

}  // namespace ssl::data
