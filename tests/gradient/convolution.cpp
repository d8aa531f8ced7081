// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/patch_embedding.hpp"
#include "ssl/layers/weight_norm_linear.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

TEST_CASE("linear: gradients") {
  expect_gradients<linear<linear_config{.out = 4}>, shape{.n = 3, .c = 5}>();
  expect_gradients<linear<linear_config{.out = 3, .bias = bias::none}>, shape{.n = 2, .h = 2, .w = 3, .c = 4}>();
  expect_gradients<linear<linear_config{.out = 1}>, shape{.n = 1, .c = 1}>();
}

TEST_CASE("conv2d: gradients for kernels, strides and paddings") {
  expect_gradients<conv2d<conv_config{.out = 3, .kernel = 3, .padding = 1}>, shape{.n = 2, .h = 5, .w = 4, .c = 2}>();
  expect_gradients<conv2d<conv_config{.out = 3, .kernel = 3, .stride = 2, .padding = 1, .bias = bias::yes}>, shape{.n = 2, .h = 6, .w = 5, .c = 2}>();
  expect_gradients<conv2d<conv_config{.out = 2, .kernel = 1}>, shape{.n = 2, .h = 3, .w = 3, .c = 3}>();
  expect_gradients<conv2d<conv_config{.out = 2, .kernel = 1, .stride = 2}>, shape{.n = 2, .h = 5, .w = 4, .c = 3}>();
  expect_gradients<conv2d<conv_config{.out = 2, .kernel = 7, .stride = 2, .padding = 3}>, shape{.n = 1, .h = 9, .w = 8, .c = 2}>();
  expect_gradients<conv2d<conv_config{.out = 2, .kernel = 2, .stride = 3, .bias = bias::yes}>, shape{.n = 2, .h = 6, .w = 7, .c = 1}>();
  expect_gradients<conv2d<conv_config{.out = 2, .kernel = 3, .padding = 2}>, shape{.n = 1, .h = 3, .w = 2, .c = 1}>();
}

TEST_CASE("conv2d: gradients with groups and dilation") {
  expect_gradients<conv2d<conv_config{.out = 6, .kernel = 3, .padding = 1, .groups = 2, .bias = bias::yes}>, shape{.n = 2, .h = 4, .w = 5, .c = 4}>();
  expect_gradients<conv2d<conv_config{.out = 3, .kernel = 3, .stride = 2, .padding = 1, .groups = 3}>, shape{.n = 2, .h = 5, .w = 4, .c = 3}>();
  expect_gradients<conv2d<conv_config{.out = 2, .kernel = 3, .padding = 2, .dilation = 2}>, shape{.n = 1, .h = 5, .w = 6, .c = 2}>();
  expect_gradients<conv2d<conv_config{.out = 4, .kernel = 2, .stride = 3, .padding = 1, .groups = 2, .dilation = 3}>,
                   shape{.n = 2, .h = 7, .w = 5, .c = 2}>();
}

TEST_CASE("conv_transpose2d: gradients for kernels, strides and paddings") {
  expect_gradients<conv_transpose2d<conv_transpose_config{.out = 3}>, shape{.n = 2, .h = 3, .w = 2, .c = 2}>();
  expect_gradients<conv_transpose2d<conv_transpose_config{.out = 2, .kernel = 4, .stride = 1, .padding = 0}>, shape{.n = 2, .h = 1, .w = 1, .c = 3}>();
  expect_gradients<conv_transpose2d<conv_transpose_config{.out = 2, .kernel = 3, .output_padding = 1, .bias = bias::none}>,
                   shape{.n = 1, .h = 2, .w = 3, .c = 2}>();
  expect_gradients<conv_transpose2d<conv_transpose_config{.out = 1, .kernel = 2, .stride = 3, .padding = 0}>, shape{.n = 1, .h = 2, .w = 2, .c = 2}>();
}

TEST_CASE("weight_norm_linear: gradients with lengths that are learned and that are one") {
  expect_gradients<weight_norm_linear<weight_norm_linear_config{.out = 4}>, shape{.n = 3, .c = 5}>();
  expect_gradients<weight_norm_linear<weight_norm_linear_config{.out = 3, .gain = gain::one}>, shape{.n = 2, .h = 2, .w = 2, .c = 4}>();
}

TEST_CASE("patch_embedding: gradients") {
  expect_gradients<patch_embedding<patch_config{.patch = 2, .width = 5}>, shape{.n = 2, .h = 4, .w = 6, .c = 3}>();
}

}  // namespace
