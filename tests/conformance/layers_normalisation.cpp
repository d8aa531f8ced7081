// SPDX-License-Identifier: Apache-2.0
#include "conformance/layer_case.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/layers/layer_norm.hpp"
#include "ssl/layers/layer_scale.hpp"
#include "ssl/layers/local_response_norm.hpp"
#include "ssl/layers/softmax.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using conformance::layer_case;

using plain = batch_norm<batch_norm_config{.affine = affine::none}>;
constexpr execution two_groups{.statistics_groups = 2};
constexpr execution evaluation{.mode = execution_mode::evaluation};

TEST_CASE("batch_norm: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"batch_norm of 2 numbers", batch_norm<>, shape{.n = 2, .c = 1}>,
      layer_case<"batch_norm 33x31", batch_norm<>, shape{.n = 33, .c = 31}>,
      layer_case<"batch_norm of maps", batch_norm<>, shape{.n = 4, .h = 7, .w = 5, .c = 32}>,
      layer_case<"batch_norm of maps, 33 channels", batch_norm<>, shape{.n = 31, .h = 2, .w = 1, .c = 33}>,
      layer_case<"batch_norm by view", batch_norm<>, shape{.n = 6, .h = 3, .w = 3, .c = 17}, two_groups>,
      layer_case<"batch_norm without parameters, by view", plain, shape{.n = 62, .c = 2}, two_groups>,
      layer_case<"batch_norm without parameters", plain, shape{.n = 127, .c = 13}>,
      layer_case<"batch_norm, evaluation", batch_norm<>, shape{.n = 3, .h = 5, .w = 3, .c = 31}, evaluation>>();
}

TEST_CASE("normalisations along rows: every backend agrees with the reference") {
  conformance::expect_all_agree<
      layer_case<"layer_norm of 2 channels", layer_norm<>, shape{.n = 1, .h = 1, .w = 3, .c = 2}>,
      layer_case<"layer_norm, 31 channels", layer_norm<>, shape{.n = 2, .h = 1, .w = 17, .c = 31}>,
      layer_case<"layer_norm, 192 channels", layer_norm<>, shape{.n = 2, .h = 5, .w = 13, .c = 192}>,
      layer_case<"layer_norm without parameters", layer_norm<layer_norm_config{.affine = affine::none}>, shape{.n = 33, .c = 33}>,
      layer_case<"layer_scale", layer_scale<>, shape{.n = 2, .h = 3, .w = 11, .c = 33}>,
      layer_case<"local_response_norm", local_response_norm<local_response_norm_config{.alpha_millionths = 900'000}>,
                 shape{.n = 2, .h = 3, .w = 5, .c = 33}>,
      layer_case<"l2_normalize of one channel", l2_normalize, shape{.n = 31, .c = 1}>,
      layer_case<"l2_normalize", l2_normalize, shape{.n = 33, .c = 128}>,
      layer_case<"softmax of one channel", softmax, shape{.n = 2, .c = 1}>,
      layer_case<"softmax", softmax, shape{.n = 2, .h = 3, .w = 11, .c = 97}>>();
}

}  // namespace
