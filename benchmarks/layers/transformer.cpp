// SPDX-License-Identifier: Apache-2.0
#include "layers/layer_case.hpp"
#include "ssl/layers/attention.hpp"

namespace {

using bench::layer_case, ssl::shape;
using namespace ssl::layers;

constexpr int tokens = 65, width = 192, heads = 3, images = 2;

[[maybe_unused]] auto const added = bench::add<
    layer_case<"attention_core, 65 tokens, 3 heads of 64", attention_core<attention_config{.width = width, .heads = heads}>,
               shape{.n = images, .h = 1, .w = tokens, .c = 3 * width}, images * 2 * tokens * tokens * width>,
    layer_case<"attention, 65 tokens, 3 heads of 64", attention<attention_config{.width = width, .heads = heads}>,
               shape{.n = images, .h = 1, .w = tokens, .c = width}, images * tokens * width*(2 * tokens + 4 * width)>>();

}  // namespace
