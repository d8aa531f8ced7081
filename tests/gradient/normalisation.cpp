// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_gradients.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/layer_scale.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/softmax.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

constexpr execution two_groups{.statistics_groups = 2};
constexpr execution evaluation{.mode = execution_mode::evaluation};
constexpr execution calibration{.mode = execution_mode::calibration};

TEST_CASE("batch_norm: gradients of joint and separate statistics, with and without learned parameters") {
  constexpr shape maps{.n = 4, .h = 2, .w = 3, .c = 3};
  constexpr shape rows{.n = 6, .c = 4};
  expect_gradients<batch_norm<>, maps>();
  expect_gradients<batch_norm<>, rows>();
  expect_gradients<batch_norm<>, maps, two_groups>();
  expect_gradients<batch_norm<batch_norm_config{.affine = affine::none}>, maps, two_groups>();
  expect_gradients<batch_norm<>, shape{.n = 6, .c = 17}, two_groups>();
  expect_gradients<batch_norm<batch_norm_config{.affine = affine::none}>, rows>();
  expect_gradients<batch_norm<batch_norm_config{.affine = affine::scale}>, maps>();
}

TEST_CASE("batch_norm: gradients through running statistics, and through those of a calibration") {
  constexpr shape maps{.n = 4, .h = 2, .w = 3, .c = 3};
  expect_gradients<batch_norm<>, maps, evaluation>();
  expect_gradients<batch_norm<batch_norm_config{.affine = affine::none}>, maps, evaluation>();
  expect_gradients<batch_norm<>, maps, calibration>();
}

TEST_CASE("layer_norm: gradients") {
  constexpr shape tokens{.n = 2, .h = 2, .w = 3, .c = 5};
  expect_gradients<layer_norm<>, tokens>();
  expect_gradients<layer_norm<layer_norm_config{.affine = affine::scale}>, tokens>();
  expect_gradients<layer_norm<layer_norm_config{.affine = affine::none, .epsilon_billionths = 100'000'000}>, tokens>();
}

TEST_CASE("layer_scale, l2_normalize, softmax: gradients") {
  constexpr shape tokens{.n = 2, .h = 2, .w = 3, .c = 5};
  expect_gradients<layer_scale<>, tokens>();
  expect_gradients<l2_normalize, tokens>();
  expect_gradients<softmax, tokens>();
  expect_gradients<softmax, shape{.n = 3, .c = 31}>();
}

TEST_CASE("local_response_norm: gradients of odd and even windows") {
  constexpr shape maps{.n = 2, .h = 1, .w = 2, .c = 7};
  expect_gradients<local_response_norm<local_response_norm_config{.alpha_millionths = 900'000}>, maps>();
  expect_gradients<local_response_norm<local_response_norm_config{.size = 4, .alpha_millionths = 900'000, .k_thousandths = 2'000}>, maps>();
  expect_gradients<local_response_norm<local_response_norm_config{.size = 9, .alpha_millionths = 900'000, .beta_thousandths = 500}>, shape{.n = 1, .c = 3}>();
}

}  // namespace
