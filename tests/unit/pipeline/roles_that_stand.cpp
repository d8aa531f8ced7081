// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "objectives/tiny.hpp"
#include "ssl/layers/flatten.hpp"
#include "ssl/layers/frozen.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "unit/pipeline/arrays.hpp"

/// Weights that do not move: for ever, for a time, or off the unit sphere.
namespace {

using namespace tiny;
using ssl::index;  // not that of <strings.h>
using testing::random_batches;

/// Prototypes of unit length stand still for two steps.
struct prototypes_stand : objective_defaults {
  struct options {
    index steps = 2;
  };
  using networks = type_list<named<"prototypes", layers::linear<layers::linear_config{.out = 3, .bias = layers::bias::none}>>>;
  using losses = type_list<named<"loss", ssl::losses::negative_cosine>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto scores = g.apply("prototypes", g.apply("encoder", g.views(0)));  // (2N, 1, 1, 3)
    g.loss("loss", {scores, g.detach(scores)});
    g.keep_unit_rows("prototypes");
  });
  static bool frozen(options const& o, index step, label role) { return role == label("prototypes") && step < o.steps; }
};

struct adam_run : run<prototypes_stand, mlp> {
  using optimizer = optimizers::adamw;
};

std::vector<double> prototypes(pipeline<adam_run>& p) {
  return block(p, array::parameters, block_set::parameters, "prototypes.weight");
}
double length_of_row(std::vector<double> const& w, int row) {
  double square = 0;
  for (int i = 0; i < 5; ++i) square += w[row * 5 + i] * w[row * 5 + i];
  return std::sqrt(square);
}

TEST_CASE("a role that is frozen for a time does not move, nor decay; what the optimizer remembers of it goes on") {
  backends::reference::context c;
  pipeline<adam_run> p(c, {.optimizer = {.learning_rate = 0.1, .weight_decay = 0.5}});
  random_batches<adam_run> batches(p.options(), 4);
  std::vector<double> drawn = prototypes(p);
  for (int row = 0; row < 3; ++row) {
    double const length = length_of_row(drawn, row);
    for (int i = 0; i < 5; ++i) drawn[row * 5 + i] /= length;
  }
  std::vector<double> const encoder = values(p, array::parameters);
  for (int step = 0; step < 2; ++step) {
    p.step(batches.next());
    std::vector<double> const now = prototypes(p);
    for (std::size_t i = 0; i < now.size(); ++i) CHECK(now[i] == doctest::Approx(drawn[i]).epsilon(1e-14));
  }
  CHECK(values(p, array::parameters)[0] != encoder[0]);
  for (double g : values(p, array::gradients)) CHECK(g == 0);
  double remembered = 0;
  for (double m : block(p, array::slots, block_set::parameters, "prototypes.weight")) remembered += std::abs(m);
  CHECK(remembered > 1e-6);
  p.step(batches.next());
  CHECK(std::abs(prototypes(p)[0] - drawn[0]) > 1e-3);
}

TEST_CASE("rows of a role are brought to length 1 at the start of a step, not after it") {
  backends::reference::context c;
  pipeline<adam_run> p(c, {.objective = {.steps = 0}, .optimizer = {.learning_rate = 0.1}});
  random_batches<adam_run> batches(p.options(), 2);
  p.step(batches.next());
  double const after = length_of_row(prototypes(p), 0);
  CHECK(std::abs(after - 1) > 1e-3);

  p.options().optimizer.learning_rate = 0;
  p.step(batches.next());
  for (int row = 0; row < 3; ++row) CHECK(length_of_row(prototypes(p), row) == doctest::Approx(1).epsilon(1e-14));
}

/// The first layer stays as it was drawn.
struct half_still : layers::sequential<named<"fc1", layers::frozen<layers::linear<layers::linear_config{.out = 5}>>>,
                                       named<"", layers::gelu>, named<"fc2", layers::linear<layers::linear_config{.out = 5}>>> {};
struct vectors : run<prototypes_stand, layers::sequential<named<"", layers::flatten>, named<"", half_still>>> {
  using optimizer = optimizers::adamw;
};

TEST_CASE("a frozen layer moves neither by its gradient nor by decay") {
  backends::reference::context c;
  pipeline<vectors> p(c, {.optimizer = {.learning_rate = 0.1, .weight_decay = 0.5}});
  random_batches<vectors> batches(p.options(), 2);
  auto const weight = [&](char const* name) { return block(p, array::parameters, block_set::parameters, name); };
  std::vector<double> const first = weight("encoder.fc1.weight"), second = weight("encoder.fc2.weight");
  for (int step = 0; step < 2; ++step) p.step(batches.next());
  CHECK(weight("encoder.fc1.weight") == first);
  CHECK(weight("encoder.fc2.weight")[0] != second[0]);
}

TEST_CASE("a vision transformer with a frozen patch projection trains all but that") {
  using frozen_vit = encoders::vit<encoders::vit_config{.image_h = 4,
                                                        .image_w = 4,
                                                        .patch = 2,
                                                        .width = 6,
                                                        .depth = 1,
                                                        .heads = 2,
                                                        .mlp_ratio = 1,
                                                        .patch_projection = encoders::vit_patch_projection::frozen}>;
  using r = run<prototypes_stand, frozen_vit>;
  backends::reference::context c;
  pipeline<r> p(c, {.optimizer = {.learning_rate = 0.1, .weight_decay = 0.5}});
  random_batches<r> batches(p.options(), 3);
  std::vector<double> const before = values(p, array::parameters);
  for (int step = 0; step < 3; ++step) p.step(batches.next());
  std::vector<double> const after = values(p, array::parameters);
  for (block_info const& b : inventory<r>(block_set::parameters)) {
    INFO(b.name);
    bool const still = b.name.starts_with("encoder.patch_embed.");
    double moved = 0;
    for (index i = b.offset; i < b.offset + b.elements; ++i) moved = std::max(moved, std::abs(after[i] - before[i]));
    CHECK((moved == 0) == still);
  }
}

}  // namespace
