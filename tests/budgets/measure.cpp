// SPDX-License-Identifier: Apache-2.0
// measure --seconds S [--scale F] --megabytes M -- COMMAND...  holds a compilation against a budget of S * F seconds
// measure --ratio R -- COMMAND... -- BASE_COMMAND...           holds its CPU seconds against those of another one
//
// Seconds are CPU seconds of the command and all it started, megabytes the peak of its largest process. Other work on the
// machine only ever adds, so the best of up to eight tries counts (a busy machine can add a quarter) and the first success ends
// the test.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using command = std::vector<char*>;
constexpr int tries = 8;

struct cost {
  double seconds = 1e9;
  double megabytes = 1e9;
};

[[noreturn]] void stop(std::string const& text) {
  std::fprintf(stderr, "measure: %s\n", text.c_str());
  std::exit(2);
}

double seconds_of(timeval const& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; }

cost run(command words) {
  words.push_back(nullptr);
  pid_t const child = fork();
  if (child < 0) stop("cannot fork");
  if (child == 0) {
    execvp(words[0], words.data());
    std::perror(words[0]);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) stop("cannot wait for the command");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) stop("the command failed");
  return {seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024.0};
}

void keep_best(cost& best, cost const& now) {
  best.seconds = std::min(best.seconds, now.seconds);
  best.megabytes = std::min(best.megabytes, now.megabytes);
}

int hold_against_limit(cost const& limit, command const& words) {
  cost best;
  for (int i = 0; i < tries; ++i) {
    keep_best(best, run(words));
    if (best.seconds <= limit.seconds && best.megabytes <= limit.megabytes) break;
  }
  bool const held = best.seconds <= limit.seconds && best.megabytes <= limit.megabytes;
  std::printf("%.2f s of %.2f, %.0f MB of %.0f: %s\n", best.seconds, limit.seconds, best.megabytes, limit.megabytes,
              held ? "within the budget" : "over the budget");
  return held ? 0 : 1;
}

int hold_against_base(double ratio, command const& words, command const& base_words) {
  cost best, base;
  for (int i = 0; i < tries; ++i) {  // by turns, so that a slow phase of the machine meets both
    keep_best(base, run(base_words));
    keep_best(best, run(words));
    if (best.seconds <= ratio * base.seconds) break;
  }
  bool const held = best.seconds <= ratio * base.seconds;
  std::printf("%.2f s against %.2f, %.2f times of %.2f: %s\n", best.seconds, base.seconds, best.seconds / base.seconds, ratio,
              held ? "within the budget" : "over the budget");
  return held ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  cost limit;
  double ratio = 0, scale = 1;
  std::vector<command> commands;
  for (int i = 1; i < count; ++i) {
    std::string const word = arguments[i];
    if (word == "--")
      commands.emplace_back();
    else if (!commands.empty())
      commands.back().push_back(arguments[i]);
    else if (i + 1 < count && word == "--seconds")
      limit.seconds = std::atof(arguments[++i]);
    else if (i + 1 < count && word == "--megabytes")
      limit.megabytes = std::atof(arguments[++i]);
    else if (i + 1 < count && word == "--scale")
      scale = std::atof(arguments[++i]);
    else if (i + 1 < count && word == "--ratio")
      ratio = std::atof(arguments[++i]);
    else
      stop("unknown option " + word);
  }
  if (commands.size() != (ratio > 0 ? 2u : 1u) ||
      std::any_of(commands.begin(), commands.end(), [](command const& c) { return c.empty(); }))
    stop("give one command after --, or two with --ratio");
  limit.seconds *= scale;
  return ratio > 0 ? hold_against_base(ratio, commands[0], commands[1]) : hold_against_limit(limit, commands[0]);
}
