// SPDX-License-Identifier: Apache-2.0
#include "ssl/objectives/simclr.hpp"
#include "ssl/objectives/supervised.hpp"

#include "conformance/layer_case.hpp"
#include "objectives/moving_target.hpp"
#include "objectives/queue.hpp"
#include "objectives/tiny.hpp"
#include "ssl/augmentations/with_classes.hpp"
#include "ssl/testing/objective_check.hpp"

namespace {

using namespace tiny;

/// Three training steps of a run: losses, and what the pipeline holds at the end.
template <fixed_string Name, class Objective, class Encoder, class Augmentation = two_views>
struct steps_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  static conformance::outcome run(std::uint64_t seed) {
    using r = tiny::run<Objective, Encoder, Augmentation, Backend, T>;
    auto context = conformance::context_with_threads<Backend>(1);
    pipeline<r> p(context, {.optimizer = {.learning_rate = 0.05}, .seed = seed});
    testing::random_batches<r> batches(p.options(), 3);
    conformance::outcome all{{"losses", {}}};
    for (int step = 0; step < 3; ++step) all[0].second.push_back(p.step(batches.next()));
    std::pair<char const*, array> const held[] = {
        {"weights", array::parameters}, {"averages", array::averages}, {"buffers", array::buffers}, {"states", array::states}};
    for (auto const& [what, which] : held) {
      std::vector<T> values(static_cast<std::size_t>(p.elements(which)));
      p.read(which, values.data());
      all.emplace_back(what, std::vector<double>(values.begin(), values.end()));
    }
    return all;
  }
};

template <class... Cases>
void expect_steps_agree() {
  namespace hana = boost::hana;
  hana::for_each(hana::cartesian_product(hana::make_tuple(conformance::backends, conformance::scalars, hana::tuple_t<Cases...>)),
                 [](auto combination) {
                   using backend = typename decltype(+hana::at_c<0>(combination))::type;
                   using scalar = typename decltype(+hana::at_c<1>(combination))::type;
                   using one = typename decltype(+hana::at_c<2>(combination))::type;
                   constexpr std::uint64_t seed = 3;
                   constexpr double steps = 3;  // each carries on the rounding of those before
                   conformance::compare(one::name, seed, one::template run<backends::reference, double>(seed),
                                        one::template run<backend, scalar>(seed), steps * tolerance::relative<scalar>);
                 });
}

using simclr = objectives::simclr<objectives::simclr_config{.hidden = 9, .output = 5}>;

TEST_CASE("three steps of SimCLR: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"simclr on convnet", simclr, convnet>, steps_case<"simclr on vit", simclr, vit>>();
}

TEST_CASE("three steps of a supervised objective: every backend agrees with the reference") {
  using supervised = objectives::supervised<objectives::supervised_config{.classes = 3}>;
  expect_steps_agree<steps_case<"supervised", supervised, convnet, augmentations::with_classes<two_views>>>();
}

TEST_CASE("three steps with averages and a state: every backend agrees with the reference") {
  expect_steps_agree<steps_case<"moving target", moving_target<average_moves::after_optimizer>, convnet>,
                     steps_case<"queue", queued_keys<7, 5>, unit_mlp>>();
}

}  // namespace
