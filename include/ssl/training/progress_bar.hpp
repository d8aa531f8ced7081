// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/ioctl.h>
#include <unistd.h>

#include "ssl/training/detail/words.hpp"
#include "ssl/training/progress.hpp"

namespace ssl::training {

enum class progress_form {
  automatic,  ///< one_line on a terminal, lines elsewhere
  one_line,   ///< redrawn at most ten times a second
  lines       ///< a line now and then, for logs
};

struct progress_bar_options {
  std::FILE* to = stderr;
  progress_form form = progress_form::automatic;
  int width = 0;                      ///< columns; 0: those of the terminal at each moment, no limit in the form `lines`
  double seconds_between_lines = 10;  ///< in the form `lines`
};

/// An observer that shows people where a training is: epoch, bar, loss, speed, time left, learning rate, features.
///
///     epoch 12/100  [====>-------------------------]  loss 4.8123  1,234 images/s  2:31 left
///
/// The loss is a mean over about the last twenty steps. The time left follows from the speed of the last ten seconds, whatever
/// took them. What does not fit the width is left out, the least important first. A warning, and one line at the end, stay.
/// Colours only on a terminal, and not where the environment has NO_COLOR (https://no-color.org).
class progress_bar {
 public:
  explicit progress_bar(progress_bar_options const& options = {}) : options_(options) {
    if (options_.form == progress_form::automatic) options_.form = on_terminal() ? progress_form::one_line : progress_form::lines;
    char const* const no_color = std::getenv("NO_COLOR");
    colors_ = on_terminal() && (no_color == nullptr || *no_color == '\0');
    line_.reserve(1024);
    out_.reserve(1024);
  }

  void begin(progress const& now) {
    loss_sum_ = loss_weight_ = 0;
    shown_at_ = now.seconds;
    warned_ = false;
    if (options_.form == progress_form::one_line) return draw(now);
    detail::words const steps = detail::with_commas(now.steps_per_epoch), from = detail::with_commas(now.first_step);
    line_.clear();
    line_ +=
        detail::say("%lld epochs of %s steps of %d images", static_cast<long long>(now.epochs()), steps.text, now.images_per_step)
            .view();
    if (now.first_step > 0) line_ += detail::say(", from step %s", from.text).view();
    put("\n");
  }

  void step(progress const& now) {
    constexpr double keep = 0.95;
    loss_sum_ = keep * loss_sum_ + now.loss;
    loss_weight_ = keep * loss_weight_ + 1;
    warn_of_collapse(now);
    show_when_due(now);
  }

  void epoch(progress const& now) { warn_of_collapse(now); }

  void end(progress const& now) {
    line_.clear();
    append_summary(now);
    put("\n");
  }

 private:
  static constexpr double seconds_between_redraws = 0.1;

  bool on_terminal() const {
    char const* const kind = std::getenv("TERM");
    return isatty(fileno(options_.to)) && kind != nullptr && std::strcmp(kind, "dumb") != 0;
  }

