// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/drop_path.hpp"

#include "ssl/layers/compose/repeat.hpp"
#include "ssl/layers/transformer_block.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;
using ssl::index;  // not that of <strings.h>
using unit::numbers;

using uniform = drop_path<drop_path_rates::uniform>;
constexpr shape many{.n = 4000, .h = 1, .w = 2, .c = 1};

/// Share of the samples that are zero.
double dropped(numbers const& y, std::size_t sample) {
  double zeros = 0;
  for (std::size_t i = 0; i < y.size(); i += sample) zeros += y[i] == 0;
  return zeros * static_cast<double>(sample) / static_cast<double>(y.size());
}

TEST_CASE("drop_path: whole samples go, the others grow so that the mean stays") {
  unit::on_reference<uniform, many> net;
  net.give_drop_path_rate(0.25);
  numbers const y = net.forward(numbers(8000, 3.0));
  for (std::size_t i = 0; i < y.size(); i += 2) {
    REQUIRE((y[i] == 0 || y[i] == 4));
    REQUIRE(y[i] == y[i + 1]);
  }
  CHECK(dropped(y, 2) == doctest::Approx(0.25).epsilon(0.1));
  numbers const gx = net.backward(numbers(8000, 3.0));
  CHECK(gx == y);
}

TEST_CASE("drop_path: another step, seed or operation drops other samples, the same again the same") {
  unit::on_reference<sequential<named<"", uniform>, named<"", uniform>>, many> two;
  unit::on_reference<uniform, many> one;
  two.give_drop_path_rate(0.5), one.give_drop_path_rate(0.5);
  numbers const x(8000, 1.0), y = one.forward(x);
  CHECK(one.forward(x) == y);
  CHECK(dropped(two.forward(x), 2) == doctest::Approx(0.75).epsilon(0.1));  // independent draws
  one.give_randomness(1, 1);
  numbers const later = one.forward(x);
  CHECK(later != y);
  one.give_randomness(2, 0);
  CHECK(one.forward(x) != y);
  CHECK(one.forward(x) != later);
  one.give_randomness(1, 0);
  CHECK(one.forward(x) == y);
}

TEST_CASE("drop_path: evaluation and a rate of 0 change nothing") {
  numbers const x = ssl::testing::random_values<double>(many.elements(), 1, 1);
  unit::on_reference<uniform, many> training;
  CHECK(training.forward(x) == x);
  unit::on_reference<uniform, many, execution{.mode = execution_mode::evaluation}> evaluation({.keeps = false});
  evaluation.give_drop_path_rate(0.5);
  CHECK(evaluation.forward(x) == x);
}

/// y = x + x k: what remains of a branch in every block of a repeat.
template <drop_path_rates Rates>
using doubled = repeat<3, residual<named<"", drop_path<Rates>>>>;

TEST_CASE("drop_path: in a repeat the rate is the same, or grows from nothing as torch.linspace") {
  numbers const x(8000, 1.0);
  auto count = [](numbers const& y, double value) {
    double n = 0;
    for (std::size_t i = 0; i < y.size(); i += 2) n += std::abs(y[i] - value) < 1e-12;
    return n / 4000;
  };
  unit::on_reference<doubled<drop_path_rates::linear>, many> linear;
  linear.give_drop_path_rate(0.5);  // 0, 0.25, 0.5: a kept branch adds 1, 4 / 3 and 2 times its input
  numbers const y = linear.forward(x);
  CHECK(count(y, 2 * (7.0 / 3) * 3) == doctest::Approx(0.375).epsilon(0.1));
  CHECK(count(y, 2 * (7.0 / 3)) == doctest::Approx(0.375).epsilon(0.1));
  CHECK(count(y, 2) == doctest::Approx(0.125).epsilon(0.2));
  CHECK(count(y, 1) == 0);
  unit::on_reference<doubled<drop_path_rates::uniform>, many> uniform;
  uniform.give_drop_path_rate(0.5);
  CHECK(count(uniform.forward(x), 1) == doctest::Approx(0.125).epsilon(0.2));
  unit::on_reference<repeat<1, residual<named<"", drop_path<drop_path_rates::linear>>>>, many> single;
  single.give_drop_path_rate(0.5);
  CHECK(count(single.forward(x), 2) == 1);
}

TEST_CASE("transformer_block with drop path: the same parameters, and a sample whose branches are both gone passes unchanged") {
  constexpr transformer_config plain{.width = 4, .heads = 2, .hidden = 4};
  constexpr transformer_config dropping{.width = 4, .heads = 2, .hidden = 4, .drop_path = drop_path_rates::uniform};
  constexpr shape in{.n = 16, .h = 1, .w = 2, .c = 4};
  unit::on_reference<transformer_block<plain>, in> whole;
  unit::on_reference<transformer_block<dropping>, in> net;
  CHECK(unit::listed(net.parameters()) == unit::listed(whole.parameters()));
  whole.randomise(1), net.randomise(1);
  numbers const x = ssl::testing::random_values<double>(in.elements(), 1, 1);
  CHECK(net.forward(x) == whole.forward(x));
  net.give_drop_path_rate(0.5);
  numbers const y = net.forward(x);
  int unchanged = 0;
  for (std::size_t i = 0; i < x.size(); i += 8) unchanged += std::equal(x.begin() + i, x.begin() + i + 8, y.begin() + i);
  CHECK(unchanged > 0);
  CHECK(unchanged < 12);
}

