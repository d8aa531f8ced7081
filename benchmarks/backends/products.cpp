// SPDX-License-Identifier: Apache-2.0
//
// Products of the cpu backend beside Eigen's, one thread: what docs/decisions/0001-products-on-the-cpu.md rests on.
#include <benchmark/benchmark.h>

#include <Eigen/Core>
#include <vector>

#include "ssl/core/philox.hpp"
#include "ssl/cpu.hpp"

namespace {

using ssl::index;
using ssl::backends::gemm_form;

struct extents {
  gemm_form form;
  index m, n, k;
};

extents extents_of(benchmark::State const& state) {
  return {static_cast<gemm_form>(state.range(0)), state.range(1), state.range(2), state.range(3)};
}

struct operands {
  explicit operands(extents e)
      : a(static_cast<std::size_t>(e.m * e.k)), b(static_cast<std::size_t>(e.k * e.n)), c(static_cast<std::size_t>(e.m * e.n)) {
    ssl::draws d({.seed = 1});
    for (float& v : a) v = d.uniform(-1, 1);
    for (float& v : b) v = d.uniform(-1, 1);
  }
  std::vector<float> a, b, c;
};

void count_work(benchmark::State& state, extents e) {
  double const flop = 2.0 * static_cast<double>(e.m * e.n * e.k);
  state.counters["FLOP/s"] = benchmark::Counter(flop, benchmark::Counter::kIsIterationInvariantRate);
  state.SetBytesProcessed(state.iterations() * (e.m * e.k + e.k * e.n + e.m * e.n) * index{sizeof(float)});
}

void own(benchmark::State& state) {
  extents const e = extents_of(state);
  operands o(e);
  ssl::backends::cpu::context context{{.threads = 1}};
  ssl::backends::product<float> const p{.form = e.form,
                                        .m = e.m,
                                        .n = e.n,
                                        .k = e.k,
                                        .a = o.a.data(),
                                        .lda = e.form == gemm_form::tn ? e.m : e.k,
                                        .b = o.b.data(),
                                        .ldb = e.form == gemm_form::nt ? e.k : e.n,
                                        .c = o.c.data(),
                                        .ldc = e.n};
  for (auto _ : state) {
    ssl::backends::cpu::gemm(context, p);
    benchmark::ClobberMemory();
  }
  count_work(state, e);
}

void eigen(benchmark::State& state) {
  using matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using map = Eigen::Map<matrix>;
  extents const e = extents_of(state);
  operands o(e);
  Eigen::setCpuCacheSizes(48 << 10, 1 << 20, 32 << 20);  // in virtual machines Eigen misreads the last one
  Eigen::setNbThreads(1);
  map c(o.c.data(), e.m, e.n);
  for (auto _ : state) {
    if (e.form == gemm_form::nn)
      c.noalias() = map(o.a.data(), e.m, e.k) * map(o.b.data(), e.k, e.n);
    else if (e.form == gemm_form::nt)
      c.noalias() = map(o.a.data(), e.m, e.k) * map(o.b.data(), e.n, e.k).transpose();
    else
      c.noalias() = map(o.a.data(), e.k, e.m).transpose() * map(o.b.data(), e.k, e.n);
    benchmark::ClobberMemory();
  }
  count_work(state, e);
}

/// Products of a small perceptron, of projection heads, of attention, of a weight gradient, and square ones.
void shapes(benchmark::internal::Benchmark* b) {
  auto const add = [b](gemm_form form, index m, index n, index k) { b->Args({static_cast<index>(form), m, n, k}); };
  b->ArgNames({"form", "m", "n", "k"});
  add(gemm_form::nt, 32, 128, 64), add(gemm_form::nn, 32, 64, 128), add(gemm_form::tn, 64, 128, 32);
  add(gemm_form::nt, 65, 65, 64), add(gemm_form::nt, 256, 64, 256), add(gemm_form::nn, 256, 256, 256);
  add(gemm_form::tn, 64, 64, 65'536), add(gemm_form::nn, 1'024, 1'024, 1'024);
}

BENCHMARK(own)->Apply(shapes);
BENCHMARK(eigen)->Apply(shapes);

}  // namespace
