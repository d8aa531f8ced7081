// SPDX-License-Identifier: Apache-2.0
// A step of DINOv2 as a whole: its terms before anything is learned, what the mask hides from whom, and what the plan leaves out.
#include "ssl/objectives/dinov2.hpp"

#include <doctest/doctest.h>

#include <map>

#include "objectives/methods.hpp"
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/encoders/vit_dino.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"
#include "unit/pipeline/arrays.hpp"

namespace {

using namespace tiny;
using objectives::dinov2_heads;
using ssl::losses::teacher_targets;
using numbers = std::vector<double>;

constexpr encoders::vit_config whole_config = [] {
  encoders::vit_config c = masked_vit_config;
  c.skipped_per_mille = 0;
  return c;
}();
template <class Objective, class Encoder = encoders::vit<whole_config>>
using run_of = run<Objective, Encoder, masked_multi_crop>;
using tied = run_of<tiny::dinov2<2, dinov2_heads::tied, teacher_targets::balanced, 1>>;
using untied = run_of<tiny::dinov2<2, dinov2_heads::untied, teacher_targets::centred, 1>>;
using skipping = run_of<tiny::dinov2<2, dinov2_heads::tied, teacher_targets::balanced, 1>, masked_vit>;

/// Every view is masked, half of its 16 patches.
template <class Run>
run_options<Run> all_masked() {
  run_options<Run> o;
  o.augmentation.template mask<0>() = {.probability = 1, .share_low = 0.5f, .share_high = 0.5f};
  return o;
}

template <class Run>
std::map<std::string, double> terms_of(pipeline<Run> const& p) {
  std::map<std::string, double> all;
  for (loss_term const& t : p.terms()) all[t.name] = t.value;
  return all;
}

/// Sets whatever belongs to a name to one value, in the weights and in their averages.
template <class Run>
void fill(pipeline<Run>& p, std::string const& part, double value) {
  for (array const which : {array::parameters, array::averages}) {
    numbers all = values(p, which);
    for (block_info const& b : inventory<Run>(block_set::parameters))
      if (b.name.find(part) != std::string::npos && b.offset + b.elements <= static_cast<ssl::index>(all.size()))
        std::fill_n(all.begin() + b.offset, b.elements, value);
    p.write(which, all.data());
  }
}

TEST_CASE("dinov2: with equal logits both terms over prototypes are the logarithm of their number") {
  backends::reference::context c;
  pipeline<untied> p(c, all_masked<untied>());
  ssl::testing::random_batches<untied> batches(all_masked<untied>());
  fill(p, "projector", 0);  // embeddings of length 0
  p.forward_backward(batches.next());
  auto const terms = terms_of(p);
  CHECK(terms.at("dino") == doctest::Approx(std::log(5)).epsilon(1e-12));
  CHECK(terms.at("ibot") == doctest::Approx(std::log(6)).epsilon(1e-12));
}

TEST_CASE("dinov2: without masks there is nothing to predict, and the mask token has no gradient; with them it has") {
  backends::reference::context c;
  for (bool const masks : {false, true}) {
    run_options<tied> o = all_masked<tied>();
    if (!masks) o.augmentation.mask<0>().probability = 0;
    pipeline<tied> p(c, o);
    ssl::testing::random_batches<tied> batches(o);
    p.forward_backward(batches.next());
    double largest = 0;
    for (double const g : block(p, array::gradients, block_set::parameters, "encoder.mask_token"))
      largest = std::max(largest, std::abs(g));
    CHECK((largest > 0) == masks);
    CHECK((terms_of(p).at("ibot") > 0) == masks);
  }
}

/// Gradients do not tell: the token changes what the student sees and nothing else, where the teacher's encoder has one of its own.
TEST_CASE("dinov2: the teacher sees all patches") {
  backends::reference::context c;
  auto const loss = [&](array which) {
    pipeline<tied> p(c, all_masked<tied>());
    ssl::testing::random_batches<tied> batches(all_masked<tied>());
    numbers all = values(p, which);
    for (block_info const& b : inventory<tied>(block_set::parameters))
      if (b.name == "encoder.mask_token") std::fill_n(all.begin() + b.offset, b.elements, 3.0);
    p.write(which, all.data());
    return p.forward_backward(batches.next());
  };
  pipeline<tied> p(c, all_masked<tied>());
  ssl::testing::random_batches<tied> batches(all_masked<tied>());
  double const before = p.forward_backward(batches.next());
  CHECK(loss(array::averages) == before);
  CHECK(loss(array::parameters) != before);
}

TEST_CASE("dinov2: centres follow the teacher's logits of class tokens and of masked tokens") {
  backends::reference::context c;
  pipeline<untied> p(c, all_masked<untied>());
  ssl::testing::random_batches<untied> batches(all_masked<untied>());
  p.step(batches.next());
  int moved = 0;
  for (double const v : values(p, array::states)) {
    moved += v != 0;
    CHECK(std::abs(v) < 0.1);  // a tenth of a mean of cosines
  }
  CHECK(moved == 5 + 6);
}

TEST_CASE("dinov2: prototypes of both heads stand still while they are frozen") {
  backends::reference::context c;
  run_options<untied> o = all_masked<untied>();
  o.objective.freeze_steps = 1, o.optimizer.learning_rate = 0.1;
  pipeline<untied> p(c, o);
  ssl::testing::random_batches<untied> batches(o);
  auto const held = [&](char const* name) { return block(p, array::parameters, block_set::parameters, name); };
  numbers const first = held("prototypes.weight_v"), second = held("patch_prototypes.weight_v");
  p.step(batches.next());
  CHECK(held("prototypes.weight_v") == first);
  CHECK(held("patch_prototypes.weight_v") == second);
  p.step(batches.next());
  CHECK(held("prototypes.weight_v") != first);
  CHECK(held("patch_prototypes.weight_v") != second);
}

/// The student alone is random: with the same weights, another step draws other samples.
TEST_CASE("dinov2: skipped samples make the student's step depend on the number of the batch, and its plan smaller") {
  backends::reference::context c;
  auto const loss = [&]<class Run>(std::type_identity<Run>, ssl::index step) {
    pipeline<Run> p(c, all_masked<Run>());
    numbers const moved = ssl::testing::detail::spread_out(p, array::parameters, 0.3, 1, 1);
    ssl::testing::random_batches<Run> batches(all_masked<Run>());
    p.set_steps(step);
    return p.forward_backward(batches.next());
  };
  std::type_identity<tied> whole;
  std::type_identity<skipping> some;
  CHECK(loss(whole, 0) == loss(whole, 1));
  CHECK(loss(some, 0) == loss(some, 0));
  CHECK(loss(some, 0) != loss(some, 1));
  CHECK(plan_of<skipping>.arena < plan_of<tied>.arena);
}

TEST_CASE("dinov2: heads run on class tokens and masked tokens only") {
  constexpr auto const& trace = trace_of<tied>;
  constexpr auto const& g = tied::objective::graph;
  int rows = 0;
  for (int i = 0; i < g.nodes; ++i)
    if (g.node[i].name == label("prototypes")) rows += trace.at[i].n;
  CHECK(rows == 2 * 3 + 4 * 3 + 2 * (2 * 3 * 16));  // teacher; student; both of masked tokens, with room for all
  using quarter = layers::gather_masked<1, 250>;
  CHECK(quarter::output({.n = 6, .h = 1, .w = 17, .c = 4}).n == 24);
}

TEST_CASE("dinov2: the encoder to ship has the teacher's weights and gives the class token") {
  using encoder = skipping::encoder;
  backends::reference::context c;
  pipeline<skipping> p(c, all_masked<skipping>());
  ssl::testing::random_batches<skipping> batches(all_masked<skipping>());
  p.step(batches.next());
  using shipped = frozen_encoder<encoders::class_token_of<encoder>, skipping::image, backends::reference, 3, double>;
  shipped features(c);
  features.set_weights(p.exported());
  frozen_of<skipping, 3> tokens(c);
  tokens.set_weights(p.exported());
  image_view const view = batches.pictures().image(0);
  numbers all(tokens.width), first(features.width);
  tokens.features(&view, 1, all.data()), features.features(&view, 1, first.data());
  CHECK(first == numbers(all.begin(), all.begin() + 4));
}

template <class Encoder, class Augmentation, objectives::dinov2_config Config, int Side>
struct preset : run_defaults {
  using encoder = Encoder;
  using augmentation = Augmentation;
  using objective = objectives::dinov2<Config>;
  using optimizer = optimizers::adamw;
  using backend = backends::reference;
  static constexpr shape image{.h = Side, .w = Side, .c = 3};
  static constexpr int batch = 4;
};

TEST_CASE("dinov2: the presets compose") {
  using namespace objectives;
  CHECK(failure_of<preset<encoders::dinov2_vit_small_training, augmentations::dinov2_small, dinov2_small, 32>> == 0);
  CHECK(failure_of<preset<encoders::dinov2_vitl16_training, augmentations::dinov2<16>, dinov2_short, 224>> == 0);
  CHECK(failure_of<preset<encoders::dinov2_vitl14_training, augmentations::dinov2<14>, dinov2_published, 224>> == 0);
}

}  // namespace
