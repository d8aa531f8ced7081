// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <optional>

#include <ssl/data/cifar.hpp>
#include <ssl/data/idx.hpp>
#include <ssl/data/image_folder.hpp>
#include <ssl/data/procedural.hpp>

#include "session.hpp"

namespace methods {

namespace {

namespace fs = std::filesystem;
using ssl::data::split;

template <ssl::labelled_dataset D>
pictures all_of(D const& images) {
  pictures set;
  for (ssl::index i = 0; i < images.size(); ++i) set.add(images.image(i), images.label(i));
  return set;
}

/// Images in the subfolders train and test (or val) where there are such; else every fifth is for testing.
picture_sets load_folder(std::string const& root, settings const& s) {
  ssl::data::image_folder_options options{.image = {.min_side = 40}};
  std::string const held_out = root + (fs::is_directory(root + "/test") ? "/test" : "/val");
  bool const divided = fs::is_directory(root + "/train") && fs::is_directory(held_out);
  picture_sets sets;
  auto const take = [&](std::string const& folder, bool train, bool test) {
    ssl::data::image_folder const images(folder, options);
    for (ssl::data::broken_file const& file : images.skipped()) std::cout << "skipped " << file.reason << "\n";
    options.classes = images.classes();
    for (ssl::index i = 0; i < images.size(); ++i) {
      bool const is_test = test && (!train || i % 5 == 4);
      pictures& set = is_test ? sets.test : sets.train;
      if (set.size() >= (is_test ? s.test_images : s.images)) continue;
      auto const& picture = images.image(i);
      set.add(picture, images.label(i));
    }
  };
  take(divided ? root + "/train" : root, true, !divided);
  if (divided) take(held_out, false, true);
  return sets;
}

}  // namespace

void pictures::add(ssl::image_view v, std::int32_t label) {
  ssl::data::decoded_image kept{v.height, v.width, 3, {}};
  ssl::index const values = ssl::index{v.height} * v.width * v.channels;
  kept.pixels.reserve(static_cast<std::size_t>(values * 3 / v.channels));
  for (ssl::index i = 0; i < values; ++i) kept.pixels.insert(kept.pixels.end(), v.channels == 1 ? 3 : 1, v.data[i]);
  images_.push_back(std::move(kept));
  labels_.push_back(label);
}

picture_sets load(std::string const& source, settings const& s) {
  auto const folder_of = [&](std::string const& kind) {
    return source.starts_with(kind + ":") ? std::optional(source.substr(kind.size() + 1)) : std::nullopt;
  };
  if (auto const folder = source == "fashion-mnist" ? "/usr/share/datasets/fashion-mnist" : folder_of("idx"))
    return {all_of(ssl::data::idx_images::load(*folder, split::train, {.limit = s.images})),
            all_of(ssl::data::idx_images::load(*folder, split::test, {.limit = s.test_images}))};
  if (auto const folder = folder_of("cifar10"))
    return {all_of(ssl::data::cifar_images::load(*folder, split::train, {.limit = s.images})),
            all_of(ssl::data::cifar_images::load(*folder, split::test, {.limit = s.test_images}))};
  if (auto const folder = folder_of("folder")) return load_folder(*folder, s);
  if (source == "procedural") {
    auto const drawn = [&](ssl::index count, std::uint64_t seed) {
      return all_of(ssl::data::procedural_images(
          {.count = static_cast<int>(count), .height = 32, .width = 32, .channels = 3, .seed = seed}));
    };
    return {drawn(s.images, s.seed), drawn(s.test_images, s.seed + 1'000'000)};
  }
  throw ssl::data_error(606, "images come from fashion-mnist, idx:DIR, cifar10:DIR, folder:DIR or procedural, not " + source);
}

ssl::augmentations::channel_statistics statistics_of(pictures const& images) {
  double sum[3] = {}, squares[3] = {}, pixels = 0;
  for (ssl::index i = 0; i < images.size(); ++i) {
    ssl::image_view const v = images.image(i);
    ssl::index const count = ssl::index{v.height} * v.width;
    for (ssl::index k = 0; k < 3 * count; ++k) {
      double const value = v.data[k] / 255.0;
      sum[k % 3] += value, squares[k % 3] += value * value;
    }
    pixels += static_cast<double>(count);
  }
  ssl::augmentations::channel_statistics s;
  for (int c = 0; c < 3; ++c) {
    double const mean = sum[c] / pixels, variance = squares[c] / pixels - mean * mean;
    s.mean[c] = static_cast<float>(mean);
    s.deviation[c] = static_cast<float>(std::sqrt(std::max(variance, 1e-6)));
  }
  return s;
}

}  // namespace methods
