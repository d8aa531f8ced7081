// SPDX-License-Identifier: Apache-2.0
#include "conformance/step_case.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/dinov2.hpp"
#include "ssl/objectives/swav.hpp"

namespace {

using namespace conformance;

TEST_CASE("three steps of DINO and SwAV: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"dino, crops of two sizes", tiny::dino<2>, tiny::vit, tiny::multi_crop>,
                     steps_case<"swav, crops of two sizes and a queue", tiny::swav<2, 6>, tiny::convnet, tiny::multi_crop>>();
}

/// Wide enough that the class tokens of different images lie apart: KoLeo's gradient is the inverse of their distance, and with a sharp
/// teacher each step multiplies the rounding of those before.
constexpr encoders::vit_config wide_vit_config = [] {
  encoders::vit_config c = tiny::masked_vit_config;
  c.width = 12;
  return c;
}();
template <fixed_string Name, objectives::dinov2_heads Heads, ssl::losses::teacher_targets Targets>
struct dinov2_case : steps_case<Name, tiny::dinov2<2, Heads, Targets, 1>, encoders::vit<wide_vit_config>, tiny::masked_multi_crop,
                                3, shape{.h = 4, .w = 4, .c = 2}, 5> {};

TEST_CASE("three steps of DINOv2: every backend agrees with the reference") {
  using objectives::dinov2_heads;
  using ssl::losses::teacher_targets;
  expect_steps_agree<dinov2_case<"dinov2, own heads, balanced", dinov2_heads::untied, teacher_targets::balanced>,
                     dinov2_case<"dinov2, one head, centred", dinov2_heads::tied, teacher_targets::centred>>();
}

}  // namespace
