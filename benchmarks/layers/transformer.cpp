// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_case.hpp"
#include "ssl/layers/attention.hpp"
#include "ssl/layers/drop_path.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/swiglu.hpp"
#include "ssl/layers/transformer_block.hpp"

namespace {

using bench::layer_case, ssl::shape;
using namespace ssl::layers;

constexpr int tokens = 65, width = 192, heads = 3, images = 2, hidden = 512;
constexpr transformer_config whole{.width = width, .heads = heads, .hidden = 4 * width};
constexpr transformer_config skipping{.width = width, .heads = heads, .hidden = 4 * width, .skipped_per_mille = 400};
constexpr shape ten{.n = 10, .h = 1, .w = tokens, .c = width};
constexpr ssl::index of_a_token = width * (2 * tokens + 12 * width);

[[maybe_unused]] auto const added = bench::add<
    layer_case<"attention_core, 65 tokens, 3 heads of 64", attention_core<attention_config{.width = width, .heads = heads}>,
               shape{.n = images, .h = 1, .w = tokens, .c = 3 * width}, images * 2 * tokens * tokens * width>,
    layer_case<"attention, 65 tokens, 3 heads of 64", attention<attention_config{.width = width, .heads = heads}>,
               shape{.n = images, .h = 1, .w = tokens, .c = width}, images * tokens * width*(2 * tokens + 4 * width)>,
    layer_case<"swiglu, 65 tokens, 512 hidden", swiglu<mlp_config{.hidden = hidden, .out = width}>,
               shape{.n = images, .h = 1, .w = tokens, .c = width}, images * tokens * width * 3 * hidden>,
    layer_case<"drop_path, 65 tokens", drop_path<drop_path_rates::uniform>, shape{.n = images, .h = 1, .w = tokens, .c = width}>,
    layer_case<"transformer_block, 10 images of 65 tokens", transformer_block<whole>, ten, 10 * tokens * of_a_token>,
    layer_case<"transformer_block, 4 of 10 images skipped", transformer_block<skipping>, ten, 6 * tokens * of_a_token>,
    layer_case<"positions, 14 x 14 resampled to 8 x 8",
               positions<positions_config{
                   .grid_h = 14, .grid_w = 14, .prefix_tokens = 1, .interpolation = interpolation::bicubic_antialias}>,
               shape{.n = images, .h = 8, .w = 8, .c = width}>>();

}  // namespace
