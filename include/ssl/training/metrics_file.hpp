// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "ssl/core/error.hpp"
#include "ssl/training/progress.hpp"

namespace ssl::training {

struct metrics_options {
  index every = 10;  ///< steps from one line to the next; 0: only lines of epochs
};

/// An observer that writes what happened as JSON lines, each on the way to the device when the step returns.
///
///     {"kind":"step","step":120,"epoch":4,"loss":4.81,"learning_rate":0.03,"images_per_second":1234.5,"seconds":9.72}
///     {"kind":"epoch","step":156,"epoch":4,"loss":4.78,...,"feature_std":0.051,"effective_rank":33.1}
///
/// Fields   step: steps taken, of earlier trainings too; epoch: counted from 1; loss: of the step, or the mean of the epoch;
///          learning_rate: of the step, absent where the optimizer has none; feature_std, effective_rank: in the first line after
///          an observer named before this one measured them; knn, linear_probe: accuracies, likewise. A number that is not finite is
///          null; digits as many as give the same double back
/// Begins   anew where the pipeline stands at step 0; otherwise lines are added, so that a training cut short has one file. Lines of
///          steps that will be taken again, after the checkpoint from which it goes on, are removed
/// Errors   E707 (the file cannot be written, the device is full); E850 (`every` is negative)
/// Cost     one write of about 150 bytes for each line; no allocation
class metrics_file {
 public:
  explicit metrics_file(std::string const& path, metrics_options const& options = {}) : path_(path), options_(options) {
    if (options.every < 0)
      throw composition_error(850, "metrics_file: expected `every` of at least 0, found " + std::to_string(options.every));
    line_.reserve(512);
    descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("cannot be opened for writing");
  }
  metrics_file(metrics_file const&) = delete;
  metrics_file& operator=(metrics_file const&) = delete;
  ~metrics_file() { ::close(descriptor_); }

  void begin(progress const& now) {
    off_t const kept = now.first_step == 0 ? 0 : bytes_until(now.first_step);
    if (kept >= 0 && ::ftruncate(descriptor_, kept) != 0 && errno != EINVAL) fail("cannot be cut");  // EINVAL: a pipe
    written_step_ = now.first_step;
    written_features_ = now.features ? now.features->step : -1;
    written_accuracy_ = now.accuracy ? now.accuracy->step : -1;
  }

  void step(progress const& now) {
    if (options_.every > 0 && now.step % options_.every == 0) write_step(now);
  }

  void epoch(progress const& now) { write("epoch", now, now.epoch_loss); }

  void end(progress const& now) {
    if ((options_.every > 0 && now.step > written_step_) || has_news(now)) write_step(now);
  }

 private:
  /// Has an observer measured something that is in no line yet?
  bool has_news(progress const& now) const {
    return (now.features && now.features->step != written_features_) || (now.accuracy && now.accuracy->step != written_accuracy_);
  }

  /// Where the first line of a later step begins, or one that was cut short; -1: nowhere.
  off_t bytes_until(index step) const {
    if (!std::filesystem::is_regular_file(path_)) return -1;  // a pipe gives nothing back
    std::ifstream file(path_);
    std::string line;
    for (off_t place = 0; std::getline(file, line); place += static_cast<off_t>(line.size()) + 1) {
      std::size_t const field = line.find("\"step\":");
      index const found = field == std::string::npos ? 0 : std::atoll(line.c_str() + field + 7);
      if (found > step || file.eof()) return place;
    }
    return -1;
  }

  void write_step(progress const& now) {
    write("step", now, now.loss);
    written_step_ = now.step;
  }

  void write(char const* kind, progress const& now, double loss) {
    line_ = "{\"kind\":\"";
    line_ += kind;
    line_ += '"';
    field("step", now.step);
    field("epoch", now.epoch());
    field("loss", loss);
    if (now.learning_rate) field("learning_rate", *now.learning_rate);
    field("images_per_second", now.images_per_second);
    field("seconds", now.seconds);
    if (now.features && now.features->step != written_features_) {
      field("feature_std", now.features->feature_std);
      field("effective_rank", now.features->effective_rank);
      written_features_ = now.features->step;
    }
    if (now.accuracy && now.accuracy->step != written_accuracy_) {
      if (now.accuracy->knn) field("knn", *now.accuracy->knn);
      if (now.accuracy->linear_probe) field("linear_probe", *now.accuracy->linear_probe);
      written_accuracy_ = now.accuracy->step;
    }
    line_ += "}\n";
    put();
  }

  template <class Number>
  void field(char const* name, Number value) {
    line_ += ",\"";
    line_ += name;
    line_ += "\":";
    char digits[32];
    if (std::isfinite(static_cast<double>(value)))
      line_.append(digits, std::to_chars(digits, digits + sizeof(digits), value).ptr);
    else
      line_ += "null";
  }

  void put() {
    char const* next = line_.data();
    std::size_t left = line_.size();
    while (left > 0) {
      ssize_t const done = ::write(descriptor_, next, left);
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) fail("cannot be written");
      next += done;
      left -= static_cast<std::size_t>(done);
    }
  }

  [[noreturn]] void fail(std::string const& what) const { throw file_error(707, path_, -1, what + ": " + std::strerror(errno)); }

  std::string path_;
  metrics_options options_;
  int descriptor_ = -1;
  index written_step_ = 0, written_features_ = -1, written_accuracy_ = -1;
  std::string line_;
};

}  // namespace ssl::training