  /// One column less than there are: a terminal that has written its last column may begin a new line.
  int width() const {
    constexpr int unlimited = 1000;
    if (options_.width > 0) return options_.width - 1;
    if (options_.form == progress_form::lines) return unlimited;
    winsize size{};
    bool const known = ioctl(fileno(options_.to), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return (known ? size.ws_col : 80) - 1;
  }

  void show_when_due(progress const& now) {
    bool const one_line = options_.form == progress_form::one_line;
    if (now.seconds - shown_at_ < (one_line ? seconds_between_redraws : options_.seconds_between_lines)) return;
    shown_at_ = now.seconds;
    if (one_line) return draw(now);
    line_.clear();
    append_state(now);
    put("\n");
  }

  void draw(progress const& now) {
    line_.clear();
    append_state(now);
    put("");
  }

  void append_state(progress const& now) {
    detail::piece pieces[] = {
        {detail::say("epoch %lld/%lld", static_cast<long long>(now.epoch()), static_cast<long long>(now.epochs())), 0},
        {},
        {},
        {},
        {},
        {}};
    if (loss_weight_ > 0) {
      double const images_left = static_cast<double>(now.last_step - now.step) * now.images_per_step;
      pieces[1] = {detail::say("loss %.4f", loss_sum_ / loss_weight_), 1};
      pieces[2] = {detail::rate(now.images_per_second), 3};
      pieces[3] = {
          now.stop ? detail::say("stopping") : detail::say("%s left", detail::duration(images_left / now.images_per_second).text),
          2};
      if (now.learning_rate) pieces[4] = {detail::say("lr %.3g", *now.learning_rate), 4};
      if (now.features)
        pieces[5] = {detail::say("std %.4f rank %.1f", now.features->feature_std, now.features->effective_rank), 5};
    }
    int const columns = width();
    int const bar = options_.form == progress_form::one_line ? bar_cells(pieces, columns) : 0;
    fit(pieces, columns - (bar > 0 ? bar + 4 : 0));
    detail::append(line_, std::span(pieces).first(1));
    if (bar > 0) append_bar(now, bar);
    detail::append(line_, std::span(pieces).subspan(1));
    if (bar == 0 && static_cast<int>(line_.size()) > columns) line_.resize(static_cast<std::size_t>(columns));
  }

  /// The bar yields to all but learning rate and features, and takes what they leave.
  static int bar_cells(std::span<detail::piece const> pieces, int columns) {
    constexpr int least = 8, most = 40;
    int needed = 0, optional = 0;
    for (detail::piece const& p : pieces)
      if (p.text.length > 0) (p.rank < 4 ? needed : optional) += p.text.length + 2;
    int const room = columns - needed - 2;  // the bar has two brackets, and two blanks as all have
    if (room < least) return 0;
    return std::clamp(room - optional, least, most);
  }

  void append_bar(progress const& now, int cells) {
    double const share = now.last_step > 0 ? static_cast<double>(now.step) / static_cast<double>(now.last_step) : 1;
    int const done = std::clamp(static_cast<int>(share * cells), 0, cells);
    line_ += "  [";
    if (colors_) line_ += "\x1b[32m";
    line_.append(static_cast<std::size_t>(done), '=');
    if (colors_) line_ += "\x1b[0m";
    line_.append(static_cast<std::size_t>(cells - done), '-');
    line_ += ']';
  }

  void append_summary(progress const& now) {
    char const* const what = now.result == outcome::finished ? "finished" : now.result == outcome::stopped ? "stopped" : "failed";
    double const steps = static_cast<double>(now.step - now.first_step);
    detail::piece pieces[] = {
        {detail::say("%s: epoch %lld/%lld", what, static_cast<long long>(now.epoch()), static_cast<long long>(now.epochs())), 0},
        {detail::say("step %s", detail::with_commas(now.step).text), 3},
        {now.epoch_loss == now.epoch_loss ? detail::say("loss %.4f", now.epoch_loss) : detail::words{}, 1},
        {now.seconds > 0 ? detail::rate(steps * now.images_per_step / now.seconds) : detail::words{}, 4},
        {detail::say("%s", detail::duration(now.seconds).text), 2}};
    fit(pieces, width());
    detail::append(line_, pieces);
  }

  void warn_of_collapse(progress const& now) {
    bool const collapsed = now.features && now.features->collapsed;
    if (collapsed && !warned_) {
      feature_summary const& f = *now.features;
      line_ = colors_ ? "\x1b[1;33m" : "";
      line_ += detail::say("warning: the features collapsed by step %s: ", detail::with_commas(f.step).text).view();
      line_ += detail::say("deviation %.4f of a healthy %.4f, ", f.feature_std, f.healthy_std).view();
      line_ += detail::say("effective rank %.1f", f.effective_rank).view();
      if (colors_) line_ += "\x1b[0m";
      put("\n");
      if (options_.form == progress_form::one_line) draw(now);
    }
    warned_ = collapsed;
  }

  /// In one call, so that lines of several programs do not mix.
  void put(char const* line_end) {
    out_ = options_.form == progress_form::one_line ? "\r\x1b[K" : "";
    out_ += line_;
    out_ += line_end;
    std::fwrite(out_.data(), 1, out_.size(), options_.to);
    std::fflush(options_.to);
  }

  progress_bar_options options_;
  bool colors_ = false;
  bool warned_ = false;
  double shown_at_ = 0;
  double loss_sum_ = 0, loss_weight_ = 0;
  std::string line_, out_;
};

}  // namespace ssl::training
