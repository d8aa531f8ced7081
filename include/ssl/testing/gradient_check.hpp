// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <algorithm>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/testing/network.hpp"

namespace ssl::testing {

/// The worst disagreement between a gradient and its finite difference.
struct gradient_report {
  double worst = 0;         ///< |analytic - numeric| / max(|analytic|, |numeric|, largest gradient / 1000)
  std::string where;        ///< "x[3]", "blocks.1.attn.qkv.weight[17]"
  double analytic = 0;
  double numeric = 0;
  double largest = 0;       ///< of all gradients; 0 would mean that nothing was checked
  index elements = 0;       ///< how many derivatives were compared
};

struct gradient_check_options {
  double step = 1e-5;        ///< of the central difference
  std::uint64_t seed = 1;
  double low = -1, high = 1; ///< range of x; keep it away from kinks
  double smallest_gap = 0;   ///< x is redrawn closer to 0 than this: kinks at 0
  std::span<std::int32_t const> mask{};  ///< mask wire, for layers that read one
  double drop_path_rate = 0;
};

namespace detail {

/// Fills the report from gradients by name.
struct gradient_comparison {
  std::string name;
  std::vector<double> analytic, numeric;
};

inline gradient_report compare_gradients(std::vector<gradient_comparison> const& all) {
  gradient_report report;
  for (gradient_comparison const& c : all)
    for (double g : c.analytic) report.largest = std::max(report.largest, std::abs(g));
  for (gradient_comparison const& c : all)
    for (std::size_t i = 0; i < c.analytic.size(); ++i) {
      double const a = c.analytic[i], n = c.numeric[i];
      double const error = std::abs(a - n) / std::max({std::abs(a), std::abs(n), report.largest / 1000});
      ++report.elements;
      if (error <= report.worst) continue;  // a NaN is worse than any number
      report.worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
      report.where = c.name + "[" + std::to_string(i) + "]", report.analytic = a, report.numeric = n;
    }
  return report;
}

}  // namespace detail

/// Compares every derivative of sum(y gy) with its central difference, in double on the reference backend: all elements of x and of
/// all parameters, which are drawn by randomise(). gy is fixed and random.
///
/// Cost  two forward passes for every element
template <class Network, shape In, execution How = execution{}>
gradient_report check_gradients(gradient_check_options const& o = {}) {
  single_network<Network, In, backends::reference, double, How> net;
  net.randomise(o.seed);
  net.give_mask(o.mask), net.give_drop_path_rate(o.drop_path_rate);
  std::vector<double> x = random_values<double>(In.elements(), o.seed, 1000, o.low, o.high);
  for (double& v : x)
    if (std::abs(v) < o.smallest_gap) v = v < 0 ? v - o.smallest_gap : v + o.smallest_gap;
  std::vector<double> const gy = random_values<double>(net.output.elements(), o.seed, 1001);
  auto loss = [&] {
    std::vector<double> const y = net.forward(x);
    double sum = 0;
    for (std::size_t i = 0; i < y.size(); ++i) sum += y[i] * gy[i];
    return sum;
  };
  auto slope = [&](double& place, auto&& changed) {
    double const at = place;
    place = at + o.step, changed();
    double const above = loss();
    place = at - o.step, changed();
    double const below = loss();
    place = at, changed();
    return (above - below) / (2 * o.step);
  };

  std::vector<detail::gradient_comparison> all;
  loss();
  all.push_back({"x", net.backward(gy), {}});
  for (block_info const& b : net.parameters()) all.push_back({b.name, net.gradient(b.name), {}});
  for (double& v : x) all[0].numeric.push_back(slope(v, [] {}));
  for (std::size_t i = 1; i < all.size(); ++i) {
    std::vector<double> values = net.parameter(all[i].name);
    for (double& v : values) all[i].numeric.push_back(slope(v, [&] { net.set_parameter(all[i].name, values); }));
  }
  return detail::compare_gradients(all);
}

}  // namespace ssl::testing
