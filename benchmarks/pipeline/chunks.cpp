// SPDX-License-Identifier: Apache-2.0
//
// SimCLR with 4,096 images in a step: an encoder that sees them whole, and in chunks.
#include <benchmark/benchmark.h>

#include <vector>

#include "ssl/augmentations/simclr.hpp"
#include "ssl/cpu.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/objectives/simclr.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/testing/network.hpp"

namespace {

template <int Chunks>
struct large_batch : ssl::run_defaults {
  using encoder = ssl::encoders::vit<ssl::encoders::vit_config{
      .image_h = 32, .image_w = 32, .patch = 8, .width = 64, .depth = 4, .heads = 2}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 128, .output = 64}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 32, .w = 32, .c = 3};
  static constexpr int batch = 4096;
  static constexpr int chunks = Chunks;
};

template <int Chunks>
void step(benchmark::State& state) {
  using run = large_batch<Chunks>;
  ssl::backends::cpu::context context({.threads = static_cast<int>(state.range(0))});
  ssl::pipeline<run> p(context);
  std::vector<float> const views = ssl::testing::random_values<float>(2 * run::batch * run::image.elements(), 1, 1);
  ssl::batch_input batch;
  batch.views[0] = views.data();
  p.step(batch);
  for (auto _ : state) benchmark::DoNotOptimize(p.step(batch));
  state.counters["arena, MiB"] = static_cast<double>(ssl::plan_of<run>.arena * sizeof(float)) / (1 << 20);
  state.counters["images/s"] = benchmark::Counter(static_cast<double>(run::batch), benchmark::Counter::kIsIterationInvariantRate);
}

#define PRETEXT_ADD(chunks)           \
  BENCHMARK(step<chunks>)             \
      ->Arg(2)                        \
      ->ArgName("threads")            \
      ->Unit(benchmark::kMillisecond) \
      ->UseRealTime()                 \
      ->MeasureProcessCPUTime()       \
      ->Iterations(3)
PRETEXT_ADD(1);
PRETEXT_ADD(4);
PRETEXT_ADD(16);
PRETEXT_ADD(64);

}  // namespace
