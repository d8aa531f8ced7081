// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/data/decoded_image.hpp"
#include "ssl/data/detail/decode_jpeg.hpp"
#include "ssl/data/detail/decode_png.hpp"
#include "ssl/data/detail/exif.hpp"

/// \file
/// Single JPEG and PNG files. Link pretext::images.
namespace ssl::data {

namespace detail {

inline std::vector<std::uint8_t> read_whole(std::string const& path, index max_bytes) {
  std::error_code failed;
  auto const size = static_cast<index>(std::filesystem::file_size(path, failed));
  if (failed) throw file_error(701, path, -1, "cannot be read: " + failed.message());
  if (size > max_bytes) {
    throw file_error(611, path, -1,
                     "expected at most " + std::to_string(max_bytes) + " bytes of an image, found " + std::to_string(size));
  }
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
    throw file_error(701, path, -1, "cannot be read: " + std::string(errno ? std::strerror(errno) : "it became shorter"));
  return bytes;
}

/// One channel to three equal ones, three to one of their luma.
/// Source  ITU-R BT.601, rounded in 16 bits as libjpeg and Pillow do
inline void convert_channels(decoded_image& image, int channels) {
  if (image.channels == channels) return;
  std::vector<std::uint8_t> const from = std::move(image.pixels);
  image.pixels.resize(from.size() / static_cast<std::size_t>(image.channels) * static_cast<std::size_t>(channels));
  std::uint8_t* to = image.pixels.data();
  if (channels == 3)
    for (std::uint8_t const value : from) to = std::fill_n(to, 3, value);
  else
    for (std::size_t k = 0; k < from.size(); k += 3)
      *to++ = static_cast<std::uint8_t>((19595 * from[k] + 38470 * from[k + 1] + 7471 * from[k + 2] + 32768) >> 16);
  image.channels = channels;
}

template <class Decoder>
decoded_image decode_by(std::string const& path, std::span<std::uint8_t const> bytes, image_options const& options) {
  Decoder decoder(path, bytes);
  decoded_image image = decoder.decode(options);
  convert_channels(image, options.channels);
  return upright(std::move(image), decoder.orientation());
}

}  // namespace detail

/// A JPEG or PNG in memory: which of the two is seen by its first bytes. `name` is what an error calls it.
///
/// Turned upright as its EXIF orientation says. Grey, palette, 16 bits, CMYK and YCCK become 8 bits of `channels`; alpha is dropped
/// and colour profiles are not applied, as Pillow's convert("RGB") does.
///
/// Errors   E606 (options outside their ranges), E611 (not a whole JPEG or PNG, or one that the codec does not know: which one it
///          is depends on the version of libjpeg-turbo for arithmetic coding, 12 bits and lossless)
/// Cost     the decoder's own memory, bounded by a multiple of the file's size, and the pixels twice where they are turned
inline decoded_image decode_image(std::string const& name, std::span<std::uint8_t const> bytes,
                                  image_options const& options = {}) {
  if ((options.channels != 1 && options.channels != 3) || options.min_side < 0)
    throw data_error(606, "images: expected channels of 1 or 3 and min_side of at least 0, found " +
                              std::to_string(options.channels) + " and " + std::to_string(options.min_side));
  if (detail::begins_as_jpeg(bytes)) return detail::decode_by<detail::jpeg_decoder>(name, bytes, options);
  if (detail::begins_as_png(bytes)) return detail::decode_by<detail::png_decoder>(name, bytes, options);
  throw file_error(611, name, 0, "expected the first bytes of a JPEG or PNG, found others");
}

/// The same from a file.
///
/// Errors   also E701 (cannot be read)
inline decoded_image read_image(std::string const& path, image_options const& options = {}) {
  return decode_image(path, detail::read_whole(path, options.max_file_bytes), options);
}

}  // namespace ssl::data
