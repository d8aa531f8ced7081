// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ssl/backends/cpu/cpu.hpp"
#include "unit/backends/capability_cases.hpp"

namespace backend_tests {
namespace {

using ssl::backends::convolution;
using ssl::backends::cpu;

struct case_config {
  int n, h, w, in, out, kernel_h, kernel_w, stride, padding;
};
constexpr case_config cases[] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 0},     {2, 5, 4, 1, 2, 3, 3, 1, 1},    {3, 7, 9, 3, 31, 3, 3, 2, 1},
    {2, 8, 8, 32, 33, 3, 3, 1, 1},   {1, 9, 5, 33, 32, 1, 1, 2, 0},  {2, 6, 7, 2, 5, 5, 3, 1, 4},
    {2, 11, 10, 17, 64, 3, 3, 3, 1}, {1, 12, 13, 5, 7, 4, 2, 3, 2},  {3, 16, 16, 3, 20, 7, 7, 2, 3},
    {1, 16, 16, 3, 48, 8, 8, 8, 0},  {40, 4, 4, 64, 40, 3, 3, 1, 1}, {2, 40, 37, 31, 33, 3, 3, 1, 1},
    {13, 19, 23, 3, 32, 3, 3, 1, 1}, {2, 3, 300, 40, 5, 3, 3, 1, 1}, {1, 3, 3, 4, 4, 2, 2, 4, 0},
    {300, 5, 5, 9, 12, 2, 2, 1, 0},  {1, 8, 7, 6000, 2, 8, 8, 1, 1},
};

convolution geometry(case_config const& c) {
  return {.n = c.n,
          .h = c.h,
          .w = c.w,
          .c_in = c.in,
          .out_h = (c.h + 2 * c.padding - c.kernel_h) / c.stride + 1,
          .out_w = (c.w + 2 * c.padding - c.kernel_w) / c.stride + 1,
          .c_out = c.out,
          .kernel_h = c.kernel_h,
          .kernel_w = c.kernel_w,
          .stride = c.stride,
          .padding = c.padding};
}

template <class T>
struct tensors {
  guarded<T> x, weight, bias, gy, gweight;
  explicit tensors(convolution const& g)
      : x(index{g.n} * g.h * g.w * g.c_in, 1),
        weight(g.c_out * g.patch(), 2),
        bias(g.c_out, 3),
        gy(g.rows() * g.c_out, 4),
        gweight(weight.count, 5) {}
};

template <class T>
struct outcome {
  guarded<T> y, y_biased, gx, gweight;
};

template <class T>
outcome<T> run(cpu::context& context, convolution const& g, tensors<T> const& t) {
  outcome<T> o{guarded<T>(t.gy.count), guarded<T>(t.gy.count), guarded<T>(t.x.count), t.gweight};
  guarded<T> workspace(cpu::convolution_workspace<T>(g));
  cpu::convolution_forward<T>(context, g, t.x.data(), t.weight.data(), nullptr, o.y.data(), workspace.data());
  cpu::convolution_forward<T>(context, g, t.x.data(), t.weight.data(), t.bias.data(), o.y_biased.data(), workspace.data());
  cpu::convolution_backward_input<T>(context, g, t.gy.data(), t.weight.data(), o.gx.data(), workspace.data());
  cpu::convolution_backward_weight<T>(context, g, t.x.data(), t.gy.data(), o.gweight.data(), workspace.data());
  for (guarded<T> const* a : {&workspace, &o.y, &o.y_biased, &o.gx, &o.gweight}) CHECK(a->intact());
  return o;
}

/// The definition, in double.
template <class T>
struct definition {
  std::vector<double> y, y_biased, gx, gweight;
  definition(convolution const& g, tensors<T> const& t)
      : y(static_cast<std::size_t>(t.gy.count)),
        y_biased(y),
        gx(static_cast<std::size_t>(t.x.count)),
        gweight(t.gweight.data(), t.gweight.data() + t.gweight.count) {
    for (index r = 0; r < g.rows(); ++r)
      for (index o = 0; o < g.c_out; ++o) {
        double sum = 0;
        index const n = r / (g.out_h * g.out_w), oy = r / g.out_w % g.out_h, ox = r % g.out_w;
        double const gy = t.gy[r * g.c_out + o];
        for (int ky = 0; ky < g.kernel_h; ++ky)
          for (int kx = 0; kx < g.kernel_w; ++kx) {
            index const iy = oy * g.stride - g.padding + ky, ix = ox * g.stride - g.padding + kx;
            if (iy < 0 || iy >= g.h || ix < 0 || ix >= g.w) continue;
            for (int c = 0; c < g.c_in; ++c) {
              index const at = ((n * g.h + iy) * g.w + ix) * g.c_in + c,
                          tap = ((o * g.kernel_h + ky) * g.kernel_w + kx) * g.c_in + c;
              sum += static_cast<double>(t.x[at]) * static_cast<double>(t.weight[tap]);
              gx[static_cast<std::size_t>(at)] += gy * static_cast<double>(t.weight[tap]);
              gweight[static_cast<std::size_t>(tap)] += gy * static_cast<double>(t.x[at]);
            }
          }
        y[static_cast<std::size_t>(r * g.c_out + o)] = sum;
        y_biased[static_cast<std::size_t>(r * g.c_out + o)] = sum + static_cast<double>(t.bias[o]);
      }
  }
};

TEST_CASE_TEMPLATE("cpu: convolution agrees with its definition, with the same bits for 1, 2 and 3 threads", T, float, double) {
  cpu::context one{{.threads = 1}}, two{{.threads = 2}}, three{{.threads = 3}};
  for (case_config const& c : cases) {
    convolution const g = geometry(c);
    INFO("n " << g.n << " h " << g.h << " w " << g.w << " in " << g.c_in << " out " << g.c_out << " kernel " << g.kernel_h
              << " x " << g.kernel_w << " stride " << g.stride << " padding " << g.padding);
    tensors<T> const t(g);
    outcome<T> const found = run(one, g, t);
    definition<T> const expected(g, t);
    CHECK(difference(found.y, expected.y) < tolerance::relative<T>);
    CHECK(difference(found.y_biased, expected.y_biased) < tolerance::relative<T>);
    CHECK(difference(found.gx, expected.gx) < tolerance::relative<T>);
    CHECK(difference(found.gweight, expected.gweight) < tolerance::relative<T>);
    for (cpu::context* context : {&two, &three}) {
      outcome<T> const again = run(*context, g, t);
      CHECK(same_bits(again.y, found.y));
      CHECK(same_bits(again.y_biased, found.y_biased));
      CHECK(same_bits(again.gx, found.gx));
      CHECK(same_bits(again.gweight, found.gweight));
    }
  }
}

}  // namespace
}  // namespace backend_tests