/// The rows that a branch saw, by what it made of them: it adds 1 to a row.
struct plus_one : primitive<plus_one> {
  static constexpr shape output(shape in) { return in; }
  template <class Env>
  static constexpr requirements require(shape in) {
    return requirements{.output = in};
  }
  template <shape In, class Env>
  struct bind {
    static constexpr index elements = In.elements();
    static inline int seen = 0;  ///< samples, of the last pass
    static void forward(typename Env::context&, frame<double> const& f, op_record const* op) {
      for (index i = 0; i < elements; ++i) f.at(op->y)[i] = f.at(op->x)[i] + 1;
      seen = In.n;
    }
    static void backward(typename Env::context&, frame<double> const& f, op_record const* op) {
      for (index i = 0; i < elements; ++i) f.at(op->gx)[i] = f.at(op->gy)[i];
    }
  };
};
template <int Samples>
using plus_one_of = plus_one::bind<shape{.n = Samples, .c = 2}, environment<backends::reference, double>::plain>;

TEST_CASE("on_kept_samples: as many samples as DINOv2 keeps, at least one") {
  CHECK(on_kept_samples<300, plus_one>::kept(10) == 7);
  CHECK(on_kept_samples<300, plus_one>::kept(9) == 6);
  CHECK(on_kept_samples<400, plus_one>::kept(128) == 76);
  CHECK(on_kept_samples<999, plus_one>::kept(3) == 1);
}

TEST_CASE("on_kept_samples: the branch runs on the samples drawn, which grow so that the mean stays") {
  unit::on_reference<on_kept_samples<300, plus_one>, shape{.n = 10, .c = 2}> net;
  numbers x(20);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  numbers const y = net.forward(x);
  CHECK(plus_one_of<7>::seen == 7);
  int kept = 0;
  for (std::size_t i = 0; i < x.size(); i += 2) {
    bool const here = y[i] != 0;
    kept += here;
    CHECK(y[i] == doctest::Approx(here ? 10.0 / 7 * (x[i] + 1) : 0));
    CHECK(y[i + 1] == doctest::Approx(here ? 10.0 / 7 * (x[i + 1] + 1) : 0));
  }
  CHECK(kept == 7);
  numbers const gx = net.backward(numbers(20, 7.0));
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(gx[i] == doctest::Approx(y[i] != 0 ? 10.0 : 0));
  CHECK(net.forward(x) == y);
  net.give_randomness(1, 1);
  CHECK(net.forward(x) != y);
}

TEST_CASE("on_kept_samples: every sample is drawn as often as any other") {
  unit::on_reference<on_kept_samples<500, plus_one>, shape{.n = 8, .c = 1}> net;
  int drawn[8] = {};
  for (int step = 0; step < 1000; ++step) {
    net.give_randomness(1, step);
    numbers const y = net.forward(numbers(8, 0.0));
    for (int n = 0; n < 8; ++n) drawn[n] += y[n] != 0;
  }
  for (int const n : drawn) CHECK(std::abs(n - 500) < 80);  // five deviations of sqrt(1000 / 4)
}

TEST_CASE("on_kept_samples: evaluation and a moving average compute every sample, unchanged") {
  numbers const x = ssl::testing::random_values<double>(20, 1, 1);
  auto const everything = [&](auto net) {
    numbers y = net->forward(x);
    for (double& v : y) v -= 1;
    CHECK(unit::close(y, x));
  };
  using net = on_kept_samples<300, plus_one>;
  everything(std::make_unique<unit::on_reference<net, shape{.n = 10, .c = 2}, execution{.mode = execution_mode::evaluation}>>(
      ssl::testing::recording{.keeps = false}));
  everything(std::make_unique<unit::on_reference<net, shape{.n = 10, .c = 2}, execution{.drops_samples = false}>>());
}

TEST_CASE("transformer_block that skips samples: the same parameters, another half of the samples in each branch and block") {
  constexpr transformer_config plain{.width = 4, .heads = 2, .hidden = 4};
  constexpr transformer_config skipping{.width = 4, .heads = 2, .hidden = 4, .skipped_per_mille = 500};
  constexpr shape in{.n = 16, .h = 1, .w = 2, .c = 4};
  unit::on_reference<repeat<2, transformer_block<plain>>, in> whole;
  unit::on_reference<repeat<2, transformer_block<skipping>>, in> net;
  CHECK(unit::listed(net.parameters()) == unit::listed(whole.parameters()));
  whole.randomise(1), net.randomise(1);
  numbers const x = ssl::testing::random_values<double>(in.elements(), 1, 1), y = net.forward(x);
  int unchanged = 0;
  for (std::size_t i = 0; i < x.size(); i += 8) unchanged += std::equal(x.begin() + i, x.begin() + i + 8, y.begin() + i);
  CHECK(unchanged < 6);  // 1 of 16 on average, where the four draws are independent; 8 where they are one
  // what the branches keep for backward is half
  CHECK(static_cast<double>(net.arena_elements()) < 0.75 * static_cast<double>(whole.arena_elements()));
}

}  // namespace
