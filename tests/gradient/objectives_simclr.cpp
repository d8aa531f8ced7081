// SPDX-License-Identifier: Apache-2.0
#include "gradient/expect_step.hpp"
#include "objectives/tiny.hpp"
#include "ssl/objectives/simclr.hpp"

namespace {

template <ssl::losses::similarity Form, ssl::layers::simclr_form Projector = ssl::layers::simclr_form::last_linear>
using simclr =
    ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 5, .output = 4, .projector = Projector, .similarity = Form}>;
using ssl::losses::similarity;

TEST_CASE("simclr on a convolutional encoder: gradients of a step") {
  expect_step<tiny::run<simclr<similarity::stored>>>();
  expect_step<tiny::run<simclr<similarity::tiled>>>();
  expect_step<tiny::run<simclr<similarity::automatic, ssl::layers::simclr_form::last_norm>>>();
  expect_step<tiny::run<simclr<similarity::automatic, ssl::layers::simclr_form::published>>>();
}

TEST_CASE("simclr on a vision transformer: gradients of a step") {
  expect_step<tiny::run<simclr<similarity::stored>, tiny::vit>>();
  expect_step<tiny::run<simclr<similarity::tiled>, tiny::vit>>();
}

TEST_CASE("simclr: gradients of a step on every host backend") {
  expect_step_on_backends<simclr<similarity::automatic>, tiny::convnet>();
  expect_step_on_backends<simclr<similarity::automatic>, tiny::vit>();
}

}  // namespace
