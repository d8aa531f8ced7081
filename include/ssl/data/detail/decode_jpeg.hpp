// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include <jpeglib.h>
// after jpeglib.h
#include <jerror.h>

#include "ssl/core/error.hpp"
#include "ssl/data/decoded_image.hpp"
#include "ssl/data/detail/exif.hpp"
#include "ssl/data/detail/jump_out.hpp"

namespace ssl::data::detail {

inline bool begins_as_jpeg(std::span<std::uint8_t const> bytes) {
  return bytes.size() >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF;
}

/// One JPEG by libjpeg-turbo, as one channel where the file has one or one is asked for, else as three. Pixels that are damaged or
/// missing are an error, although libjpeg only warns of them.
class jpeg_decoder {
 public:
  jpeg_decoder(std::string const& path, std::span<std::uint8_t const> bytes) : path_(path), bytes_(bytes) {
    info_.err = jpeg_std_error(&errors_.client);
    errors_.client.error_exit = [](j_common_ptr info) { fail(info); };
    errors_.client.output_message = [](j_common_ptr) {};
    errors_.client.emit_message = [](j_common_ptr info, int level) {
      if (level < 0 && is_damage(info->err->msg_code)) fail(info);
    };
    limit_.progress_monitor = [](j_common_ptr info) {
      if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > most_scans)
        errors_of(info).out.jump("more scans than any encoder writes");
    };
  }
  jpeg_decoder(jpeg_decoder const&) = delete;
  ~jpeg_decoder() { jpeg_destroy_decompress(&info_); }

  decoded_image decode(image_options const& options) {
    read_header(options);
    run([&] { jpeg_start_decompress(&info_); });
    decoded_image image{static_cast<int>(info_.output_height), static_cast<int>(info_.output_width), info_.output_components, {}};
    std::size_t const row = std::size_t{info_.output_width} * static_cast<std::size_t>(info_.output_components);
    image.pixels.resize(row * info_.output_height);
    run([&] {
      while (info_.output_scanline < info_.output_height) {
        JSAMPROW next = image.pixels.data() + row * info_.output_scanline;
        jpeg_read_scanlines(&info_, &next, 1);
      }
      jpeg_finish_decompress(&info_);
    });
    if (info_.out_color_space == JCS_CMYK) from_inks(image);
    return image;
  }

  /// Known once decode() has returned.
  int orientation() const { return orientation_; }

 private:
  static constexpr int most_scans = 500;  // a small file of many scans can keep a decoder busy for minutes

  struct errors {
    jpeg_error_mgr client;  // first: libjpeg knows its address alone
    jump_out out;
  };
  static errors& errors_of(j_common_ptr info) { return *reinterpret_cast<errors*>(info->err); }
  [[noreturn]] static void fail(j_common_ptr info) {
    info->err->format_message(info, errors_of(info).out.why());
    errors_of(info).out.jump();
  }
  static bool is_damage(int code) {
    return code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE || code == JWRN_JPEG_EOF ||
           code == JWRN_MUST_RESYNC || code == JWRN_BOGUS_PROGRESSION;
  }

  template <class Calls>
  void run(Calls const& calls) {
    if (errors_.out.run(calls)) return;
    refuse(errors_.out.why());
  }
  [[noreturn]] void refuse(std::string const& why) const {
    index const unread = info_.src != nullptr ? static_cast<index>(info_.src->bytes_in_buffer) : 0;
    throw file_error(611, path_, static_cast<index>(bytes_.size()) - unread, "expected an intact JPEG, found: " + why);
  }

  void read_header(image_options const& options) {
    run([&] {
      jpeg_create_decompress(&info_);
      info_.progress = &limit_;
      jpeg_mem_src(&info_, bytes_.data(), static_cast<unsigned long>(bytes_.size()));
      jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);  // EXIF
      jpeg_read_header(&info_, TRUE);
    });
    for (jpeg_saved_marker_ptr m = info_.marker_list; m != nullptr; m = m->next)
      if (m->data_length > 6 && std::memcmp(m->data, "Exif\0", 6) == 0)
        orientation_ = exif_orientation({m->data + 6, m->data_length - 6});
    index const pixels = index{info_.image_width} * info_.image_height;
    // A block of 8x8 pixels takes a bit at least; arithmetic coding may need less.
    index const most =
        info_.arith_code ? options.max_pixels : std::min(options.max_pixels, 512 * static_cast<index>(bytes_.size()));
    if (pixels > most) {
      refuse("a header that claims " + std::to_string(info_.image_width) + "x" + std::to_string(info_.image_height) +
             " pixels, more than " + (most < options.max_pixels ? "its bytes can hold" : "max_pixels"));
    }
    bool const inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = inks ? JCS_CMYK : options.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    index const side = std::min(info_.image_width, info_.image_height);
    info_.scale_denom = 8;
    info_.scale_num = 8;
    while (options.min_side > 0 && info_.scale_num > 1 && side * (info_.scale_num - 1) >= index{options.min_side} * 8)
      --info_.scale_num;
  }

  /// Cyan, magenta, yellow and black to light. Adobe's programs, which say so by a marker, store all four inverted.
  void from_inks(decoded_image& image) const {
    int const inverted = info_.saw_Adobe_marker ? 0 : 255;
    std::uint8_t* to = image.pixels.data();
    for (std::uint8_t const* ink = to; ink != image.pixels.data() + image.pixels.size(); ink += 4) {
      int const black = ink[3] ^ inverted;
      for (int k = 0; k < 3; ++k) *to++ = static_cast<std::uint8_t>(((ink[k] ^ inverted) * black + 127) / 255);
    }
    image.channels = 3;
    image.pixels.resize(static_cast<std::size_t>(to - image.pixels.data()));
  }

  std::string const& path_;
  std::span<std::uint8_t const> bytes_;
  errors errors_;
  jpeg_progress_mgr limit_{};
  jpeg_decompress_struct info_{};
  int orientation_ = 1;
};

}  // namespace ssl::data::detail
