// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cstdlib>

#include "counted_memory.hpp"
#include "ssl/backends/cpu/cpu.hpp"
#include "unit/backends/capability_cases.hpp"

namespace backend_tests {
namespace {

using ssl::backends::cpu;

template <class T>
void call_everything(cpu::context& c, guarded<T>& a, guarded<T>& b) {
  T *x = a.data(), *y = b.data();
  for (gemm_form form : {gemm_form::nn, gemm_form::nt, gemm_form::tn})
    cpu::gemm(
        c, product<T>{
               .form = form, .m = 300, .n = 300, .k = 300, .a = x, .lda = 300, .b = x + 90'000, .ldb = 300, .c = y, .ldc = 300});
  cpu::map2d(c, 100, 1000, place_cell<T>{y, 1000});
  cpu::sum_rows(c, 100, 1000, value_cell<T>{x, 1000}, store_cell<T>{y});
  cpu::sum_cols(c, 1000, 100, value_cell<T>{x, 100}, store_cell<T>{y});
  constexpr ssl::backends::convolution g{.n = 4,
                                         .h = 16,
                                         .w = 16,
                                         .c_in = 8,
                                         .out_h = 8,
                                         .out_w = 8,
                                         .c_out = 16,
                                         .kernel_h = 3,
                                         .kernel_w = 3,
                                         .stride = 2,
                                         .padding = 1};
  static_assert(cpu::convolution_workspace<T>(g) < 90'000);
  cpu::convolution_forward<T>(c, g, x, x + 90'000, nullptr, y, y + 90'000);
  cpu::convolution_backward_input<T>(c, g, x, x + 90'000, y, y + 90'000);
  cpu::convolution_backward_weight<T>(c, g, x, x + 90'000, y, y + 90'000);
  cpu::batch_norm_statistics<T>(c, 1000, 60, x, y, y + 60);
  cpu::batch_norm_apply<T>(c, 1000, 60, x, x, x, y);
  cpu::batch_norm_backward_sums<T>(c, 1000, 60, x, x, x, x, y, y + 60);
  cpu::batch_norm_backward_apply<T>(c, 1000, 60, x, x, x, x, x, x, x, y);
  static_assert(cpu::nt_xent_workspace(260, 60) < 90'000);
  cpu::nt_xent_tiled<T>(c, 260, 60, x, T(1), T(1), y, y + 60, y + 90'000);
  constexpr ssl::backends::attention h{.n = 2, .tokens = 200, .heads = 3, .head_width = 16};
  cpu::attention_forward<T>(c, h, x, y, y + 90'000, nullptr);
  cpu::attention_backward<T>(c, h, x, y, y, y + 90'000, y + 100'000, nullptr);
}

TEST_CASE_TEMPLATE("cpu: after construction nothing allocates, in any thread" * doctest::skip(!counted_memory::works()), T, float,
                   double) {
  guarded<T> a(200'000, 1), b(200'000, 2);
  for (int threads : {1, 2, 3}) {
    INFO("threads " << threads);
    cpu::context context{{.threads = threads}};
    auto const one = counted_memory::during([] {
      void* volatile const memory = std::malloc(1);
      std::free(memory);
    });
    CHECK(one.requests == 1);
    auto const asked = counted_memory::during([&] { call_everything(context, a, b); });
    CHECK(asked.requests == 0);
  }
}

}  // namespace
}  // namespace backend_tests
