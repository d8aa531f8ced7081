// SPDX-License-Identifier: Apache-2.0
//
// A vision transformer's step on the quarter of the patches that MAE shows it, with a decoder that weighs next to nothing, and on all of
// them: 17 of 65 tokens with the class token.
#include <benchmark/benchmark.h>

#include "ssl/augmentations/mae.hpp"
#include "ssl/augmentations/with_classes.hpp"
#include "ssl/cpu.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/objectives/mae.hpp"
#include "ssl/objectives/supervised.hpp"
#include "ssl/optimizers/sgd.hpp"
#include "ssl/pipeline/pipeline.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

template <class Objective, class Augmentation>
struct vit_run : ssl::run_defaults {
  using encoder = ssl::encoders::vit<ssl::encoders::vit_config{
      .image_h = 32, .image_w = 32, .patch = 4, .width = 192, .depth = 6, .heads = 3}>;
  using augmentation = Augmentation;
  using objective = Objective;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::cpu;
  static constexpr ssl::shape image{.h = 32, .w = 32, .c = 3};
  static constexpr int batch = 64;
};

using seen_quarter =
    vit_run<ssl::objectives::mae<ssl::objectives::mae_config{
                .image_h = 32, .image_w = 32, .patch = 4, .decoder_width = 16, .decoder_depth = 1, .decoder_heads = 1}>,
            ssl::augmentations::mae_small>;
using one_view =
    ssl::augmentations::view_groups<ssl::augmentations::group<ssl::augmentations::views<1, ssl::augmentations::mae_chain>>>;
using seen_whole = vit_run<ssl::objectives::supervised<ssl::objectives::supervised_config{.classes = 3}>,
                           ssl::augmentations::with_classes<one_view>>;

template <class Run>
void step(benchmark::State& state) {
  ssl::backends::cpu::context context({.threads = 1});
  ssl::pipeline<Run> p(context);
  ssl::testing::random_batches<Run> batches(p.options());
  ssl::batch_input const& batch = batches.next();
  p.step(batch);
  for (auto _ : state) benchmark::DoNotOptimize(p.step(batch));
  state.counters["arena, MiB"] = static_cast<double>(ssl::plan_of<Run>.arena * sizeof(float)) / (1 << 20);
}

BENCHMARK(step<seen_quarter>)->Unit(benchmark::kMillisecond);
BENCHMARK(step<seen_whole>)->Unit(benchmark::kMillisecond);

}  // namespace
