// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/layer_case.hpp"
#include "objectives/tiny.hpp"
#include "ssl/testing/objective_check.hpp"

namespace conformance {

using namespace ssl;

/// Three training steps of a run: losses, and what the pipeline holds at the end.
template <fixed_string Name, class Objective, class Encoder = tiny::convnet, class Augmentation = tiny::two_views, int Batch = 3>
struct steps_case {
  static constexpr char const* name = Name.text;
  template <class Backend, class T>
  struct run_of : tiny::run<Objective, Encoder, Augmentation, Backend, T> {
    static constexpr int batch = Batch;
  };

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    using r = run_of<Backend, T>;
    auto context = context_with_threads<Backend>(1);
    pipeline<r> p(context, {.optimizer = {.learning_rate = 0.05}, .seed = seed});
    testing::random_batches<r> batches(p.options(), 3);
    outcome all{{"losses", {}}};
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
  hana::for_each(hana::cartesian_product(hana::make_tuple(backends, scalars, hana::tuple_t<Cases...>)), [](auto combination) {
    using backend = typename decltype(+hana::at_c<0>(combination))::type;
    using scalar = typename decltype(+hana::at_c<1>(combination))::type;
    using one = typename decltype(+hana::at_c<2>(combination))::type;
    constexpr std::uint64_t seed = 3;
    constexpr double steps = 3;  // each carries on the rounding of those before
    compare(one::name, seed, one::template run<backends::reference, double>(seed), one::template run<backend, scalar>(seed),
            steps * tolerance::relative<scalar>);
  });
}

}  // namespace conformance
