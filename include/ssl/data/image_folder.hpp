// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/core/image.hpp"
#include "ssl/data/decoded_image.hpp"
#include "ssl/data/image_file.hpp"

namespace ssl::data {

/// What happens to a file that is called like an image and cannot be decoded.
enum class broken_files { skip, fatal };
/// How much of each file is looked at before the first image is asked for.
enum class folder_check { pixels, first_bytes };

struct image_folder_options {
  image_options image = {};
  broken_files broken = broken_files::skip;
  /// With `pixels` each file is decoded once, at an eighth of its size where that is possible, so that size(), labels and samples
  /// are those of intact images. With `first_bytes` the folder opens at once, and a file that proves broken later is an error.
  folder_check check = folder_check::pixels;
  int threads = 1;                        ///< that check
  std::vector<std::string> classes = {};  ///< whose places are the labels; none: the subfolders of the folder
};

/// A file that was skipped, and why.
struct broken_file {
  std::string path;
  std::string reason;
};

namespace detail {

inline bool is_named_as_image(std::string_view path) {
  static constexpr std::string_view endings[] = {".jpg", ".jpeg", ".jpe",  ".jfif", ".png",  ".bmp",
                                                 ".gif", ".tif",  ".tiff", ".webp", ".heic", ".avif"};
  std::string lower(path.substr(std::min(path.size(), path.find_last_of("./"))));
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(std::begin(endings), std::end(endings), lower) != std::end(endings);
}

inline bool begins_as_image(std::string const& path) {
  std::array<std::uint8_t, 8> begin{};
  std::ifstream(path, std::ios::binary).read(reinterpret_cast<char*>(begin.data()), begin.size());
  return begins_as_jpeg(begin) || begins_as_png(begin);
}

/// Adds the files below a folder that are images, or are called like one. Links are followed, but into no folder twice; names that
/// begin with a dot are left out.
inline void list_images(std::filesystem::path const& folder, std::set<std::filesystem::path>& seen,
                        std::vector<std::string>& files) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (!seen.insert(fs::canonical(folder, failed)).second) return;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    std::error_code gone;
    std::string const path = entry->path().string();
    if (entry->path().filename().native().starts_with('.')) continue;
    if (entry->is_directory(gone))
      list_images(entry->path(), seen, files);
    else if (entry->is_regular_file(gone) && (is_named_as_image(path) || begins_as_image(path)))
      files.push_back(path);
  }
  if (failed) throw file_error(701, folder.string(), -1, "cannot be listed: " + failed.message());
}

/// work(i) for each i below count, by some threads; ends at once and rethrows where one of them throws.
template <class Work>
void in_threads(int threads, index count, Work const& work) {
  std::atomic<index> next = 0;
  auto const take = [&] {
    try {
      for (index i; (i = next++) < count;) work(i);
    } catch (...) {
      next = count;
      throw;
    }
  };
  std::vector<std::future<void>> running;
  for (int t = 0; t < threads; ++t) running.push_back(std::async(std::launch::async, take));
  for (std::future<void>& thread : running) thread.get();
}

}  // namespace detail

/// The JPEG and PNG files below a folder, decoded each time they are asked for: a set may be larger than memory.
///
///     ssl::data::image_folder const images("photos", {.image = {.min_side = 160}});
///     for (auto const& [path, reason] : images.skipped()) ...
///
/// What is an image is seen by the first bytes, whatever its name. A file that is called like an image (.jpg, .png, .webp, ...) and
/// is no intact JPEG or PNG is broken: skipped, or an error, by option. All other files are left alone. Images are in the order of
/// their paths. Where images lie in at least two subfolders of the folder, these are classes, numbered in the order of their names;
/// an image outside of them has no label.
///
/// Shapes   image(i): (any, any, options.image.channels); label(i): 0, 1, ... or -1
/// Errors   E606 (options outside their ranges), E610 (no image), E611 (a broken file, where that is fatal), E701 (a folder that
///          cannot be read); image(i): E611, E701 (a file that changed, or was not checked)
/// Cost     a path and a label for each image; the constructor reads every file once
class image_folder {
 public:
  explicit image_folder(std::string const& folder, image_folder_options const& options = {}) : options_(options) {
    if (options.threads < 1)
      throw data_error(606, "image folder: expected threads of at least 1, found " + std::to_string(options.threads));
    std::set<std::filesystem::path> seen;
    detail::list_images(folder, seen, paths_);
    std::sort(paths_.begin(), paths_.end());
    drop_broken();
    if (paths_.empty()) {
      throw data_error(610, folder + ": expected JPEG or PNG files, found none" +
                                (skipped_.empty() ? ""
                                                  : " that is intact; the first of " + std::to_string(skipped_.size()) +
                                                        " broken ones: " + skipped_.front().reason));
    }
    find_classes(folder);
  }

  index size() const { return static_cast<index>(paths_.size()); }
  decoded_image image(index i) const { return read_image(path(i), options_.image); }
  std::int32_t label(index i) const { return labels_[static_cast<std::size_t>(i)]; }

  std::string const& path(index i) const { return paths_[static_cast<std::size_t>(i)]; }
  /// Names of the classes, whose places are the labels; none where the images have no labels.
  std::vector<std::string> const& classes() const { return options_.classes; }
  /// The broken files, in the order of their paths.
  std::vector<broken_file> const& skipped() const { return skipped_; }

 private:
  /// Why a file is broken; empty if it is not, as far as it is looked at.
  std::string fault_of(std::string const& path) const {
    if (options_.check == folder_check::first_bytes && detail::begins_as_image(path)) return "";
    try {
      image_options smallest = options_.image;
      smallest.min_side = 1;
      read_image(path, smallest);
      return "";
    } catch (file_error const& e) {
      if (options_.broken == broken_files::fatal) throw;
      return e.what();
    }
  }

  void drop_broken() {
    std::vector<std::string> faults(paths_.size());
    detail::in_threads(options_.threads, size(), [&](index i) { faults[static_cast<std::size_t>(i)] = fault_of(path(i)); });
    std::vector<std::string> intact;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (faults[i].empty())
        intact.push_back(std::move(paths_[i]));
      else
        skipped_.push_back({std::move(paths_[i]), std::move(faults[i])});
    }
    paths_ = std::move(intact);
  }

  void find_classes(std::string const& folder) {
    std::vector<std::string> subfolders;
    for (std::string const& path : paths_) {
      auto const inside = std::filesystem::path(path).lexically_relative(folder);
      subfolders.push_back(inside.has_parent_path() ? inside.begin()->string() : "");
    }
    std::vector<std::string>& classes = options_.classes;
    if (classes.empty()) {
      std::set<std::string> names(subfolders.begin(), subfolders.end());
      names.erase("");
      if (names.size() >= 2) classes.assign(names.begin(), names.end());
    }
    for (std::string const& name : subfolders) {
      auto const place = std::find(classes.begin(), classes.end(), name);
      labels_.push_back(place == classes.end() ? -1 : static_cast<std::int32_t>(place - classes.begin()));
    }
  }

  image_folder_options options_;
  std::vector<std::string> paths_;
  std::vector<std::int32_t> labels_;
  std::vector<broken_file> skipped_;
};

static_assert(labelled_dataset<image_folder>);

}  // namespace ssl::data
