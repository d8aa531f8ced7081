// SPDX-License-Identifier: Apache-2.0
//
// Views by the presets: of a picture of 32 x 32, and of one of 500 x 375. Augmentations run on the host, in float.
#include <benchmark/benchmark.h>

#include <vector>

#include "ssl/augmentations/simclr.hpp"

namespace {

using namespace ssl::augmentations;
using ssl::shape;

/// A picture of shaded stripes.
std::vector<std::uint8_t> picture(int height, int width) {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        pixels.push_back(static_cast<std::uint8_t>((x * (c + 2) + y * (5 - c)) * 255 / (5 * (height + width))));
  return pixels;
}

template <class Augmentation, int Height, int Width, int Side>
void make_views(benchmark::State& state) {
  constexpr shape image{.h = Side, .w = Side, .c = 3};
  constexpr view_layout layout = Augmentation::layout(image);
  static_assert(layout.groups == 1);
  auto const pixels = picture(Height, Width);
  std::vector<float> out(static_cast<std::size_t>(layout.group[0].views * layout.group[0].size.elements()));
  scratch memory;
  std::uint32_t sample = 0;
  for (auto _ : state) {
    Augmentation::apply(image, {}, {.seed = 1, .sample = sample++},
                        {.data = pixels.data(), .height = Height, .width = Width, .channels = 3}, {.views = {out.data()}},
                        memory);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * layout.group[0].views);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size() * sizeof(float)));
}

BENCHMARK(make_views<simclr_small, 32, 32, 32>)->Name("simclr_small, 32 x 32");
BENCHMARK(make_views<simclr_small_fixed_order, 32, 32, 32>)->Name("simclr_small_fixed_order, 32 x 32");
BENCHMARK(make_views<simclr, 375, 500, 224>)->Name("simclr, 500 x 375 to 224 x 224");

}  // namespace
