// SPDX-License-Identifier: Apache-2.0
// What keeps representations from collapsing, shown by taking it away.
#include <doctest/doctest.h>

#include "ssl/cpu.hpp"
#include "ssl/data/procedural.hpp"
#include "ssl/evaluation/diagnostics.hpp"
#include "ssl/evaluation/features.hpp"
#include "ssl/objectives/byol.hpp"
#include "ssl/objectives/dino.hpp"
#include "ssl/objectives/simsiam.hpp"
#include "ssl/ssl.hpp"
#include "ssl/training/train.hpp"

namespace {

using namespace ssl;
using ssl::index;  // not that of <strings.h>

template <class Objective, class Optimizer>
struct tiny_run : run_defaults {
  using encoder = encoders::convnet<encoders::convnet_config{.width = 8, .stages = 3}>;
  using augmentation = augmentations::simclr_small;
  using objective = Objective;
  using optimizer = Optimizer;
  using backend = backends::cpu;
  static constexpr shape image{.h = 16, .w = 16, .c = 1};
  static constexpr int batch = 32;
};

/// A run whose encoder is the encoder and the first networks of the objective.
template <class Run, int Networks>
struct projecting : Run {
  template <int I>
  using network = typename type_at<I, typename Run::objective::networks>::type;
  using one = layers::sequential<named<"encoder", typename Run::encoder>, named<"first", network<0>>>;
  using encoder = typename decltype([] {
    if constexpr (Networks == 1)
      return std::type_identity<one>{};
    else
      return std::type_identity<layers::sequential<named<"", one>, named<"second", network<1>>>>{};
  }())::type;
};

/// What the first networks make of images, by the weights that the objective exports.
template <int Networks, class Run>
evaluation::embeddings outputs(pipeline<Run>& p, data::procedural_images const& images) {
  frozen_of<projecting<Run, Networks>, 64> network(p.context());
  encoder_weights<float> weights = network.weights();
  constexpr bool average = Run::objective::exports_average;
  auto const first_of = [&](array which, std::vector<float>& to) {
    std::vector<float> all(static_cast<std::size_t>(p.elements(which)));
    p.read(which, all.data());
    std::copy(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(to.size()), to.begin());  // in the order of the networks
  };
  first_of(average ? array::averages : array::parameters, weights.parameters);
  first_of(average ? array::average_buffers : array::buffers, weights.buffers);
  network.set_weights(weights);
  network.statistics() = Run::augmentation::statistics(p.options().augmentation);
  return evaluation::features(network, images);
}

/// What is compared: the projections; of a method with a centre, the targets.
template <class Run>
evaluation::embeddings compared(pipeline<Run>& p, data::procedural_images const& images) {
  if constexpr (Run::objective::states::size == 0) {
    return outputs<1>(p, images);
  } else {
    evaluation::embeddings all = outputs<2>(p, images);
    std::vector<float> centre(static_cast<std::size_t>(p.elements(array::states)));
    p.read(array::states, centre.data());
    double const temperature = p.options().objective.teacher_temperature.at(p.steps());
    for (std::size_t r = 0; r < all.shape(0); ++r) {
      double sum = 0;
      for (std::size_t k = 0; k < all.shape(1); ++k) sum += std::exp((all(r, k) - centre[k]) / temperature);
      for (std::size_t k = 0; k < all.shape(1); ++k)
        all(r, k) = static_cast<float>(std::exp((all(r, k) - centre[k]) / temperature) / sum);
    }
    return all;
  }
}

/// Deviation, as a share of the healthy 1 / sqrt(D), and rank of what is compared, after training.
struct spread {
  double deviation = 0, rank = 0;
};

template <class Objective, class Optimizer = optimizers::sgd<>>
spread trained(char const* what, run_options<tiny_run<Objective, Optimizer>> o, index epochs = 12) {
  using run = tiny_run<Objective, Optimizer>;
  data::procedural_images const images({.count = 512, .height = 16, .width = 16, .seed = 1});
  o.augmentation.template get<"normalise">() = {.mean = {0.4f}, .deviation = {0.25f}};
  backends::cpu::context one_thread{{.threads = 1}};
  pipeline<run> p{one_thread, o};
  training::report const r = training::train(p, images, {.epochs = epochs});
  evaluation::collapse_check const c = evaluation::check_collapse(compared(p, images));
  MESSAGE(std::string(what), ": loss ", r.final_loss, ", deviation ", c.feature_std, " of ", c.healthy_std, ", rank ", c.rank,
          ", ", r.seconds, " s");
  return {c.feature_std / c.healthy_std, c.rank};
}

/// Collapsed is a tenth of the healthy deviation, or a rank of 2. A healthy run stays five times above both.
void expect_collapse(spread const& healthy, spread const& collapsed) {
  constexpr double least_deviation = 0.1, least_rank = 2;
  CHECK((collapsed.deviation < least_deviation || collapsed.rank < least_rank));
  CHECK(healthy.deviation > 5 * least_deviation);
  CHECK(healthy.rank > 5 * least_rank);
}

/// The projector ends without its batch norm: that one would spread out what little differs in a collapse, by another measure for
/// every seed.
using simsiam =
    objectives::simsiam<objectives::simsiam_config{.projector = layers::byol_projection({.hidden = 64, .out = 64}),
                                                   .predictor = layers::simsiam_prediction({.hidden = 16, .out = 64})}>;

struct simsiam_without_stop : simsiam {
  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto projections = g.apply("projector", g.apply("encoder", g.views(0), by_view), by_view);
    g.loss("prediction", {g.apply("predictor", projections, by_view), projections});
  });
};

