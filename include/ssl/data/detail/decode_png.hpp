// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include <png.h>

#include "ssl/core/error.hpp"
#include "ssl/data/decoded_image.hpp"
#include "ssl/data/detail/exif.hpp"
#include "ssl/data/detail/jump_out.hpp"

namespace ssl::data::detail {

inline bool begins_as_png(std::span<std::uint8_t const> bytes) {
  return bytes.size() >= 8 && png_sig_cmp(bytes.data(), 0, 8) == 0;
}

/// One PNG by libpng, as one channel where the file is grey, else as three. Alpha is dropped and colours are left as they are
/// stored, 16 bits are rounded to 8; texts and profiles are not read, so that they cannot inflate.
class png_decoder {
 public:
  png_decoder(std::string const& path, std::span<std::uint8_t const> bytes) : path_(path), bytes_(bytes) {
    png_ = png_create_read_struct(
        PNG_LIBPNG_VER_STRING, &out_, [](png_structp png, char const* why) { out_of(png).jump(why); },
        [](png_structp, char const*) {});
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, &info_, nullptr);
      refuse("no memory for it");
    }
  }
  png_decoder(png_decoder const&) = delete;
  ~png_decoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

  decoded_image decode(image_options const& options) {
    run([&] {
      png_set_read_fn(png_, this, [](png_structp png, png_bytep to, png_size_t count) {
        static_cast<png_decoder*>(png_get_io_ptr(png))->give(to, count);
      });
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_AS_DEFAULT, reinterpret_cast<png_const_bytep>("eXIf"), 1);
      png_read_info(png_, info_);
    });
    check_size(options);
    decoded_image image{
        static_cast<int>(png_get_image_height(png_, info_)), static_cast<int>(png_get_image_width(png_, info_)), convert(), {}};
    std::size_t const row = png_get_rowbytes(png_, info_);
    if (row != static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels)) refuse("rows of another length");
    image.pixels.resize(row * static_cast<std::size_t>(image.height));
    std::vector<png_bytep> rows(static_cast<std::size_t>(image.height));
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.pixels.data() + y * row;
    run([&] {
      png_read_image(png_, rows.data());
      png_read_end(png_, info_);
    });
    return image;
  }

  /// Known once decode() has returned.
  int orientation() {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    return png_get_eXIf_1(png_, info_, &size, &exif) != 0 ? exif_orientation({exif, size}) : 1;
  }

 private:
  static jump_out& out_of(png_structp png) { return *static_cast<jump_out*>(png_get_error_ptr(png)); }

  template <class Calls>
  void run(Calls const& calls) {
    if (out_.run(calls)) return;
    refuse(out_.why());
  }
  [[noreturn]] void refuse(std::string const& why) const {
    throw file_error(611, path_, static_cast<index>(read_), "expected an intact PNG, found: " + why);
  }

  void give(png_bytep to, png_size_t count) {
    if (count > bytes_.size() - read_) out_.jump("the end of the file");
    std::memcpy(to, bytes_.data() + read_, count);
    read_ += count;
  }

  void check_size(image_options const& options) const {
    index const width = png_get_image_width(png_, info_), height = png_get_image_height(png_, info_);
    index const row = width * png_get_channels(png_, info_) * png_get_bit_depth(png_, info_) / 8;
    bool const impossible = row * height / 1032 > static_cast<index>(bytes_.size());  // deflate makes nothing smaller than that
    if (width * height <= options.max_pixels && !impossible) return;
    refuse("a header that claims " + std::to_string(width) + "x" + std::to_string(height) + " pixels, more than " +
           (impossible ? "its bytes can hold" : "max_pixels"));
  }

  /// Asks for rows of bytes, without alpha, in 1 or 3 channels, and says which.
  int convert() {
    int const type = png_get_color_type(png_, info_);
    bool const grey = (type & PNG_COLOR_MASK_COLOR) == 0;
    run([&] {
      if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
      if (grey) png_set_expand_gray_1_2_4_to_8(png_);
      png_set_scale_16(png_);
      png_set_strip_alpha(png_);
      png_set_interlace_handling(png_);
      png_read_update_info(png_, info_);
    });
    return grey ? 1 : 3;
  }

  std::string const& path_;
  std::span<std::uint8_t const> bytes_;
  std::size_t read_ = 0;
  jump_out out_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace ssl::data::detail
