// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "ssl/core/error.hpp"
#include "ssl/io/atomic_file.hpp"
#include "ssl/io/checkpoint.hpp"
#include "ssl/training/progress.hpp"

/// \file
/// Checkpoints of a training: written now and then, and gone on from.
namespace ssl::training {

struct checkpoint_options {
  index every_epochs = 1;        ///< 0: not at the ends of epochs
  index every_steps = 0;         ///< 0: not at steps
  double every_minutes = 0;      ///< 0: not by the clock
  int keep = 2;                  ///< newest files that stay; with two, one that the device damages costs no more than a period
  std::FILE* messages = stderr;  ///< null: none
};

/// A checkpoint on the device; the empty path is none.
struct checkpoint_file {
  std::string path{};
  index step = 0;
};

namespace detail {

inline std::string checkpoint_name(index step) {
  char name[64];
  std::snprintf(name, sizeof(name), "checkpoint-%09lld.safetensors", static_cast<long long>(step));
  return name;
}

/// The checkpoints in a folder, the newest first; none where there is no such folder.
inline std::vector<checkpoint_file> checkpoints_in(std::string const& folder) {
  std::vector<checkpoint_file> files;
  std::error_code ignored;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::string const name = entry.path().filename().string();
    long long step = -1;
    if (std::sscanf(name.c_str(), "checkpoint-%lld", &step) == 1 && name == checkpoint_name(step))
      files.push_back({entry.path().string(), step});
  }
  std::sort(files.begin(), files.end(), [](checkpoint_file const& a, checkpoint_file const& b) { return a.step > b.step; });
  return files;
}

}  // namespace detail

/// An observer that writes checkpoints into a folder, keeps the newest, and goes on from them.
///
///     ssl::training::checkpoints saves{p, "out/checkpoints", {.every_epochs = 1}};
///     saves.resume();                                       // from the newest one, or from the beginning
///     ssl::training::train(p, images, {.epochs = 100}, ssl::training::stop_on_interrupt{}, saves);
///
/// Folder     the empty name is that of none: nothing is written and nothing is read
/// Writes     checkpoint-000001234.safetensors (io::save_checkpoint) when one is due, and at the end of a training that finished or
///            was stopped. A file is on the device before older ones go; killed at any moment, a training leaves whole files
/// Fails      before the first step where the folder cannot be written (E707), or has checkpoints of later steps (E718: those of
///            another training, which would be mistaken for this one's). A checkpoint that cannot be written later, the device
///            being full, is a message, and the training goes on to the next; only at the end it is an error (E707). The files
///            that are there stay
/// Errors     E707, E718, E802 (a resumed training had other images, or took others in a step), E850 (options outside their ranges), E901
/// Cost       io::save_checkpoint
template <class Run>
class checkpoints {
 public:
  checkpoints(pipeline<Run>& p, std::string folder, checkpoint_options const& options = {})
      : pipeline_(p), folder_(std::move(folder)), options_(options) {
    if (options.every_epochs >= 0 && options.every_steps >= 0 && options.every_minutes >= 0 && options.keep >= 1) return;
    throw composition_error(850,
                            "checkpoints: expected every_epochs, every_steps and every_minutes of at least 0, and keep of at "
                            "least 1; found " +
                                std::to_string(options.every_epochs) + ", " + std::to_string(options.every_steps) + ", " +
                                std::to_string(options.every_minutes) + " and " + std::to_string(options.keep));
  }

  /// Reads the newest checkpoint of the folder into the pipeline; one that is damaged is left out, with a message and the ending
  /// ".damaged". Returns what was read; where the folder has none, nothing happens and the path is empty.
  ///
  /// Errors  E802 (a checkpoint of another training), E719 (none of them is whole)
  checkpoint_file resume() {
    std::string failures;
    for (checkpoint_file const& f : detail::checkpoints_in(folder_)) {
      try {
        return resume(f.path);
      } catch (file_error const& e) {
        failures += std::string("\n  ") + e.what();
        say("warning: a damaged checkpoint is left out: " + std::string(e.what()));
        damaged_.push_back(f.path);
      }
    }
    if (!failures.empty())
      throw file_error(719, folder_, -1, "none of the checkpoints is whole; begin anew in another folder:" + failures);
    return {};
  }

