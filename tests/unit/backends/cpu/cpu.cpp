// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/cpu.hpp"

#include <doctest/doctest.h>

#include "unit/backends/capability_cases.hpp"

namespace backend_tests {

using ssl::backends::cpu;

static_assert(ssl::backend<cpu, float> && ssl::backend<cpu, double>);

TEST_CASE_TEMPLATE("cpu: required capabilities agree with the reference", T, float, double) {
  for (int threads : {1, 2, 3}) {
    INFO("threads " << threads);
    cpu::context context{{.threads = threads}};
    CHECK(context.threads() == threads);
    check_map2d<cpu, T>(context);
    check_sums<cpu, T>(context);
    check_gemm<cpu, T>(context);
  }
}

TEST_CASE_TEMPLATE("cpu: sums and products have the same bits for 1, 2 and 3 threads", T, float, double) {
  cpu::context one{{.threads = 1}}, two{{.threads = 2}}, three{{.threads = 3}};
  for (extents const& e : grids) {
    INFO("rows " << e.rows << " cols " << e.cols);
    guarded<T> const x(e.rows * e.cols, 11);
    auto sums = [&](cpu::context& context) {
      guarded<T> y(e.rows + e.cols);
      cpu::sum_rows(context, e.rows, e.cols, value_cell<T>{x.data(), e.cols}, store_cell<T>{y.data()});
      cpu::sum_cols(context, e.rows, e.cols, value_cell<T>{x.data(), e.cols}, store_cell<T>{y.data() + e.rows});
      return y;
    };
    guarded<T> const expected = sums(one);
    CHECK(same_bits(sums(two), expected));
    CHECK(same_bits(sums(three), expected));
  }
  constexpr product_extents larger[] = {{300, 200, 400}, {1000, 32, 500}, {20, 1100, 130}, {520, 600, 700}};
  for (product_extents const& e : larger)
    for (auto form : {ssl::backends::gemm_form::nn, ssl::backends::gemm_form::nt, ssl::backends::gemm_form::tn}) {
      INFO("form " << static_cast<int>(form) << " m " << e.m << " n " << e.n << " k " << e.k);
      guarded<T> const expected = multiply<cpu, T>(one, form, e.m, e.n, e.k, T(1), T(0));
      CHECK(same_bits(multiply<cpu, T>(two, form, e.m, e.n, e.k, T(1), T(0)), expected));
      CHECK(same_bits(multiply<cpu, T>(three, form, e.m, e.n, e.k, T(1), T(0)), expected));
    }
}

TEST_CASE("cpu: memory is aligned to cache lines, large blocks to huge pages, and all of it can be written") {
  cpu::context context{{.threads = 1}};
  std::vector<void*> held;
  for (index bytes : {0, 1, 63, 64, 4095, (4 << 20) - 1, 4 << 20, 5 << 20, (6 << 20) + 1, 7 << 20, 9 << 20, 11 << 20}) {
    INFO("bytes " << bytes);
    void* const memory = cpu::allocate(context, bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % (bytes < 4 << 20 ? 64 : 2 << 20) == 0);
    std::memset(memory, 1, static_cast<std::size_t>(bytes));
    held.push_back(memory);
  }
  for (void* memory : held) cpu::release(context, memory);
}

TEST_CASE("cpu: a sum of many floats keeps its small terms") {
  cpu::context context{{.threads = 2}};
  index const count = 4'000'000;
  guarded<float> x(count);
  for (index i = 0; i < count; ++i) x[i] = 0.1f;
  guarded<float> row(1), column(1);
  cpu::sum_rows(context, 1, count, value_cell<float>{x.data(), count}, store_cell<float>{row.data()});
  cpu::sum_cols(context, count, 1, value_cell<float>{x.data(), 1}, store_cell<float>{column.data()});
  CHECK(row[0] == doctest::Approx(400'000.0).epsilon(1e-5));
  CHECK(column[0] == doctest::Approx(400'000.0).epsilon(1e-4));
}

}  // namespace backend_tests
