// SPDX-License-Identifier: Apache-2.0
#include "ssl/evaluation/attention_maps.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace ssl;
using ssl::index;  // not that of <strings.h>
using numbers = std::vector<double>;

constexpr encoders::vit_config config{
    .image_h = 6, .image_w = 6, .patch = 2, .width = 6, .depth = 2, .heads = 2, .mlp_ratio = 1, .registers = 2};
constexpr shape image{.h = 6, .w = 4, .c = 3};
using frozen = frozen_encoder<encoders::vit<config>, image, backends::reference, 2, double>;
constexpr int tokens = 1 + 2 + 3 * 2, width = config.width, size = width / config.heads;

/// Weights far from where they begin, so that attention is not even.
void spread(frozen& encoder) {
  encoder_weights<double> w = encoder.weights();
  numbers const moves = testing::random_values<double>(static_cast<index>(w.parameters.size()), 1, 1);
  for (std::size_t i = 0; i < moves.size(); ++i) w.parameters[i] += moves[i];
  encoder.set_weights(w);
}

numbers block_of(frozen const& encoder, std::string const& name) {
  numbers const all = encoder.weights().parameters;
  for (block_info const& b : frozen::blocks(block_set::parameters))
    if (b.name == name) return {all.begin() + b.offset, all.begin() + b.offset + b.elements};
  return {};
}

/// Channel i of query (0) or key (1) of a token: the linear layer, from what it is given.
double projected(numbers const& weight, numbers const& bias, double const* x, int which, int i) {
  int const row = which * width + i;
  double sum = bias[row];
  for (int k = 0; k < width; ++k) sum += weight[row * width + k] * x[k];
  return sum;
}

/// softmax(Q K^T / sqrt(d)) of one image and head, all rows: (tokens, tokens).
numbers attention(numbers const& weight, numbers const& bias, double const* x, int head) {
  numbers p(tokens * tokens);
  for (int q = 0; q < tokens; ++q) {
    double total = 0;
    for (int k = 0; k < tokens; ++k) {
      double dot = 0;
      for (int i = head * size; i < (head + 1) * size; ++i)
        dot += projected(weight, bias, x + q * width, 0, i) * projected(weight, bias, x + k * width, 1, i);
      total += p[q * tokens + k] = std::exp(dot / std::sqrt(1.0 * size));
    }
    for (int k = 0; k < tokens; ++k) p[q * tokens + k] /= total;
  }
  return p;
}

TEST_CASE("attention maps are the class token's row of softmax(Q K^T / sqrt(d)) at the patches, of any block") {
  backends::reference::context c;
  frozen encoder(c);
  spread(encoder);
  testing::random_pictures const pictures(2, image, 3);
  image_view const views[] = {pictures.image(0), pictures.image(1)};
  for (int const block : {0, 1}) {
    std::string const name = "blocks." + std::to_string(block);
    numbers const x = encoder.tap(views, 2, name + ".norm1"), weight = block_of(encoder, name + ".attn.qkv.weight"),
                  bias = block_of(encoder, name + ".attn.qkv.bias");
    auto const maps = evaluation::attention_maps(encoder, views, 2, block);
    REQUIRE(maps.shape() == decltype(maps.shape()){2, 2, 3, 2});
    for (int n = 0; n < 2; ++n)
      for (int h = 0; h < 2; ++h) {
        numbers const p = attention(weight, bias, x.data() + n * tokens * width, h);
        double total = 0;
        for (int y = 0; y < 3; ++y)
          for (int z = 0; z < 2; ++z) {
            CHECK(maps(n, h, y, z) == doctest::Approx(p[3 + y * 2 + z]).epsilon(1e-12));
            total += maps(n, h, y, z);
          }
        CHECK(total < 1);
      }
    if (block == 1) CHECK(evaluation::attention_maps(encoder, views, 2) == maps);
  }
  auto const one = evaluation::attention_maps(encoder, views + 1, 1), both = evaluation::attention_maps(encoder, views, 2);
  for (int h = 0; h < 2; ++h) CHECK(one(0, h, 1, 1) == both(1, h, 1, 1));
}

TEST_CASE("attention maps: E803, there must be such a block; an encoder without a class token has none") {
  backends::reference::context c;
  frozen encoder(c);
  testing::random_pictures const pictures(1, image, 3);
  image_view const view = pictures.image(0);
  int code = 0;
  try {
    evaluation::attention_maps(encoder, &view, 1, 2);
  } catch (composition_error const& e) {
    code = e.code;
  }
  CHECK(code == 803);
  constexpr auto without = [] {
    encoders::vit_config w = config;
    w.class_token = encoders::vit_class_token::none, w.pool = encoders::vit_pool::average;
    return w;
  }();
  CHECK(!evaluation::has_class_token<frozen_encoder<encoders::vit<without>, image, backends::reference, 2>>);
}

}  // namespace
