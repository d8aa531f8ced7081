// SPDX-License-Identifier: Apache-2.0
#include "ssl/layers/batch_norm.hpp"
#include "unit/layers/on_reference.hpp"

namespace {

using namespace ssl;
using namespace ssl::layers;

constexpr shape rows{.n = 4, .c = 1};

TEST_CASE("batch_norm: biased variance normalises, unbiased variance is remembered with momentum 0.1") {
  unit::on_reference<batch_norm<>, rows> net;
  net.initialise(0);
  double const deviation = std::sqrt(5 + 1e-5);  // of 0, 2, 4, 6: mean 3, variance 5 (biased), 20 / 3 (unbiased)
  CHECK(unit::close(net.forward({0, 2, 4, 6}), {-3 / deviation, -1 / deviation, 1 / deviation, 3 / deviation}));
  CHECK(unit::close(net.buffer("running_mean"), {0.3}));
  CHECK(unit::close(net.buffer("running_var"), {0.9 + 0.1 * 20 / 3}));
}

TEST_CASE("batch_norm: two groups have their own statistics, and the running ones follow once for each, in order") {
  unit::on_reference<batch_norm<>, rows, execution{.statistics_groups = 2}> net;
  net.initialise(0);
  double const a = 1 / std::sqrt(1 + 1e-5), b = 2 / std::sqrt(4 + 1e-5);
  CHECK(unit::close(net.forward({1, 3, 10, 14}), {-a, a, -b, b}));
  CHECK(unit::close(net.buffer("running_mean"), {0.9 * 0.2 + 0.1 * 12}));
  CHECK(unit::close(net.buffer("running_var"), {0.9 * (0.9 + 0.1 * 2) + 0.1 * 8}));
}

TEST_CASE("batch_norm: evaluation uses the running statistics and leaves them") {
  unit::on_reference<batch_norm<>, rows, execution{.mode = execution_mode::evaluation}> net;
  net.initialise(0);
  net.set_buffer("running_mean", {2});
  net.set_buffer("running_var", {4 - 1e-5});
  CHECK(unit::close(net.forward({0, 2, 4, 6}), {-1, 0, 1, 2}));
  CHECK(net.buffer("running_mean") == unit::numbers{2});
  CHECK(net.buffer("running_var") == unit::numbers{4 - 1e-5});
}

TEST_CASE("batch_norm: names and initial values; a scale that starts at zero") {
  unit::on_reference<batch_norm<batch_norm_config{.affine = affine::scale, .scale_millionths = 0}>, rows> net;
  CHECK(unit::listed(net.parameters()) == std::vector<std::string>{"weight 1"});
  CHECK(unit::listed(net.buffers()) == std::vector<std::string>{"running_mean 1", "running_var 1"});
  net.initialise(0);
  CHECK(net.parameter("weight") == unit::numbers{0});
  CHECK(net.buffer("running_var") == unit::numbers{1});
  CHECK(net.forward({0, 2, 4, 6}) == unit::numbers{0, 0, 0, 0});
}

}  // namespace
