// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/drop_path.hpp"
#include "ssl/layers/heads/masked_decoder.hpp"
#include "ssl/layers/masked_tokens.hpp"
#include "ssl/layers/on_kept_samples.hpp"
#include "ssl/layers/positions.hpp"
#include "ssl/layers/swiglu.hpp"
#include "ssl/layers/tokens.hpp"
#include "ssl/layers/transformer_block.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using conformance::layer_case;

/// With an order of so many tokens for every image; as a mask it hides all tokens but one.
template <class Case, int Tokens>
struct ordered : Case {
  static void prepare(auto& net) {
    std::vector<std::int32_t> order;
    for (int n = 0; n < Case::input.n; ++n)
      for (int t = 0; t < Tokens; ++t) order.push_back((7 * t + n) % Tokens);
    net.give_mask(order);
  }
};

TEST_CASE("masked_tokens, gather_tokens, scatter_tokens: every backend agrees with the reference") {
  conformance::expect_all_agree<
      ordered<layer_case<"masked_tokens", masked_tokens, shape{.n = 3, .h = 4, .w = 4, .c = 31}>, 16>,
      layer_case<"masked_tokens without a mask", masked_tokens, shape{.n = 2, .h = 1, .w = 2, .c = 33}>,
      ordered<layer_case<"gather_tokens", gather_tokens<5, 1>, shape{.n = 3, .h = 1, .w = 17, .c = 32}>, 16>,
      ordered<layer_case<"gather_tokens of one", gather_tokens<1>, shape{.n = 2, .h = 1, .w = 1, .c = 1}>, 1>,
      ordered<layer_case<"scatter_tokens", scatter_tokens<31, 1>, shape{.n = 2, .h = 1, .w = 3, .c = 33}>, 31>>();
}

/// With a mask of every third token of the images, more or fewer than there is room for.
template <class Case, int Tokens>
struct every_third : Case {
  static void prepare(auto& net) {
    std::vector<std::int32_t> mask;
    for (int t = 0; t < Tokens; ++t) mask.push_back(t % 3 == 1);
    net.give_mask(mask);
  }
};

TEST_CASE("gather_masked, masked_mean: every backend agrees with the reference") {
  conformance::expect_all_agree<
      every_third<layer_case<"gather_masked with room", gather_masked<1>, shape{.n = 3, .h = 1, .w = 17, .c = 31}>, 48>,
      every_third<layer_case<"gather_masked without room", gather_masked<0, 200>, shape{.n = 2, .h = 4, .w = 8, .c = 33}>, 64>,
      every_third<layer_case<"gather_masked of one", gather_masked<0, 1000>, shape{.n = 1, .c = 2}>, 1>,
      every_third<layer_case<"masked_mean", masked_mean, shape{.n = 31, .c = 33}>, 62>,
      every_third<layer_case<"masked_mean of fewer rows", masked_mean, shape{.n = 2, .c = 5}>, 32>>();
}

TEST_CASE("on_kept_samples: every backend agrees with the reference") {
  constexpr transformer_config block{.width = 32, .heads = 2, .hidden = 33, .layer_scale_millionths = 10, .skipped_per_mille = 300};
  conformance::expect_all_agree<
      layer_case<"on_kept_samples", on_kept_samples<400, gelu>, shape{.n = 31, .h = 1, .w = 2, .c = 3}>,
      layer_case<"on_kept_samples of one", on_kept_samples<999, gelu>, shape{.n = 1, .c = 33}>,
      layer_case<"blocks that skip samples", repeat<3, transformer_block<block>>, shape{.n = 7, .h = 1, .w = 5, .c = 32}>>();
}

TEST_CASE("masked_decoder: every backend agrees with the reference") {
  constexpr masked_decoder_config config{
      .grid_h = 4, .grid_w = 3, .out = 17, .width = 32, .depth = 2, .heads = 2, .hidden = 33};
  conformance::expect_all_agree<
      ordered<layer_case<"masked_decoder", masked_decoder<config>, shape{.n = 3, .h = 1, .w = 4, .c = 31}>, 12>,
      layer_case<"sequence_positions", sequence_positions<positions_config{.grid_h = 4, .grid_w = 4, .prefix_tokens = 1}>,
                 shape{.n = 3, .h = 1, .w = 17, .c = 33}>>();
}

TEST_CASE("tokens and positions: every backend agrees with the reference") {
  using base = positions<positions_config{.grid_h = 3, .grid_w = 5, .prefix_tokens = 1}>;
  conformance::expect_all_agree<
      layer_case<"class_token", class_token, shape{.n = 3, .h = 2, .w = 3, .c = 31}>,
      layer_case<"register_tokens", register_tokens<4>, shape{.n = 2, .h = 1, .w = 1, .c = 2}>,
      layer_case<"register_tokens behind a class token", register_tokens<3, 1>, shape{.n = 3, .h = 1, .w = 5, .c = 33}>,
      layer_case<"positions with an offset",
                 positions<positions_config{.grid_h = 4, .grid_w = 3, .interpolation = interpolation::bicubic_offset}>,
                 shape{.n = 2, .h = 2, .w = 5, .c = 31}>,
      layer_case<"positions with antialiasing",
                 positions<positions_config{
                     .grid_h = 7, .grid_w = 3, .prefix_tokens = 1, .interpolation = interpolation::bicubic_antialias}>,
                 shape{.n = 3, .h = 2, .w = 5, .c = 33}>,
      layer_case<"fixed positions", positions<positions_config{.grid_h = 2, .grid_w = 3, .table = position_table::sine_cosine}>,
                 shape{.n = 2, .h = 2, .w = 3, .c = 32}>,
      layer_case<"positions on their grid", base, shape{.n = 31, .h = 3, .w = 5, .c = 33}>,
      layer_case<"positions on a smaller grid", base, shape{.n = 2, .h = 2, .w = 2, .c = 32}>,
      layer_case<"positions on a larger grid", positions<positions_config{.grid_h = 4, .grid_w = 4}>,
                 shape{.n = 3, .h = 7, .w = 6, .c = 31}>>();
}

/// With a rate of drop path.
template <class Case>
struct dropping : Case {
  static void prepare(auto& net) { net.give_drop_path_rate(0.3); }
};
TEST_CASE("drop_path, swiglu: every backend agrees with the reference") {
  constexpr transformer_config block{.width = 32,
                                     .heads = 2,
                                     .hidden = 33,
                                     .feed_forward = feed_forward::swiglu,
                                     .layer_scale_millionths = 10,
                                     .drop_path = drop_path_rates::linear};
  using path = drop_path<drop_path_rates::uniform>;
  conformance::expect_all_agree<
      dropping<layer_case<"drop_path", path, shape{.n = 33, .h = 2, .w = 1, .c = 31}>>,
      dropping<layer_case<"drop_path, two samples", path, shape{.n = 2, .h = 1, .w = 17, .c = 2}>>,
      dropping<layer_case<"drop_path of a row", path, shape{.n = 31, .c = 1}>>,
      layer_case<"swiglu", swiglu<mlp_config{.hidden = 67, .out = 31}>, shape{.n = 2, .h = 1, .w = 5, .c = 33}>,
      layer_case<"swiglu_packed", swiglu_packed<mlp_config{.hidden = 1, .out = 2}>, shape{.n = 1, .c = 32}>,
      dropping<
          layer_case<"blocks with drop path", repeat<3, transformer_block<block>>, shape{.n = 5, .h = 1, .w = 7, .c = 32}>>>();
}

}  // namespace
