// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/layers/conv2d.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/linear.hpp"
#include "ssl/layers/patch_embedding.hpp"
#include "ssl/layers/weight_norm_linear.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using conformance::layer_case;

template <int Out>
using dense = linear<linear_config{.out = Out}>;

TEST_CASE("linear: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"linear 1x1x1", dense<1>, shape{.n = 1, .c = 1}>,
      layer_case<"linear 2x31x33", dense<33>, shape{.n = 2, .c = 31}>,
      layer_case<"linear 33x32x31", dense<31>, shape{.n = 33, .c = 32}>,
      layer_case<"linear 3x(5x7)x2x97", dense<97>, shape{.n = 3, .h = 5, .w = 7, .c = 2}>,
      layer_case<"linear 127x64x128", dense<128>, shape{.n = 127, .c = 64}>,
      layer_case<"linear without bias", linear<linear_config{.out = 32, .bias = bias::none}>, shape{.n = 31, .c = 33}>>();
}

template <int Out, int Kernel, int Stride, int Padding, bias Bias = bias::none>
using conv = conv2d<conv_config{.out = Out, .kernel = Kernel, .stride = Stride, .padding = Padding, .bias = Bias}>;

TEST_CASE("conv2d: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"conv 1x1 of one pixel", conv<1, 1, 1, 0>, shape{.n = 1, .h = 1, .w = 1, .c = 1}>,
      layer_case<"conv 3x3 of one pixel", conv<2, 3, 1, 1>, shape{.n = 2, .h = 1, .w = 1, .c = 2}>,
      layer_case<"conv 3x3 stem", conv<16, 3, 1, 1>, shape{.n = 2, .h = 31, .w = 32, .c = 3}>,
      layer_case<"conv 3x3", conv<33, 3, 1, 1>, shape{.n = 2, .h = 8, .w = 7, .c = 31}>,
      layer_case<"conv 3x3, 16 channels", conv<16, 3, 1, 1>, shape{.n = 2, .h = 9, .w = 8, .c = 16}>,
      layer_case<"conv 3x3, stride 2", conv<32, 3, 2, 1>, shape{.n = 2, .h = 8, .w = 7, .c = 16}>,
      layer_case<"conv 1x1, stride 2", conv<17, 1, 2, 0>, shape{.n = 3, .h = 7, .w = 8, .c = 13}>,
      layer_case<"conv 1x1", conv<32, 1, 1, 0, bias::yes>, shape{.n = 2, .h = 5, .w = 5, .c = 33}>,
      layer_case<"conv 7x7, stride 2", conv<8, 7, 2, 3>, shape{.n = 1, .h = 23, .w = 19, .c = 3}>,
      layer_case<"conv 5x5, with bias, no padding", conv<2, 5, 1, 0, bias::yes>, shape{.n = 2, .h = 11, .w = 6, .c = 2}>,
      layer_case<"patch_embedding", patch_embedding<patch_config{.patch = 4, .width = 33}>, shape{.n = 3, .h = 8, .w = 12, .c = 3}>>();
}

TEST_CASE("conv2d with groups and dilation: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"conv 5x5 in groups", conv2d<conv_config{.out = 34, .kernel = 5, .padding = 2, .groups = 2, .bias = bias::yes}>,
                 shape{.n = 2, .h = 7, .w = 8, .c = 6}>,
      layer_case<"conv 3x3, depthwise, stride 2", conv2d<conv_config{.out = 31, .kernel = 3, .stride = 2, .padding = 1, .groups = 31}>,
                 shape{.n = 2, .h = 9, .w = 8, .c = 31}>,
      layer_case<"conv 3x3, dilated", conv2d<conv_config{.out = 17, .kernel = 3, .padding = 3, .dilation = 3}>, shape{.n = 2, .h = 9, .w = 11, .c = 5}>>();
}

TEST_CASE("conv_transpose2d: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"transposed conv 4x4, stride 2", conv_transpose2d<conv_transpose_config{.out = 33}>, shape{.n = 2, .h = 5, .w = 8, .c = 31}>,
      layer_case<"transposed conv 4x4 of one pixel", conv_transpose2d<conv_transpose_config{.out = 16, .stride = 1, .padding = 0}>,
                 shape{.n = 3, .h = 1, .w = 1, .c = 64}>,
      layer_case<"transposed conv 3x3, without bias",
                 conv_transpose2d<conv_transpose_config{.out = 3, .kernel = 3, .output_padding = 1, .bias = bias::none}>,
                 shape{.n = 1, .h = 7, .w = 3, .c = 2}>>();
}

TEST_CASE("weight_norm_linear: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"weight norm 33x32x31", weight_norm_linear<weight_norm_linear_config{.out = 31}>, shape{.n = 33, .c = 32}>,
      layer_case<"weight norm, lengths of one", weight_norm_linear<weight_norm_linear_config{.out = 97, .gain = gain::one}>, shape{.n = 5, .h = 2, .w = 3, .c = 17}>>();
}

}  // namespace
