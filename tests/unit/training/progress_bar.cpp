// SPDX-License-Identifier: Apache-2.0
#include "ssl/training/progress_bar.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <stdlib.h>

namespace {

using namespace ssl::training;

/// What was written to a FILE*.
class captured {
 public:
  captured() : file_(open_memstream(&text_, &size_)) {}
  captured(captured const&) = delete;
  ~captured() {
    std::fclose(file_);
    std::free(text_);
  }
  std::FILE* file() { return file_; }
  std::string text() const { return {text_, size_}; }
  /// The newest drawing of a line that is redrawn.
  std::string newest() const { return text().substr(text().rfind("\x1b[K") + 3); }

 private:
  char* text_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

std::string repeated(int count, char c) { return std::string(static_cast<std::size_t>(count), c); }

/// 100 epochs of 39 steps of 256 images, at 1,234 images per second; every loss is 4.8123.
progress at_step(ssl::index step) {
  progress now{.last_step = 3900, .steps_per_epoch = 39, .images_per_step = 256, .views_per_step = 512, .step = step};
  now.learning_rate = 0.03;
  now.loss = now.epoch_loss = 4.8123;
  now.images_per_second = 1234;
  now.seconds = static_cast<double>(step) * 256 / 1234;
  return now;
}

std::string drawn_at_width(int width, progress const& now) {
  captured out;
  progress_bar bar({.to = out.file(), .form = progress_form::one_line, .width = width});
  bar.begin(at_step(0));
  bar.step(now);
  return out.newest();
}

TEST_CASE("the line holds what its width has room for, and never fills the last column") {
  progress const now = at_step(975);  // a quarter of the way; 2,925 steps of 256 images are left
  CHECK(drawn_at_width(120, now) ==
        "epoch 25/100  [" + repeated(10, '=') + repeated(30, '-') + "]  loss 4.8123  1,234 images/s  10:07 left  lr 0.03");
  CHECK(drawn_at_width(80, now) ==
        "epoch 25/100  [" + repeated(3, '=') + repeated(10, '-') + "]  loss 4.8123  1,234 images/s  10:07 left  lr 0.03");
  CHECK(drawn_at_width(40, now) == "epoch 25/100  loss 4.8123  10:07 left");
  CHECK(drawn_at_width(30, now) == "epoch 25/100  loss 4.8123");
  CHECK(drawn_at_width(20, now) == "epoch 25/100");
  CHECK(drawn_at_width(8, now) == "epoch 2");
  progress with_features = now;
  with_features.features = {.step = 975, .feature_std = 0.051, .healthy_std = 0.0625, .effective_rank = 33.14};
  for (int width = 1; width <= 200; ++width) {
    CAPTURE(width);
    CHECK(drawn_at_width(width, now).size() < static_cast<std::size_t>(width));
    CHECK(drawn_at_width(width, with_features).size() < static_cast<std::size_t>(width));
  }
  CHECK(drawn_at_width(140, with_features).find("std 0.0510 rank 33.1") != std::string::npos);
}

TEST_CASE("before the first step only what is known is said") {
  captured out;
  progress_bar bar({.to = out.file(), .form = progress_form::one_line, .width = 80});
  bar.begin(at_step(0));
  CHECK(out.newest() == "epoch 1/100  [" + repeated(40, '-') + "]");
}

TEST_CASE("a line is redrawn at most ten times a second") {
  captured out;
  progress_bar bar({.to = out.file(), .form = progress_form::one_line, .width = 80});
  progress now = at_step(0);
  bar.begin(now);
  for (int i = 1; i <= 3000; ++i) {  // three seconds
    now = at_step(i);
    now.seconds = i * 0.001;
    bar.step(now);
  }
  std::string const text = out.text();
  auto const drawings = std::count(text.begin(), text.end(), '\r');
  CHECK(drawings <= 31);
  CHECK(drawings >= 28);
}

TEST_CASE("the loss is smoothed, from the first step on without a bias to zero") {
  captured out;
  progress_bar bar({.to = out.file(), .form = progress_form::one_line, .width = 80});
  bar.begin(at_step(0));
  progress now = at_step(1);
  now.loss = 4;
  bar.step(now);
  CHECK(out.newest().find("loss 4.0000") != std::string::npos);
  now = at_step(2);
  now.loss = 2;
  bar.step(now);
  CHECK(out.newest().find("loss 2.9744") != std::string::npos);  // (0.95 * 4 + 2) / 1.95
}

TEST_CASE("where there is no terminal, lines come at an interval") {
  captured out;
  progress_bar bar({.to = out.file()});
  bar.begin(at_step(0));
  for (ssl::index step = 1; step <= 150; ++step) bar.step(at_step(step));  // 31.1 seconds
  progress last = at_step(150);
  last.result = outcome::stopped;
  bar.end(last);
  CHECK(out.text() ==
        "100 epochs of 39 steps of 256 images\n"
        "epoch 2/100  loss 4.8123  1,234 images/s  13:19 left  lr 0.03\n"
        "epoch 3/100  loss 4.8123  1,234 images/s  13:09 left  lr 0.03\n"
        "epoch 4/100  loss 4.8123  1,234 images/s  12:59 left  lr 0.03\n"
        "stopped: epoch 4/100  step 150  loss 4.8123  1,234 images/s  0:31\n");
}

TEST_CASE("a continued training says where it begins") {
  captured out;
  progress now = at_step(1950);
  now.first_step = 1950;
  progress_bar({.to = out.file()}).begin(now);
  CHECK(out.text() == "100 epochs of 39 steps of 256 images, from step 1,950\n");
}

TEST_CASE("the last word replaces the line and ends it") {
  captured out;
  progress_bar bar({.to = out.file(), .form = progress_form::one_line, .width = 80});
  bar.begin(at_step(0));
  progress now = at_step(3900);
  now.result = outcome::finished;
  bar.end(now);
  CHECK(out.newest() == "finished: epoch 100/100  step 3,900  loss 4.8123  1,234 images/s  13:29\n");
  now.result = outcome::failed;
  bar.end(now);
  CHECK(out.newest().substr(0, 23) == "failed: epoch 100/100  ");
}

TEST_CASE("where a continued training has nothing left to do, its last epoch is named") {
  captured out;
  progress now = at_step(3900);
  now.first_step = 3900;
  now.result = outcome::finished;
  progress_bar({.to = out.file(), .form = progress_form::one_line, .width = 80}).end(now);
  CHECK(out.newest().substr(0, 24) == "finished: epoch 100/100 ");
}

TEST_CASE("features that collapse are warned of once, and again after they recovered") {
  captured out;
  progress_bar bar({.to = out.file()});
  bar.begin(at_step(0));
  progress now = at_step(39);
  now.features = {.step = 39, .feature_std = 0.0012, .healthy_std = 0.0625, .effective_rank = 1.24, .collapsed = true};
  std::string const warning =
      "warning: the features collapsed by step 39: deviation 0.0012 of a healthy 0.0625, effective rank 1.2\n";
  bar.epoch(now);
  bar.step(now);
  bar.epoch(now);
  CHECK(out.text() == "100 epochs of 39 steps of 256 images\n" + warning);
  now.features->collapsed = false;
  bar.epoch(now);
  now.features->collapsed = true;
  bar.epoch(now);
  CHECK(out.text() == "100 epochs of 39 steps of 256 images\n" + warning + warning);
}

TEST_CASE("times and speeds keep the digits that mean something") {
  using namespace ssl::training::detail;
  CHECK(duration(0.4).view() == "0:00");
  CHECK(duration(65).view() == "1:05");
  CHECK(duration(3599.6).view() == "1:00:00");
  CHECK(duration(86400.0 * 5 + 6 * 3600).view() == "5 d 06 h");
  CHECK(duration(1.0 / 0.0).view() == "unknown");
  CHECK(rate(0.42).view() == "0.42 images/s");
  CHECK(rate(8.06).view() == "8.1 images/s");
  CHECK(rate(1234567).view() == "1,234,567 images/s");
  CHECK(with_commas(-100).view() == "-100");
  CHECK(with_commas(100).view() == "100");
}

/// A pseudo terminal of the given width: what a bar writes to it.
std::string written_to_terminal(int columns) {
  int const far_end = posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(far_end >= 0);
  REQUIRE(grantpt(far_end) == 0);
  REQUIRE(unlockpt(far_end) == 0);
  std::FILE* const terminal = fdopen(open(ptsname(far_end), O_RDWR | O_NOCTTY), "w");
  REQUIRE(terminal != nullptr);
  winsize size{};
  size.ws_row = 24;
  size.ws_col = static_cast<unsigned short>(columns);
  REQUIRE(ioctl(fileno(terminal), TIOCSWINSZ, &size) == 0);
  progress_bar bar({.to = terminal});
  bar.begin(at_step(0));
  bar.step(at_step(975));
  std::fclose(terminal);  // what was written stays to be read, then reading fails
  std::string text;
  char part[256];
  for (ssize_t length; (length = read(far_end, part, sizeof(part))) > 0;) text.append(part, static_cast<std::size_t>(length));
  close(far_end);
  return text;
}

TEST_CASE("on a terminal the line fits it; NO_COLOR and a dumb terminal are respected") {
  int const terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) {
    MESSAGE("skipped: this machine has no pseudo terminals (/dev/pts)");
    return;
  }
  close(terminal);
  setenv("TERM", "xterm", 1);
  unsetenv("NO_COLOR");
  CHECK(written_to_terminal(60).find("\r\x1b[Kepoch 25/100  loss 4.8123  1,234 images/s  10:07 left") != std::string::npos);
  CHECK(written_to_terminal(80).find("[\x1b[32m===\x1b[0m----------]") != std::string::npos);
  setenv("NO_COLOR", "1", 1);
  CHECK(written_to_terminal(80).find("[===----------]") != std::string::npos);
  unsetenv("NO_COLOR");
  setenv("TERM", "dumb", 1);
  CHECK(written_to_terminal(80).find('\x1b') == std::string::npos);
}

}  // namespace
