// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_case.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/drop_path.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/swiglu.hpp"

namespace {

using bench::layer_case, ssl::shape;
using namespace ssl::layers;

constexpr int tokens = 65, width = 192, heads = 3, images = 2, hidden = 512;

[[maybe_unused]] auto const added = bench::add<
    layer_case<"attention_core, 65 tokens, 3 heads of 64", attention_core<attention_config{.width = width, .heads = heads}>,
               shape{.n = images, .h = 1, .w = tokens, .c = 3 * width}, images * 2 * tokens * tokens * width>,
    layer_case<"attention, 65 tokens, 3 heads of 64", attention<attention_config{.width = width, .heads = heads}>,
               shape{.n = images, .h = 1, .w = tokens, .c = width}, images * tokens * width*(2 * tokens + 4 * width)>,
    layer_case<"swiglu, 65 tokens, 512 hidden", swiglu<mlp_config{.hidden = hidden, .out = width}>,
               shape{.n = images, .h = 1, .w = tokens, .c = width}, images * tokens * width * 3 * hidden>,
    layer_case<"drop_path, 65 tokens", drop_path<drop_path_rates::uniform>, shape{.n = images, .h = 1, .w = tokens, .c = width}>,
    layer_case<"positions, 14 x 14 resampled to 8 x 8",
               positions<positions_config{
                   .grid_h = 14, .grid_w = 14, .prefix_tokens = 1, .interpolation = interpolation::bicubic_antialias}>,
               shape{.n = images, .h = 8, .w = 8, .c = width}>>();

}  // namespace
