// SPDX-License-Identifier: Apache-2.0
// Objectives whose targets are made by the weights that are trained, with no gradient through them: differences would see the targets
// move. Each is held against the same objective with targets made by copies of the weights (averages that equal them), which has the
// same gradient, and that one against finite differences.
#include "gradient/expect_step.hpp"
#include "objectives/methods.hpp"
#include "ssl/objectives/simsiam.hpp"
#include "ssl/objectives/swav.hpp"

namespace {

using namespace tiny;
using ssl::index;  // not that of <strings.h>

/// All gradients of one step, where averages are copies of weights that are moved from where training begins.
template <class Run>
std::vector<double> gradients_with_copies() {
  typename Run::backend::context c;
  pipeline<Run> p(c);
  ssl::testing::random_batches<Run> batches(p.options());
  std::vector<double> const weights = ssl::testing::detail::spread_out(p, array::parameters, 0.3, 1, 2000);
  if (p.elements(array::averages) > 0) p.write(array::averages, weights.data());
  p.forward_backward(batches.next());
  std::vector<double> all(static_cast<std::size_t>(p.elements(array::gradients)));
  p.read(array::gradients, all.data());
  return all;
}

template <class Run, class RunOfCopies>
void expect_gradients_of_copies() {
  expect_step<RunOfCopies>();
  std::vector<double> const found = gradients_with_copies<Run>(), expected = gradients_with_copies<RunOfCopies>();
  REQUIRE(found.size() == expected.size());
  double largest = 0;
  for (double g : expected) largest = std::max(largest, std::abs(g));
  CHECK(largest > 1e-3);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) < 1e-13 * largest);
}

struct simsiam_of_copies : simsiam {
  static constexpr auto graph = build_graph([](auto& g) {
    constexpr apply_config by_view{.statistics_groups = 2};
    auto views = g.views(0);
    auto targets = g.apply(average_of("projector"), g.apply(average_of("encoder"), views, by_view), by_view);
    auto projections = g.apply("projector", g.apply("encoder", views, by_view), by_view);
    g.loss("prediction", {g.apply("predictor", projections, by_view), targets});
  });
  static double average_momentum(options const&, index) { return 0; }
};

TEST_CASE("simsiam: gradients of a step") {
  expect_gradients_of_copies<run<simsiam>, run<simsiam_of_copies>>();
  expect_gradients_of_copies<run<simsiam, vit>, run<simsiam_of_copies, vit>>();
}

/// losses::swav with the codes of other scores: (V N, K), the same (V N, K), and a queue where there is one.
template <class Swav>
struct codes_of_others {
  using options = typename Swav::options;
  static constexpr int inputs = Swav::inputs + 1;
  static constexpr bool accepts(shape const* in) { return in[0] == in[1] && Swav::accepts(in + 1); }

  template <class Env, shape Scores, shape... Rest>
  struct bind {
    using T = typename Env::scalar;
    using swav = typename Swav::template bind<Env, Rest...>;
    using prediction = typename swav::prediction;
    static constexpr index workspace = swav::workspace + Scores.elements();

    /// The loss leaves its codes in its workspace, where the prediction of the first input finds them.
    static void run(typename Env::context& c, options const& o, loss_arguments<T, inputs> const& a) {
      loss_arguments<T, Swav::inputs> own{.loss = a.loss, .workspace = a.workspace};
      for (int i = 0; i < Swav::inputs; ++i) own.x[i] = a.x[i + 1];
      swav::run(c, o, own);
      prediction::run(c, a.x[0], o.temperature, {a.workspace + prediction::workspace, swav::images, swav::rows, swav::classes},
                      {.gx = {a.gx[0]}, .loss = a.loss, .workspace = a.workspace, .weight = a.weight});
    }
  };
};

template <int LocalViews, int Queue>
struct swav_of_copies : swav<LocalViews, Queue> {
  using base = swav<LocalViews, Queue>;
  using losses = type_list<named<"swapped_prediction", codes_of_others<typename base::loss>>>;
  static constexpr auto graph = build_graph([](auto& g) {
    auto const features = [&](bool average) {
      auto const encode = [&](int group) { return g.apply(role("encoder", average), g.views(group)); };
      return LocalViews > 0 ? g.stack(encode(0), encode(1)) : encode(0);
    };
    auto const scores = [&](bool average) {
      return g.apply(role("prototypes", average), g.apply(role("projector", average), features(average)));
    };
    auto own = scores(false), copies = scores(true);
    if (Queue > 0)
      g.loss("swapped_prediction", {own, copies, g.apply(role("prototypes", true), g.state("queue"))});
    else
      g.loss("swapped_prediction", {own, copies});
  });
  static double average_momentum(typename base::options const&, index) { return 0; }
};

TEST_CASE("swav: gradients of a step, with two views, crops of two sizes and a queue") {
  expect_gradients_of_copies<run<swav<0>>, run<swav_of_copies<0, 0>>>();
  expect_gradients_of_copies<run<swav<2, 6>, convnet, multi_crop>, run<swav_of_copies<2, 6>, convnet, multi_crop>>();
}

}  // namespace
