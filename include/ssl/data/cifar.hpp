// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"
#include "ssl/data/compressed_file.hpp"
#include "ssl/data/split.hpp"

/// \file
/// The binary format of CIFAR-10, CIFAR-100 and whatever is stored alike: records without a header.
///
///   CIFAR-10    1 byte of label (0 to 9),                            3 planes of 32 * 32 bytes: red, green, blue
///   CIFAR-100   1 byte of coarse label (0 to 19), 1 of fine (0 to 99), the same planes
///
/// Source  A. Krizhevsky, https://www.cs.toronto.edu/~kriz/cifar.html. Deviation: files may be compressed by gzip or xz
namespace ssl::data {

enum class cifar_format { cifar10, cifar100, cifar100_coarse };  ///< the last gives CIFAR-100's 20 coarse labels

struct cifar_options {
  cifar_format format = cifar_format::cifar10;
  index limit = -1;                  ///< only the first so many images; -1: all. What lies behind them is not read
  index max_bytes = index{1} << 33;  ///< refuse files of which more would have to be kept
};

/// Images of 32x32x3 and their labels from binary batch files, wholly in memory.
///
/// Shapes   image(i): (32, 32, 3), channels last; label(i): 0 to 9, 19 or 99
/// Errors   E612 (a label beyond the classes), E701 (missing or unreadable), E702 (damaged gzip or xz), E703 (more than
///          max_bytes), E705 (no record, or a cut one)
/// Cost     one pass over each file; 3072 bytes and a label for each image
class cifar_images {
 public:
  static constexpr int side = 32, channels = 3;

  /// `folder` is that of the published archive, or one that holds it. Read are the files that end in .bin, .bin.gz or .bin.xz, in
  /// the order of their names: for training those that begin with data_batch or contain "train", else those that contain "test".
  static cifar_images load(std::string const& folder, split which, cifar_options const& options = {}) {
    return load_files(batch_files(folder, which, options.format), options);
  }

  static cifar_images load_files(std::vector<std::string> const& paths, cifar_options const& options = {}) {
    cifar_images set(options);
    for (std::string const& path : paths)
      if (!set.is_full()) set.append(path);
    return set;
  }

  index size() const { return static_cast<index>(labels_.size()); }
  image_view image(index i) const { return {pixels_.data() + i * image_bytes, side, side, channels}; }
  std::int32_t label(index i) const { return labels_[static_cast<std::size_t>(i)]; }

 private:
  static constexpr index plane_bytes = index{side} * side, image_bytes = plane_bytes * channels;

  explicit cifar_images(cifar_options const& options) : options_(options) {}

  bool is_full() const { return options_.limit >= 0 && size() >= options_.limit; }
  index label_bytes() const { return options_.format == cifar_format::cifar10 ? 1 : 2; }
  int classes() const {
    return options_.format == cifar_format::cifar10 ? 10 : options_.format == cifar_format::cifar100 ? 100 : 20;
  }

  void append(std::string const& path) {
    compressed_file file(path);
    std::array<std::uint8_t, 2 + image_bytes> record;
    index const wanted = label_bytes() + image_bytes;
    while (!is_full()) {
      index const at = file.offset(), got = file.read(record.data(), wanted);
      if (got == 0 && at > 0) return;
      if (got < wanted) {
        throw file_error(
            705, path, at,
            "expected a record of " + std::to_string(wanted) + " bytes, found " + std::to_string(got) + " before the end");
      }
      int const label = record[options_.format == cifar_format::cifar100 ? 1 : 0];
      if (label >= classes()) {
        throw file_error(612, path, at,
                         "expected a record that begins with a label of 0 to " + std::to_string(classes() - 1) + ", found " +
                             std::to_string(label));
      }
      keep(path, at, record.data() + label_bytes(), label);
    }
  }

  void keep(std::string const& path, index at, std::uint8_t const* planes, int label) {
    if (size() >= options_.max_bytes / image_bytes) {
      throw file_error(703, path, at, "expected at most " + std::to_string(options_.max_bytes) + " bytes of images, found more");
    }
    labels_.push_back(static_cast<std::uint8_t>(label));
    pixels_.resize(pixels_.size() + image_bytes);
    std::uint8_t* to = pixels_.data() + pixels_.size() - image_bytes;
    for (index p = 0; p < plane_bytes; ++p)
      for (int c = 0; c < channels; ++c) *to++ = planes[c * plane_bytes + p];
  }

  static std::vector<std::string> batch_files(std::string folder, split which, cifar_format format) {
    namespace fs = std::filesystem;
    std::string const published = format == cifar_format::cifar10 ? "cifar-10-batches-bin" : "cifar-100-binary";
    std::error_code failed;
    if (fs::is_directory(fs::path(folder) / published, failed)) folder = (fs::path(folder) / published).string();
    std::vector<std::string> found;
    for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
      if (is_batch(entry->path().filename().string(), which)) found.push_back(entry->path().string());
    if (failed) throw file_error(701, folder, -1, "cannot be listed: " + failed.message());
    if (found.empty()) {
      throw file_error(701, folder, -1,
                       which == split::train
                           ? "expected files data_batch_1.bin ... or *train*.bin, plain or with .gz or .xz, found none"
                           : "expected a file *test*.bin, plain or with .gz or .xz, found none");
    }
    std::sort(found.begin(), found.end());
    // Of a file and its compressed copy the plain one, which sorts first.
    found.erase(std::unique(found.begin(), found.end(),
                            [](std::string_view a, std::string_view b) { return without_packing(a) == without_packing(b); }),
                found.end());
    return found;
  }

  static std::string_view without_packing(std::string_view name) {
    return name.ends_with(".gz") || name.ends_with(".xz") ? name.substr(0, name.size() - 3) : name;
  }
  static bool is_batch(std::string_view name, split which) {
    auto const contains = [&](char const* part) { return name.find(part) != name.npos; };
    if (!without_packing(name).ends_with(".bin")) return false;
    bool const training = name.starts_with("data_batch") || contains("train");
    return which == split::train ? training : !training && contains("test");
  }

  cifar_options options_;
  std::vector<std::uint8_t> pixels_;
  std::vector<std::uint8_t> labels_;
};

static_assert(labelled_dataset<cifar_images>);

}  // namespace ssl::data
