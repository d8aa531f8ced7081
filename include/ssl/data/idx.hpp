// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"
#include "ssl/data/compressed_file.hpp"
#include "ssl/data/split.hpp"

/// \file
/// The format of MNIST, Fashion-MNIST and their relatives.
///
///   images   big-endian 32-bit words 2051, N, H, W; then N * H * W bytes, row by row
///   labels   big-endian 32-bit words 2049, N;       then N bytes
///
/// Source  Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits". Deviation: files may be compressed by gzip or xz
namespace ssl::data {

struct idx_options {
  index limit = -1;                  ///< only the first so many images; -1: all. What lies behind them is not read
  index max_bytes = index{1} << 33;  ///< refuse a file of which more would have to be read
};

namespace detail {

/// What an IDX header says after its first word.
struct idx_header {
  index count = 0;
  index wanted = 0;  ///< of which so many are read
  int height = 1;
  int width = 1;
  index image_bytes() const { return index{height} * width; }
};

inline constexpr std::uint32_t idx_image_magic = 2051;
inline constexpr std::uint32_t idx_label_magic = 2049;

inline std::uint32_t idx_word(compressed_file& file, char const* what) {
  index const at = file.offset();
  std::uint8_t b[4];
  index const got = file.read(b, 4);
  if (got < 4) {
    throw file_error(704, file.path(), at,
                     std::string("expected 4 bytes of ") + what + ", found " + std::to_string(got) + " before the end");
  }
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

inline index idx_extent(compressed_file& file, char const* what, index most) {
  index const at = file.offset();
  index const value = idx_word(file, what);
  if (value < 1 || value > most) {
    throw file_error(704, file.path(), at,
                     std::string("expected a ") + what + " of 1 to " + std::to_string(most) + ", found " + std::to_string(value));
  }
  return value;
}

inline idx_header read_idx_header(compressed_file& file, std::uint32_t magic, idx_options const& options) {
  std::uint32_t const found = idx_word(file, "the magic number");
  if (found != magic) {
    throw file_error(704, file.path(), 0,
                     "expected the magic number " + std::to_string(magic) + " of IDX " +
                         (magic == idx_image_magic ? "images" : "labels") + ", found " + std::to_string(found));
  }
  idx_header h{.count = idx_extent(file, "count", 0xffffffff)};
  if (magic == idx_image_magic) {
    h.height = static_cast<int>(idx_extent(file, "height", 65535));
    h.width = static_cast<int>(idx_extent(file, "width", 65535));
  }
  h.wanted = options.limit < 0 ? h.count : std::min(options.limit, h.count);
  if (h.wanted > options.max_bytes / h.image_bytes()) {
    throw file_error(703, file.path(), 4,
                     "expected at most " + std::to_string(options.max_bytes) + " bytes of data, found a header that claims " +
                         std::to_string(h.wanted) + " times " + std::to_string(h.image_bytes()));
  }
  return h;
}

/// The bytes behind the header; the file must end behind its last entry.
inline std::vector<std::uint8_t> read_idx_data(compressed_file& file, idx_header const& h) {
  index const wanted = h.wanted * h.image_bytes();
  std::vector<std::uint8_t> bytes = file.take(wanted);
  if (static_cast<index>(bytes.size()) < wanted) {
    throw file_error(705, file.path(), file.offset(),
                     "expected " + std::to_string(wanted) + " bytes behind the header, found " + std::to_string(bytes.size()));
  }
  std::uint8_t extra;
  if (h.wanted == h.count && file.read(&extra, 1) != 0) {
    throw file_error(705, file.path(), file.offset() - 1,
                     "expected the end behind " + std::to_string(wanted) + " bytes of data, found more");
  }
  return bytes;
}

inline std::string idx_path(std::string const& folder, std::string_view name) {
  std::string const plain = (std::filesystem::path(folder) / name).string();
  std::error_code ignored;
  for (char const* packing : {"", ".gz", ".xz"})
    if (std::filesystem::exists(plain + packing, ignored)) return plain + packing;
  throw file_error(701, plain, -1, "expected this file or one with .gz or .xz behind its name, found none");
}

}  // namespace detail

/// Images of one channel and their labels from a pair of IDX files, wholly in memory.
///
/// Shapes   image(i): (H, W, 1); label(i): 0 to 255
/// Errors   E701 (missing or unreadable), E702 (damaged gzip or xz), E703 (claims too much), E704 (header), E705 (data cut, or more
///          than announced), E706 (images and labels differ in count)
/// Cost     one pass over each file; N * H * W + N bytes
class idx_images {
 public:
  /// `folder` holds train-images-idx3-ubyte and train-labels-idx1-ubyte, or the t10k- files, each plain or with .gz or .xz
  /// behind its name.
  static idx_images load(std::string const& folder, split which, idx_options const& options = {}) {
    std::string const prefix = which == split::train ? "train" : "t10k";
    std::string const images = detail::idx_path(folder, prefix + "-images-idx3-ubyte");
    return load_files(images, detail::idx_path(folder, prefix + "-labels-idx1-ubyte"), options);
  }

  static idx_images load_files(std::string const& images, std::string const& labels, idx_options const& options = {}) {
    compressed_file image_file(images);
    compressed_file label_file(labels);
    detail::idx_header const header = detail::read_idx_header(image_file, detail::idx_image_magic, options);
    detail::idx_header const label_header = detail::read_idx_header(label_file, detail::idx_label_magic, options);
    if (header.count != label_header.count) {
      throw file_error(706, labels, 4,
                       "expected " + std::to_string(header.count) + " labels, as many as images in " + images + ", found " +
                           std::to_string(label_header.count));
    }
    idx_images set;
    set.height_ = header.height;
    set.width_ = header.width;
    set.pixels_ = detail::read_idx_data(image_file, header);
    set.labels_ = detail::read_idx_data(label_file, label_header);
    return set;
  }

  index size() const { return static_cast<index>(labels_.size()); }
  image_view image(index i) const { return {pixels_.data() + i * height_ * width_, height_, width_, 1}; }
  std::int32_t label(index i) const { return labels_[static_cast<std::size_t>(i)]; }

 private:
  idx_images() = default;

  int height_ = 0;
  int width_ = 0;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::uint8_t> labels_;
};

static_assert(labelled_dataset<idx_images>);

}  // namespace ssl::data
