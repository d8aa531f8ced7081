// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "ssl/backends/cpu/cpu.hpp"
#include "unit/backends/capability_cases.hpp"

namespace backend_tests {
namespace {

using ssl::backends::attention;
using ssl::backends::cpu;

constexpr attention cases[] = {
    {.n = 1, .tokens = 1, .heads = 1, .head_width = 1},   {.n = 2, .tokens = 2, .heads = 3, .head_width = 5},
    {.n = 3, .tokens = 31, .heads = 2, .head_width = 16}, {.n = 1, .tokens = 33, .heads = 1, .head_width = 32},
    {.n = 2, .tokens = 65, .heads = 3, .head_width = 64}, {.n = 1, .tokens = 128, .heads = 1, .head_width = 8},
    {.n = 1, .tokens = 129, .heads = 2, .head_width = 7}, {.n = 1, .tokens = 300, .heads = 2, .head_width = 33},
    {.n = 1, .tokens = 37, .heads = 1, .head_width = 300}};

template <class T>
struct tensors {
  guarded<T> qkv, gy;
  explicit tensors(attention const& g) : qkv(g.n * g.tokens * g.row(), 1), gy(g.n * g.tokens * g.width(), 2) {
    for (index i = 0; i < qkv.count; ++i) qkv[i] *= T(6);  // some rows of the softmax are nearly one-hot
  }
};

template <class T>
struct outcome {
  guarded<T> y, gqkv;
};

template <class T>
outcome<T> run(cpu::context& context, attention const& g, tensors<T> const& t) {
  outcome<T> o{guarded<T>(t.gy.count), guarded<T>(t.qkv.count)};
  guarded<T> saved(cpu::attention_saved<T>(g)), alone(t.gy.count);
  cpu::attention_forward<T>(context, g, t.qkv.data(), o.y.data(), saved.data(), nullptr);
  cpu::attention_backward<T>(context, g, t.qkv.data(), o.y.data(), t.gy.data(), saved.data(), o.gqkv.data(), nullptr);
  cpu::attention_forward<T>(context, g, t.qkv.data(), alone.data(), nullptr, nullptr);
  CHECK(same_bits(alone, o.y));
  for (guarded<T> const* a : {&o.y, &o.gqkv, &saved}) CHECK(a->intact());
  return o;
}

/// The definition, in double.
template <class T>
struct definition {
  std::vector<double> y, gqkv;
  definition(attention const& g, tensors<T> const& t)
      : y(static_cast<std::size_t>(t.gy.count)), gqkv(static_cast<std::size_t>(t.qkv.count)) {
    for (index n = 0; n < g.n; ++n)
      for (index h = 0; h < g.heads; ++h)
        for (index i = 0; i < g.tokens; ++i) query(g, t, n, h, i);
  }

 private:
  void query(attention const& g, tensors<T> const& t, index n, index h, index i) {
    auto at = [&](index token, index which, index d) {
      return (n * g.tokens + token) * g.row() + which * g.width() + h * g.head_width + d;
    };
    auto in = [&](index token, index which, index d) { return static_cast<double>(t.qkv[at(token, which, d)]); };
    auto grad = [&](index token, index which, index d) -> double& { return gqkv[static_cast<std::size_t>(at(token, which, d))]; };
    index const row = (n * g.tokens + i) * g.width() + h * g.head_width;
    double const scale = 1 / std::sqrt(static_cast<double>(g.head_width));
    std::vector<double> p(static_cast<std::size_t>(g.tokens)), gp(p);
    double largest = -1e300, sum = 0, dot = 0;
    for (index j = 0; j < g.tokens; ++j) {
      double s = 0;
      for (index d = 0; d < g.head_width; ++d) s += in(i, 0, d) * in(j, 1, d) * scale;
      p[static_cast<std::size_t>(j)] = s, largest = std::max(largest, s);
    }
    for (double& x : p) x = std::exp(x - largest), sum += x;
    for (index j = 0; j < g.tokens; ++j) {
      auto const k = static_cast<std::size_t>(j);
      p[k] /= sum;
      for (index d = 0; d < g.head_width; ++d) {
        double const gy = static_cast<double>(t.gy[row + d]);
        y[static_cast<std::size_t>(row + d)] += p[k] * in(j, 2, d);
        grad(j, 2, d) += p[k] * gy;
        gp[k] += gy * in(j, 2, d);
      }
      dot += p[k] * gp[k];
    }
    for (index j = 0; j < g.tokens; ++j) {
      double const gs = p[static_cast<std::size_t>(j)] * (gp[static_cast<std::size_t>(j)] - dot) * scale;
      for (index d = 0; d < g.head_width; ++d) grad(i, 0, d) += gs * in(j, 1, d), grad(j, 1, d) += gs * in(i, 0, d);
    }
  }
};

TEST_CASE_TEMPLATE("cpu: attention agrees with its definition, with the same bits for 1, 2 and 3 threads", T, float, double) {
  cpu::context one{{.threads = 1}}, two{{.threads = 2}}, three{{.threads = 3}};
  for (attention const& g : cases) {
    INFO("n " << g.n << " tokens " << g.tokens << " heads " << g.heads << " head width " << g.head_width);
    tensors<T> const t(g);
    outcome<T> const found = run(one, g, t);
    definition<T> const expected(g, t);
    CHECK(difference(found.y, expected.y) < tolerance::relative<T>);
    CHECK(difference(found.gqkv, expected.gqkv) < tolerance::relative<T>);
    for (cpu::context* context : {&two, &three}) {
      outcome<T> const again = run(*context, g, t);
      CHECK(same_bits(again.y, found.y));
      CHECK(same_bits(again.gqkv, found.gqkv));
    }
  }
}

}  // namespace
}  // namespace backend_tests
