// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ssl/augmentations/normalise.hpp>
#include <ssl/core/image.hpp>
#include <ssl/cpu.hpp>
#include <ssl/data/decoded_image.hpp>
#include <ssl/data/image_grid.hpp>
#include <ssl/data/image_writer.hpp>

/// \file
/// What every method of the program is given: what was asked for, and the images.
namespace methods {

/// How the features are judged.
enum class judgement { probe, fine_tune, both };

struct settings {
  std::string method;
  std::string data = "procedural";
  std::string judge_data;  ///< empty: the same
  std::string out = "out";
  ssl::index images = 20'000;
  ssl::index test_images = 10'000;
  ssl::index epochs = 20;
  double seconds = 0;  ///< 0: no limit
  std::uint64_t seed = 1;
  int threads = 0;
  ssl::index checkpoint_every = 0;
  bool resume = false;
  judgement judge = judgement::probe;
  ssl::index labels = 0;  ///< 0: of all images
  double tune_rate = 1e-3;
  double encoder_rate = 1;
  ssl::index tune_epochs = 20;
};

/// Pictures of any size with three channels, in memory, and their classes: one data set for all sources, so that a method is
/// compiled once.
class pictures {
 public:
  ssl::index size() const { return static_cast<ssl::index>(images_.size()); }
  ssl::image_view image(ssl::index i) const { return images_[static_cast<std::size_t>(i)]; }
  std::int32_t label(ssl::index i) const { return labels_[static_cast<std::size_t>(i)]; }

  /// One channel becomes three equal ones.
  void add(ssl::image_view v, std::int32_t label);

 private:
  std::vector<ssl::data::decoded_image> images_;
  std::vector<std::int32_t> labels_;
};

struct picture_sets {
  pictures train, test;
};

/// The sets of a source that --data names.
///
/// Errors  E606 (a source of another kind), and those of its reader
picture_sets load(std::string const& source, settings const& s);

/// Mean and deviation of every channel, over all pixels.
ssl::augmentations::channel_statistics statistics_of(pictures const& images);

struct session {
  settings asked;
  picture_sets seen;    ///< to be learned from without labels
  picture_sets judged;  ///< the labelled sets that judge the features
  ssl::augmentations::channel_statistics statistics;
  ssl::backends::cpu::context& threads;

  std::string file(std::string const& name) const { return asked.out + "/" + name; }
  void write_picture(std::string const& name, ssl::data::image_grid const& grid) const {
    ssl::data::decoded_image const all = grid.picture();
    ssl::data::write_png(file(name), all);
  }
};

}  // namespace methods
