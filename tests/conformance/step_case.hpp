// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conformance/agreement.hpp"
#include "objectives/tiny.hpp"
#include "ssl/testing/objective_check.hpp"

namespace conformance {

using namespace ssl;

/// Three training steps of a run at a learning rate in thousandths: losses, and what the pipeline holds at the end.
template <fixed_string Name, class Objective, class Encoder = tiny::convnet, class Augmentation = tiny::two_views, int Batch = 3,
          shape Image = shape{.h = 4, .w = 4, .c = 2}, int Rate = 50>
struct steps_case {
  static constexpr char const* name = Name.text;
  template <class Backend, class T>
  struct run_of : tiny::run<Objective, Encoder, Augmentation, Backend, T> {
    static constexpr int batch = Batch;
    static constexpr shape image = Image;
  };

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    using r = run_of<Backend, T>;
    auto context = context_with_threads<Backend>(1);
    pipeline<r> p(context, {.optimizer = {.learning_rate = Rate / 1000.0}, .seed = seed});
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

/// A whole step takes seconds to compile, so it is seen in double, where the tolerance is tight, on every backend but the reference
/// itself, and in float where the kernels of the scalars differ. The cells in float are seen layer by layer and loss by loss.
inline constexpr auto step_combinations = [] {
  namespace hana = boost::hana;
  auto const but_the_reference = hana::drop_front(backends);
  auto in = [](auto scalar, auto const& some) {
    return hana::cartesian_product(hana::make_tuple(some, hana::make_tuple(scalar)));
  };
  return hana::concat(in(hana::type_c<double>, but_the_reference), in(hana::type_c<float>, backends_with_own_kernels));
}();

template <class... Cases>
void expect_steps_agree() {
  expect_agreement_of<Cases...>(step_combinations, 3, 3);  // each of three steps carries on the rounding of those before
}

}  // namespace conformance
