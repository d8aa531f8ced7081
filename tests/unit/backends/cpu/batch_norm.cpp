// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ssl/backends/cpu/cpu.hpp"
#include "unit/backends/capability_cases.hpp"

namespace backend_tests {
namespace {

using ssl::backends::cpu;

constexpr extents sizes[] = {{1, 1},     {2, 31},   {31, 33},    {33, 32},     {127, 16},   {256, 65},   {300, 7},
                             {1000, 64}, {4099, 3}, {5003, 129}, {40'009, 17}, {3, 20'011}, {17, 60'000}};

template <class T>
struct tensors {
  guarded<T> x, gy, scale;
  tensors(extents const& e, T offset) : x(e.rows * e.cols, 1), gy(e.rows * e.cols, 2), scale(e.cols, 3) {
    for (index i = 0; i < x.count; ++i) x[i] += offset;
  }
};

template <class T>
struct outcome {
  guarded<T> mean, variance, y, sum_gy, sum_gy_normal, gx, gx_unscaled;
};

template <class T>
outcome<T> run(cpu::context& context, extents const& e, tensors<T> const& t) {
  index const all = e.rows * e.cols;
  outcome<T> o{guarded<T>(e.cols), guarded<T>(e.cols), guarded<T>(all), guarded<T>(e.cols),
               guarded<T>(e.cols), guarded<T>(all),    guarded<T>(all)};
  cpu::batch_norm_statistics<T>(context, e.rows, e.cols, t.x.data(), o.mean.data(), o.variance.data());
  guarded<T> rstd(e.cols);
  for (index c = 0; c < e.cols; ++c) rstd[c] = T(1) / std::sqrt(o.variance[c] + T(1e-5));
  cpu::batch_norm_apply<T>(context, e.rows, e.cols, t.x.data(), t.scale.data(), o.mean.data(), o.y.data());
  cpu::batch_norm_backward_sums<T>(context, e.rows, e.cols, t.gy.data(), t.x.data(), o.mean.data(), rstd.data(), o.sum_gy.data(),
                                   o.sum_gy_normal.data());
  for (auto const& [scale, gx] : {std::pair{t.scale.data(), &o.gx}, std::pair{static_cast<T const*>(nullptr), &o.gx_unscaled}})
    cpu::batch_norm_backward_apply<T>(context, e.rows, e.cols, t.gy.data(), t.x.data(), o.mean.data(), rstd.data(), scale,
                                      o.sum_gy.data(), o.sum_gy_normal.data(), gx->data());
  for (guarded<T> const* a : {&o.mean, &o.variance, &o.y, &o.sum_gy, &o.sum_gy_normal, &o.gx, &o.gx_unscaled}) CHECK(a->intact());
  return o;
}

/// The formulas in double; what the calls take from one another is taken from `found`.
template <class T>
void expect_definition(extents const& e, tensors<T> const& t, outcome<T> const& found, double allowed) {
  auto wide = [](index count) { return std::vector<double>(static_cast<std::size_t>(count)); };
  auto mean = wide(e.cols), variance = wide(e.cols), y = wide(t.x.count), sum = wide(e.cols), product = wide(e.cols);
  auto gx = wide(t.x.count), gx_unscaled = wide(t.x.count);
  auto const rows = static_cast<double>(e.rows);
  for (index c = 0; c < e.cols; ++c) {
    auto const k = static_cast<std::size_t>(c);
    for (index r = 0; r < e.rows; ++r) mean[k] += static_cast<double>(t.x[r * e.cols + c]) / rows;
    for (index r = 0; r < e.rows; ++r) variance[k] += std::pow(static_cast<double>(t.x[r * e.cols + c]) - mean[k], 2) / rows;
    double const m = static_cast<double>(found.mean[c]), rstd = 1 / std::sqrt(static_cast<double>(found.variance[c]) + 1e-5);
    auto normal = [&](index r) { return (static_cast<double>(t.x[r * e.cols + c]) - m) * rstd; };
    for (index r = 0; r < e.rows; ++r) {
      double const gy = static_cast<double>(t.gy[r * e.cols + c]);
      sum[k] += gy, product[k] += gy * normal(r);
      y[static_cast<std::size_t>(r * e.cols + c)] =
          static_cast<double>(t.x[r * e.cols + c]) * static_cast<double>(t.scale[c]) + m;
    }
    for (index r = 0; r < e.rows; ++r) {
      auto const i = static_cast<std::size_t>(r * e.cols + c);
      gx_unscaled[i] = rstd * (static_cast<double>(t.gy[r * e.cols + c]) - sum[k] / rows - normal(r) * product[k] / rows);
      gx[i] = gx_unscaled[i] * static_cast<double>(t.scale[c]);
    }
  }
  CHECK(difference(found.mean, mean) < allowed);
  CHECK(difference(found.variance, variance) < allowed);
  CHECK(difference(found.y, y) < allowed);
  CHECK(difference(found.sum_gy, sum) < allowed);
  CHECK(difference(found.sum_gy_normal, product) < allowed);
  if (e.rows < 2) return;  // with one row the gradient is zero but for rounding
  CHECK(difference(found.gx, gx) < allowed);
  CHECK(difference(found.gx_unscaled, gx_unscaled) < allowed);
}

TEST_CASE_TEMPLATE("cpu: batch normalisation agrees with its formulas, with the same bits for 1, 2 and 3 threads", T, float,
                   double) {
  cpu::context one{{.threads = 1}}, two{{.threads = 2}}, three{{.threads = 3}};
  for (extents const& e : sizes) {
    INFO("rows " << e.rows << " cols " << e.cols);
    tensors<T> const t(e, T(0));
    outcome<T> const found = run(one, e, t);
    expect_definition(e, t, found, tolerance::relative<T>);
    for (cpu::context* context : {&two, &three}) {
      outcome<T> const again = run(*context, e, t);
      CHECK(same_bits(again.mean, found.mean));
      CHECK(same_bits(again.variance, found.variance));
      CHECK(same_bits(again.y, found.y));
      CHECK(same_bits(again.sum_gy, found.sum_gy));
      CHECK(same_bits(again.sum_gy_normal, found.sum_gy_normal));
      CHECK(same_bits(again.gx, found.gx));
    }
  }
}

TEST_CASE("cpu: the variance keeps its digits where the mean is a thousand deviations away") {
  cpu::context context{{.threads = 1}};
  extents const e{5003, 33};
  tensors<float> const t(e, 1000.0f);
  expect_definition(e, t, run(context, e, t), 2e-4);
}

}  // namespace
}  // namespace backend_tests