TEST_CASE("SimSiam collapses without its stop-gradient") {
  constexpr index epochs = 24, steps_per_epoch = 16;
  optimizers::sgd<>::options const falling{.learning_rate = warmup_cosine{.peak = 0.06, .steps = steps_per_epoch * epochs},
                                           .momentum = 0.9};
  expect_collapse(trained<simsiam>("SimSiam", {.optimizer = falling}, epochs),
                  trained<simsiam_without_stop>("SimSiam without stop-gradient", {.optimizer = falling}, epochs));
}

using dino = objectives::dino<objectives::dino_config{
    .projector = layers::dino_projection({.hidden = 32, .out = 16, .layers = 2}, layers::head_norm::scale_and_shift),
    .prototypes = 32,
    .local_views = 0}>;

/// A teacher that moves slowly and speaks sharply: else its targets stay soft for long, and are no measure of collapse.
TEST_CASE("DINO collapses without centring") {
  auto const numbers = [](double centre_momentum) {
    return run_options<tiny_run<dino, optimizers::adamw>>{
        .objective = {.teacher_temperature = 0.02, .centre_momentum = centre_momentum, .momentum = 0.99},
        .optimizer = {.learning_rate = 0.01}};
  };
  constexpr index epochs = 20;
  expect_collapse(trained<dino, optimizers::adamw>("DINO", numbers(0.9), epochs),
                  trained<dino, optimizers::adamw>("DINO without centring", numbers(1), epochs));
}

using byol = objectives::byol<objectives::byol_config{.projector = layers::byol_projection({.hidden = 32, .out = 32}),
                                                      .predictor = layers::byol_prediction({.hidden = 32, .out = 32})}>;

struct byol_without_predictor : byol {
  using networks = type_list<named<"projector", layers::head<layers::byol_projection({.hidden = 32, .out = 32})>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto views = g.views(0);
    auto targets = g.apply(average_of("projector"), g.apply(average_of("encoder"), views, by_view), by_view);
    g.loss("prediction", {g.apply("projector", g.apply("encoder", views, by_view), by_view), targets});
  });
};

/// Reported only: how far it falls depends on the momentum.
TEST_CASE("BYOL with and without its predictor") {
  auto const healthy = trained<byol>("BYOL", {.objective = {.momentum = 0.95}, .optimizer = {.learning_rate = 0.1}});
  trained<byol_without_predictor>("BYOL without predictor",
                                  {.objective = {.momentum = 0.95}, .optimizer = {.learning_rate = 0.1}});
  CHECK(healthy.deviation > 0.5);
}

}  // namespace
