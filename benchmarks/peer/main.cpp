// SPDX-License-Identifier: Apache-2.0
//
// The cases that programs in PyTorch time too, done by this library: the same work, the same options, the same line of JSON.
//
//   peer_cases --case mlp_tiny --threads 1 --repeats 20 --json
//   peer_cases --case ntxent --load dump.safetensors      the same loss and gradients as the peer's, to 1e-4, or an error
//   peer_cases --list
//
// A case that is not built here, or a size that was not compiled, prints {"skipped": reason}.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ssl/version.hpp>

#include "peer_case.hpp"

namespace peer {
namespace {

using json = nlohmann::ordered_json;

double now_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Megabytes, at their peak. A process begins with the peak of the one that started it, so /proc is asked, not getrusage.
double peak_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmHWM:") return status >> word, std::stod(word) / 1024;
  return 0;
}

/// What the machine did beside this work.
struct noise {
  rusage usage{};
  double stolen = 0, total = 0;
  noise() {
    getrusage(RUSAGE_SELF, &usage);
    std::ifstream stat("/proc/stat");
    std::string name;
    stat >> name;
    for (int i = 0; i < 8; ++i) {
      double ticks = 0;
      stat >> ticks;
      total += ticks;
      if (i == 7) stolen = ticks;
    }
  }
  json since(noise const& before) const {
    double load = 0;
    getloadavg(&load, 1);
    return {{"steal_share", (stolen - before.stolen) / std::max(total - before.total, 1.0)},
            {"involuntary_switches", usage.ru_nivcsw - before.usage.ru_nivcsw},
            {"major_faults", usage.ru_majflt - before.usage.ru_majflt},
            {"minor_faults", usage.ru_minflt - before.usage.ru_minflt},
            {"load", load}};
  }
};

json rates(double amount, double least_ms, double median_ms) {
  return {{"best", amount / least_ms}, {"median", amount / median_ms}};
}

double median(std::vector<double> const& sorted) {
  std::size_t const half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

json measure(settings const& s, work const& w, double built_mb) {
  double start = now_ms();
  w.step();
  double const first = now_ms() - start;
  if (w.check) w.check();
  for (int i = 1; i < s.warmup; ++i) w.step();
  start = now_ms();
  w.step();
  int const inner = std::max(1, static_cast<int>(s.min_time * 1e3 / std::max(now_ms() - start, 1e-4)));
  std::vector<double> ms;
  noise const before;
  for (int r = 0; r < s.repeats; ++r) {
    start = now_ms();
    for (int i = 0; i < inner; ++i) w.step();
    ms.push_back((now_ms() - start) / inner);
  }
  noise const after;
  std::sort(ms.begin(), ms.end());
  double const least = ms.front(), middle = median(ms);
  std::string const version = std::to_string(PRETEXT_VERSION_MAJOR) + "." + std::to_string(PRETEXT_VERSION_MINOR);
  json out{{"case", s.name},         {"mode", "pretext"},
           {"impl", s.impl},         {"batch", s.batch},
           {"size", s.size},         {"shape", s.shape},
           {"threads", s.threads},   {"ms", {{"min", least}, {"median", middle}, {"max", ms.back()}}},
           {"repeats", s.repeats},   {"inner", inner},
           {"first_step_ms", first}, {"items", w.items},
           {"unit", w.unit},         {"items_per_s", rates(w.items * 1e3, least, middle)}};
  if (w.flop > 0) out["gflop"] = w.flop / 1e9, out["gflops"] = rates(w.flop / 1e6, least, middle);
  if (w.bytes > 0) out["gbytes_per_s"] = rates(w.bytes / 1e6, least, middle);
  out["rss_mb"] = {{"built", built_mb}, {"peak", peak_mb()}};
  out["noise"] = after.since(before);
  out["versions"] = {{"pretext", version}, {"compiler", __VERSION__}};
  if (w.child_peak_mb) out["child_peak_rss_mb"] = w.child_peak_mb();
  return out;
}

void print(settings const& s, json const& result) {
  if (s.as_json) {
    std::cout << result << std::endl;
    return;
  }
  auto const number = [&](char const* group, char const* key) { return result[group][key].template get<double>(); };
  std::printf("%s %s%s T=%d: %.3f / %.3f / %.3f ms", s.name.c_str(), s.impl.c_str(), s.shape.c_str(), s.threads,
              number("ms", "min"), number("ms", "median"), number("ms", "max"));
  if (result.contains("gflops")) std::printf(", %.1f GF/s", number("gflops", "best"));
  if (result.contains("gbytes_per_s")) std::printf(", %.1f GB/s", number("gbytes_per_s", "best"));
  std::printf(", %.1f %s/s, peak %.0f MB\n", number("items_per_s", "best"), result["unit"].get<std::string>().c_str(),
              number("rss_mb", "peak"));
}

void run(settings const& s, peer_case const& c) {
  work const w = c.make(s);
  if (!w.skipped.empty()) {
    std::cout << json{{"skipped", w.skipped}} << std::endl;
    return;
  }
  double const built_mb = peak_mb();
  if (!s.load.empty()) {
    if (!w.agree) throw std::invalid_argument("--load: the peer writes nothing down for " + s.name);
    w.agree(ssl::io::safetensors_file::open(s.load));
  }
  print(s, measure(s, w, built_mb));
}

settings read_settings(int count, char** arguments) {
  settings s;
  CLI::App app("One case of the peers, timed.");
  app.add_option("--case", s.name);
  app.add_flag("--list", s.list, "name the cases");
  app.add_option("--batch", s.batch, "images; 0: the case's own");
  app.add_option("--size", s.size, "side of the images");
  app.add_option("--shape", s.shape, "sgemm: m,n,k,NN|NT|TN; conv: cin,cout,side,kernel,stride,fwd|dgrad|wgrad; or all");
  app.add_option("--impl", s.impl, "the peer's name of what to do");
  app.add_option("--threads", s.threads)->check(CLI::PositiveNumber);
  app.add_option("--repeats", s.repeats)->check(CLI::PositiveNumber);
  app.add_option("--warmup", s.warmup);
  app.add_option("--min-time", s.min_time, "seconds of one sample at least");
  app.add_option("--load", s.load, "what the peer dumped: agree with it first");
  app.add_flag("--json", s.as_json);
  try {
    app.parse(count, arguments);
  } catch (CLI::ParseError const& e) {
    std::exit(app.exit(e));
  }
  return s;
}

int main_of(settings s) {
  if (s.list || s.name.empty()) {
    for (peer_case const& c : cases) std::cout << c.name << "\n";
    return 0;
  }
  for (peer_case const& c : cases) {
    if (s.name != c.name) continue;
    if (s.shape != "all" || c.shapes == nullptr) return run(s, c), 0;
    for (std::string const& shape : c.shapes()) s.shape = shape, run(s, c);
    return 0;
  }
  std::cout << json{{"skipped", "there is no case " + s.name}} << "\n";
  return 0;
}

}  // namespace
}  // namespace peer

int main(int count, char** arguments) {
  try {
    return peer::main_of(peer::read_settings(count, arguments));
  } catch (std::exception const& e) {
    std::cerr << "peer_cases: " << e.what() << "\n";
    return 1;
  }
}