  /// Reads a checkpoint into the pipeline. Options that differ are told, and the program's own hold.
  ///
  /// Errors  those of io::load_checkpoint
  checkpoint_file resume(std::string const& file) {
    io::checkpoint_report const report = io::load_checkpoint(pipeline_, file);
    resumed_notes_ = report.notes;
    resumed_ = {file, report.steps};
    say("Going on after step " + std::to_string(report.steps) + " from " + file);
    if (!report.differences.empty()) say("  not bit for bit, since this is another now:" + io::listed(report.differences));
    return resumed_;
  }

  void begin(progress& now) {
    if (folder_.empty()) return;
    prepare_folder(now.first_step);
    notes_ = {{"images", std::to_string(now.images)}, {"images_per_step", std::to_string(now.images_per_step)}};
    check_place();
    written_step_ = resumed_.step == now.first_step && !resumed_.path.empty() ? now.first_step : -1;
    if (written_step_ >= 0) now.checkpoint = resumed_.path;
    written_at_ = clock::now();
  }
  void step(progress& now) {
    bool const due =
        options_.every_minutes > 0 && clock::now() - written_at_ >= std::chrono::duration<double>(60 * options_.every_minutes);
    if (due || (options_.every_steps > 0 && now.step % options_.every_steps == 0)) try_to_write(now);
  }
  void epoch(progress& now) {
    if (options_.every_epochs > 0 && now.epoch() % options_.every_epochs == 0) try_to_write(now);
  }
  void end(progress& now) {
    if (now.result == outcome::failed || now.step == now.first_step) return;
    try {
      write(now);
    } catch (file_error const&) {
      say("The last checkpoint, of step " + std::to_string(now.step) + ", cannot be written" + what_is_left(now));
      throw;
    }
  }

 private:
  using clock = std::chrono::steady_clock;

  /// Everything that could be wrong with the folder, before the first step and not after the first hour.
  void prepare_folder(index first_step) {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) throw file_error(707, folder_, -1, "the folder of the checkpoints cannot be made: " + failed.message());
    io::atomic_file const probe(folder_ + "/checkpoint-probe");  // throws where the folder cannot be written
    io::remove_leftovers(folder_, "checkpoint-");
    for (std::string const& path : damaged_) std::filesystem::rename(path, path + ".damaged", failed);
    damaged_.clear();
    auto const files = detail::checkpoints_in(folder_);
    if (!files.empty() && files.front().step > first_step)
      throw file_error(718, folder_, -1,
                       "expected no checkpoint of a later step than " + std::to_string(first_step) +
                           ", where this training begins, found one of step " + std::to_string(files.front().step) +
                           "; resume, or choose another folder");
  }

  /// With other images, or others in a step, the place in the epoch is lost.
  void check_place() const {
    std::vector<std::string> differences;
    for (auto const& [name, value] : notes_)
      if (auto const then = resumed_notes_.find(name); then != resumed_notes_.end() && then->second != value)
        differences.push_back(name + ": expected " + value + ", found " + then->second);
    if (!differences.empty())
      throw composition_error(802, resumed_.path + " is a checkpoint of another training:" + io::listed(differences) + "\n");
  }

  void try_to_write(progress& now) {
    try {
      write(now);
    } catch (file_error const& e) {
      say("warning: no checkpoint of step " + std::to_string(now.step) + ": " + e.what() + what_is_left(now) +
          "; the training goes on");
    }
    written_at_ = clock::now();  // also of one that failed: the next attempt comes a period later
  }

  void write(progress& now) {
    if (written_step_ == now.step || folder_.empty()) return;
    std::string const path = (std::filesystem::path(folder_) / detail::checkpoint_name(now.step)).string();
    io::save_checkpoint(pipeline_, path, notes_);
    written_step_ = now.step;
    now.checkpoint = path;
    auto const files = detail::checkpoints_in(folder_);
    std::error_code ignored;
    for (std::size_t i = static_cast<std::size_t>(options_.keep); i < files.size(); ++i)
      std::filesystem::remove(files[i].path, ignored);
  }

  static std::string what_is_left(progress const& now) {
    return now.checkpoint.empty() ? "; there is none yet" : "; the newest is " + now.checkpoint;
  }

  void say(std::string const& text) const {
    if (options_.messages != nullptr) std::fprintf(options_.messages, "%s\n", text.c_str()), std::fflush(options_.messages);
  }

  pipeline<Run>& pipeline_;
  std::string folder_;
  checkpoint_options options_;
  checkpoint_file resumed_;
  std::map<std::string, std::string> resumed_notes_;
  std::vector<std::string> damaged_;
  std::map<std::string, std::string> notes_;
  index written_step_ = -1;
  clock::time_point written_at_{};
};

}  // namespace ssl::training
