// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/fused_update.hpp"

#include <cmath>

#include "ssl/optimizers/sgd.hpp"
#include "unit/optimizers/one_block.hpp"

namespace {

using namespace ssl::optimizers;
using optimizer_test::block;
using optimizer_test::parameters;
using ssl::parameter_kind;

/// w <- w - g, to see what reaches the update.
struct subtract {
  struct options {
    gradient_clip clip{};
    decay_scope decays = decay_scope::all;
  };
  static constexpr int slots = 0;
  template <class T>
  struct update {
    bool decayed;
    update(options const& o, ssl::index, parameter_kind kind) : decayed(decays(o.decays, kind)) {}
    void operator()(T& weight, T gradient, T*, ssl::index) const { weight -= gradient; }
    friend bool operator==(update const&, update const&) = default;
  };
};

/// A table with a repeat of three iterations of a weight and a bias between two single blocks.
std::vector<ssl::block_record> with_repeat() {
  std::vector<ssl::block_record> t{block(0, 20), block(32, 16), block(48, 3, parameter_kind::bias), block(128, 5)};
  t[1].times = t[2].times = 3, t[1].stride = t[2].stride = 32;
  return t;
}

/// Treatments are equal where the same blocks decay; the rate of layers is told apart where `by_layer` is set.
struct treatment {
  bool decayed;
  parameter_kind kind;
  int layer = 0;
  friend bool operator==(treatment const& a, treatment const& b) { return a.decayed == b.decayed && a.layer == b.layer; }
};
struct treated_range : detail::update_range {
  treatment how;
};

std::vector<treated_range> ranges(std::vector<ssl::block_record> const& t, decay_scope scope, ssl::index averaged = 0,
                                  detail::merging merged = detail::merging::yes, bool by_layer = false) {
  std::vector<treated_range> all;
  detail::for_each_range(
      t.data(), static_cast<int>(t.size()), averaged, merged,
      [&](ssl::parameter_traits p) {
        return treatment{decays(scope, p), p.kind, by_layer ? p.layer : 0};
      },
      [&](detail::update_range const& r, treatment const& t) {
        all.push_back({r, t});
      });
  return all;
}

TEST_CASE("blocks that are treated alike are one run of memory") {
  auto const alike = ranges(with_repeat(), decay_scope::all);
  REQUIRE(alike.size() == 2);  // the first block, then the repeat without gaps together with what follows
  CHECK((alike[0].offset == 0 && alike[0].times == 1 && alike[0].elements == 32));
  CHECK((alike[1].offset == 32 && alike[1].times == 1 && alike[1].elements == 96 + 16));

  auto const by_kind = ranges(with_repeat(), decay_scope::weights);
  REQUIRE(by_kind.size() == 4);
  CHECK((by_kind[1].offset == 32 && by_kind[1].times == 3 && by_kind[1].stride == 32 && by_kind[1].elements == 16));
  CHECK((by_kind[2].offset == 48 && by_kind[2].times == 3 && by_kind[2].how.kind == parameter_kind::bias));

  auto const apart = ranges(with_repeat(), decay_scope::all, 0, detail::merging::no);
  REQUIRE(apart.size() == 4);
  CHECK((apart[1].first_block == 1 && apart[2].first_block == 4 && apart[3].first_block == 7));
}

TEST_CASE("a repeat whose iterations are treated differently is written out") {
  auto t = with_repeat();
  t[0].layer = 0, t[3].layer = 4;
  for (int i : {1, 2}) t[i].layers_per_iteration = 1;
  CHECK(ranges(t, decay_scope::all).size() == 2);
  for (auto const merged : {detail::merging::yes, detail::merging::no}) {
    auto const apart = ranges(t, decay_scope::all, 0, merged, true);
    REQUIRE(apart.size() == 8);
    for (int i = 0; i < 3; ++i) {
      CHECK((apart[1 + i].offset == 32 + 32 * i && apart[4 + i].offset == 48 + 32 * i));
      CHECK((apart[1 + i].times == 1 && apart[1 + i].how.layer == 1 + i && apart[4 + i].first_block == 4 + i));
    }
    CHECK((apart[0].how.layer == 0 && apart[7].how.layer == 4));
  }
}

TEST_CASE("repeats of other strides stay apart") {
  std::vector<ssl::block_record> t{block(0, 16), block(16, 16)};
  t[0].times = t[1].times = 2, t[0].stride = 64, t[1].stride = 96;
  CHECK(ranges(t, decay_scope::all).size() == 2);
}

TEST_CASE("a run ends at a gap and where the average ends") {
  std::vector<ssl::block_record> const t{block(0, 16), block(16, 16), block(64, 16), block(80, 16)};
  CHECK(ranges(t, decay_scope::all).size() == 2);
  auto const split = ranges(t, decay_scope::all, 16);
  REQUIRE(split.size() == 3);
  CHECK((split[0].averaged && !split[1].averaged));
}

TEST_CASE("every parameter moves once, its gradient becomes zero, other memory stays") {
  for (auto const scope : {clip_scope::none, clip_scope::global, clip_scope::per_tensor})
    for (auto const decay : {decay_scope::all, decay_scope::weights}) {
      parameters<subtract> p(with_repeat(), 160);
      for (int i = 0; i < 160; ++i) p.weights[i] = i, p.gradients[i] = i < 144 ? 1 : 7;
      p.step({.clip = {.norm = 1e9, .scope = scope}, .decays = decay}, 0);
      for (int i = 0; i < 144; ++i) {
        INFO("element " << i);
        CHECK(p.weights[i] == i - 1);
        CHECK(p.gradients[i] == 0);
      }
      for (int i = 144; i < 160; ++i) CHECK((p.weights[i] == i && p.gradients[i] == 7));
    }
}

TEST_CASE("clipping by one norm over all blocks") {
  parameters<subtract> p({block(0, 2), block(16, 1, parameter_kind::bias)}, 32);
  p.gradients[0] = 2, p.gradients[1] = -3, p.gradients[16] = 6;  // norm 7
  p.step({.clip = {.norm = 3.5, .scope = clip_scope::global}}, 0);
  double const factor = 3.5 / (7 + 1e-6);
  CHECK(p.weights[0] == doctest::Approx(-2 * factor).epsilon(1e-14));
  CHECK(p.weights[1] == doctest::Approx(3 * factor).epsilon(1e-14));
  CHECK(p.weights[16] == doctest::Approx(-6 * factor).epsilon(1e-14));
}

TEST_CASE("clipping by the norm of each tensor, in a repeat of each iteration") {
  std::vector<ssl::block_record> t{block(0, 2), block(48, 1)};
  t[0].times = 3, t[0].stride = 16;
  parameters<subtract> p(t, 64);
  p.gradients[0] = 3, p.gradients[1] = 4;  // norm 5
  p.gradients[16] = 0.5;                   // below the limit
  p.gradients[32] = -8;                    // norm 8
  p.gradients[48] = 2;                     // norm 2
  p.step({.clip = {.norm = 1, .scope = clip_scope::per_tensor}}, 0);
  CHECK(p.weights[0] == doctest::Approx(-3 / (5 + 1e-6)).epsilon(1e-14));
  CHECK(p.weights[1] == doctest::Approx(-4 / (5 + 1e-6)).epsilon(1e-14));
  CHECK(p.weights[16] == -0.5);
  CHECK(p.weights[32] == doctest::Approx(8 / (8 + 1e-6)).epsilon(1e-14));
  CHECK(p.weights[48] == doctest::Approx(-2 / (2 + 1e-6)).epsilon(1e-14));
}

TEST_CASE("the limit of clipping may follow a schedule") {
  subtract::options const o{.clip = {.norm = ssl::linear_ramp{.from = 1, .to = 3, .steps = 2}, .scope = clip_scope::global}};
  parameters<subtract> p({block(0, 1)}, 16);
  p.gradients[0] = 100;
  p.step(o, 1);
  CHECK(std::abs(p.weights[0] + 2) < 1e-6);
}

TEST_CASE("the moving average follows the moved weights, as far as it reaches") {
  parameters<subtract> p({block(0, 16), block(16, 16)}, 32);
  for (int i = 0; i < 32; ++i) p.weights[i] = 4, p.gradients[i] = 2, p.average[i] = 10;
  p.step({}, 0, 16, 0.75);
  CHECK(p.weights[0] == 2);
  CHECK(p.average[0] == 8);  // 0.75 * 10 + 0.25 * 2
  CHECK(p.average[15] == 8);
  CHECK(p.average[16] == 10);
  CHECK(p.weights[16] == 2);
}

TEST_CASE("the moving average by itself") {
  std::vector<float> const weights{2, 6};
  std::vector<float> average{10, 0};
  optimizer_test::reference::context c;
  moving_average<ssl::environment<optimizer_test::reference, float>>(c, weights.data(), average.data(), 2, 0.75);
  CHECK(average == std::vector<float>{8, 1.5});
}

TEST_CASE("a slow average in float takes its share in double") {
  std::vector<float> const weights{1};
  std::vector<float> average{0};
  optimizer_test::reference::context c;
  moving_average<ssl::environment<optimizer_test::reference, float>>(c, weights.data(), average.data(), 1, 0.99996);
  CHECK(average[0] == static_cast<float>(1 - 0.99996));
}

/// w <- w - trust, with norms of the weights and of the gradients: to see what becomes of them.
struct show_norms {
  struct options {
    gradient_clip clip{};
  };
  static constexpr int slots = 0;
  template <class T>
  struct update {
    update(options const&, ssl::index, ssl::parameter_traits) {}
    T measured(T, T gradient, T const*, ssl::index) const { return gradient; }
    T trust(T weight_norm, T measured_norm) const { return 100 * weight_norm + measured_norm; }
    void operator()(T& weight, T, T*, ssl::index, T trust) const { weight -= trust; }
    friend bool operator==(update const&, update const&) = default;
  };
};
static_assert(ssl::optimizer<show_norms>);

TEST_CASE("an optimizer that adapts to tensors is given the norms of each, in a repeat of each iteration, after clipping") {
  for (auto const scope : {clip_scope::none, clip_scope::global, clip_scope::per_tensor}) {
    std::vector<ssl::block_record> t{block(0, 2), block(48, 1)};
    t[0].times = 3, t[0].stride = 16;
    parameters<show_norms> p(t, 64);
    p.weights[0] = 5, p.weights[1] = 12, p.weights[16] = 2, p.weights[48] = -1;
    p.gradients[0] = 3, p.gradients[1] = -4, p.gradients[33] = -8, p.gradients[48] = 2;
    p.step({.clip = {.norm = 1, .scope = scope, .epsilon = 0}}, 0);
    auto const norm = [&](double gradient) {
      double const all = std::sqrt(25 + 64 + 4);
      return scope == clip_scope::none ? gradient : scope == clip_scope::global ? gradient / all : std::min(1.0, gradient);
    };
    CHECK(p.weights[0] == doctest::Approx(5 - 1300 - norm(5)).epsilon(1e-14));
    CHECK(p.weights[1] == doctest::Approx(12 - 1300 - norm(5)).epsilon(1e-14));
    CHECK(p.weights[16] == doctest::Approx(2 - 200 - norm(0)).epsilon(1e-14));
    CHECK(p.weights[33] == doctest::Approx(-norm(8)).epsilon(1e-14));
    CHECK(p.weights[48] == doctest::Approx(-1 - 100 - norm(2)).epsilon(1e-14));
  }
}

TEST_CASE("scratch memory holds two numbers a block and one more") {
  auto const t = with_repeat();
  CHECK(update_scratch(t.data(), 4) == 2 * (1 + 3 + 3 + 1) + 1);
}

}  // namespace
