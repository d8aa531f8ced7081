// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ssl/backends/cpu/cpu.hpp"
#include "ssl/backends/cpu/detail/pairing.hpp"
#include "unit/backends/capability_cases.hpp"

namespace backend_tests {
namespace {

using ssl::backends::cpu;

template <class T>
struct outcome {
  T loss;
  guarded<T> gz;
};

constexpr double weight = 0.75;

template <class T>
outcome<T> run(cpu::context& context, guarded<T> const& z, index rows, index width, double temperature) {
  outcome<T> o{T(0), guarded<T>(z.count)};
  guarded<T> workspace(cpu::nt_xent_workspace(rows, width));
  T alone;
  cpu::nt_xent_tiled<T>(context, rows, width, z.data(), T(temperature), T(weight), &o.loss, o.gz.data(), workspace.data());
  cpu::nt_xent_tiled<T>(context, rows, width, z.data(), T(temperature), T(weight), &alone, nullptr, workspace.data());
  CHECK(alone == o.loss);
  CHECK(o.gz.intact());
  CHECK(workspace.intact());
  return o;
}

/// The formula, in double, one anchor at a time.
template <class T>
struct definition {
  double loss = 0;
  std::vector<double> gz;
  definition(guarded<T> const& z, index rows, index width, double temperature) : gz(static_cast<std::size_t>(z.count)) {
    auto at = [&](index r, index d) { return static_cast<std::size_t>(r * width + d); };
    std::vector<double> u(gz.size()), gu(gz.size()), norm(static_cast<std::size_t>(rows)), e(norm);
    for (index r = 0; r < rows; ++r) {
      double square = 0;
      for (index d = 0; d < width; ++d) square += static_cast<double>(z[r * width + d]) * static_cast<double>(z[r * width + d]);
      norm[static_cast<std::size_t>(r)] = std::sqrt(square);
      for (index d = 0; d < width; ++d) u[at(r, d)] = static_cast<double>(z[r * width + d]) / std::fmax(std::sqrt(square), 1e-12);
    }
    for (index i = 0; i < rows; ++i) {
      index const partner = (i + rows / 2) % rows;
      double largest = -1e300, sum = 0, positive = 0;
      for (index j = 0; j < rows; ++j) {
        double s = 0;
        for (index d = 0; d < width; ++d) s += u[at(i, d)] * u[at(j, d)] / temperature;
        e[static_cast<std::size_t>(j)] = s;
        if (j != i) largest = std::fmax(largest, s);
        if (j == partner) positive = s;
      }
      for (index j = 0; j < rows; ++j) {
        double& x = e[static_cast<std::size_t>(j)];
        x = j == i ? 0 : std::exp(x - largest), sum += x;
      }
      loss += (largest + std::log(sum) - positive) / static_cast<double>(rows);
      for (index j = 0; j < rows; ++j) {
        double const g =
            (e[static_cast<std::size_t>(j)] / sum - (j == partner ? 1 : 0)) * weight / temperature / static_cast<double>(rows);
        for (index d = 0; d < width; ++d) gu[at(i, d)] += g * u[at(j, d)], gu[at(j, d)] += g * u[at(i, d)];
      }
    }
    for (index r = 0; r < rows; ++r) {
      double dot = 0;
      double const n = norm[static_cast<std::size_t>(r)];
      for (index d = 0; d < width; ++d) dot += u[at(r, d)] * gu[at(r, d)];
      for (index d = 0; d < width; ++d) gz[at(r, d)] = n > 1e-12 ? (gu[at(r, d)] - dot * u[at(r, d)]) / n : gu[at(r, d)] / 1e-12;
    }
  }
};

struct case_config {
  index rows, width;
  double temperature;
};
constexpr case_config cases[] = {{4, 1, 0.5},     {4, 3, 0.5},     {6, 31, 0.1},    {64, 32, 0.5},   {66, 33, 0.07},
                                 {130, 128, 0.2}, {194, 17, 0.5},  {258, 5, 0.005}, {70, 9, 0.002},  {320, 300, 1.0},
                                 {1000, 64, 0.3}, {2182, 16, 0.1}, {2830, 3, 0.1},  {2830, 3, 0.002}};

TEST_CASE_TEMPLATE("cpu: tiled NT-Xent agrees with its formula, with the same bits for 1, 2 and 3 threads", T, float, double) {
  cpu::context one{{.threads = 1}}, two{{.threads = 2}}, three{{.threads = 3}};
  for (case_config const& c : cases) {
    index const rows = c.rows, width = c.width;
    double const temperature = c.temperature;
    INFO("rows " << rows << " width " << width << " temperature " << temperature);
    guarded<T> const z(rows * width, 1);
    outcome<T> const found = run(one, z, rows, width, temperature);
    definition<T> const expected(z, rows, width, temperature);
    // A similarity of size 1 / temperature carries a rounding error of that size into the exponent.
    double const allowed = tolerance::relative<T> * std::fmax(1.0, 0.1 / temperature);
    CHECK(std::fabs(static_cast<double>(found.loss) - expected.loss) <= allowed * std::fmax(std::fabs(expected.loss), 1.0));
    if (width > 1) CHECK(difference(found.gz, expected.gz) < allowed);  // of one number the direction alone: no gradient
    for (cpu::context* context : {&two, &three}) {
      outcome<T> const again = run(*context, z, rows, width, temperature);
      CHECK(again.loss == found.loss);
      CHECK(same_bits(again.gz, found.gz));
    }
  }
}

TEST_CASE("cpu: tiled NT-Xent takes a zero row, and a row that is not a number shows in the loss") {
  cpu::context context{{.threads = 1}};
  guarded<double> z(8 * 3, 1);
  for (index d = 0; d < 3; ++d) z[d] = 0;
  outcome<double> const found = run(context, z, 8, 3, 0.5);
  definition<double> const expected(z, 8, 3, 0.5);
  CHECK(found.loss == doctest::Approx(expected.loss).epsilon(1e-12));
  CHECK(difference(found.gz, expected.gz) < tolerance::relative<double>);
  z[4] = std::numeric_limits<double>::quiet_NaN();
  guarded<double> workspace(cpu::nt_xent_workspace(8, 3));
  double loss = 0;
  cpu::nt_xent_tiled<double>(context, 8, 3, z.data(), 0.5, 1.0, &loss, nullptr, workspace.data());
  CHECK(std::isnan(loss));
}

TEST_CASE("the rounds of a pairing hold every pair once, and nobody twice in a round") {
  for (index teams : {1, 2, 3, 4, 7, 8, 31}) {
    ssl::backends::cpu_kernels::pairing const games{teams};
    std::vector<int> met(static_cast<std::size_t>(teams * teams));
    for (index round = 0; teams > 1 && round < games.rounds(); ++round) {
      std::vector<int> plays(static_cast<std::size_t>(teams + 1));
      for (index i = 0; i < games.pairs(); ++i) {
        auto const [a, b] = games.at(round, i);
        REQUIRE((a >= 0 && a < b && b <= teams));
        CHECK(++plays[static_cast<std::size_t>(a)] == 1);
        CHECK(++plays[static_cast<std::size_t>(b)] == 1);
        if (b < teams) ++met[static_cast<std::size_t>(a * teams + b)];
      }
    }
    for (index a = 0; a < teams; ++a)
      for (index b = 0; b < teams; ++b) CHECK(met[static_cast<std::size_t>(a * teams + b)] == (a < b ? 1 : 0));
  }
}

}  // namespace
}  // namespace backend_tests
