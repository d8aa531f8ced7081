// SPDX-License-Identifier: Apache-2.0
//
// The four capabilities that a backend must have.
#include "matrix.hpp"
#include "ssl/ops/activation.hpp"
#include "ssl/ops/arithmetic.hpp"
#include "ssl/testing/network.hpp"

namespace {

using ssl::index;

template <class Backend, class T>
struct arrays {
  arrays(typename Backend::context& c, index in, index out) : context(c), x(c, in), y(c, out) {
    x.write(0, ssl::testing::random_values<T>(in, 1, 1));
  }
  typename Backend::context& context;
  ssl::testing::guarded_array<Backend, T> x, y;
};

template <index Rows, index Cols>
struct map_case {
  static constexpr char const* name = "map2d, ReLU of 4096 x 256";
  template <class Backend, class T>
  struct bound : arrays<Backend, T> {
    explicit bound(typename Backend::context& c) : arrays<Backend, T>(c, Rows * Cols, Rows * Cols) {}
    void run() {
      Backend::map2d(this->context, Rows, Cols,
                     ssl::ops::activation_cell<ssl::ops::relu_function, T>{this->x.data(), this->y.data(), Cols});
    }
    static constexpr bench::work work{.bytes = 2.0 * Rows * Cols * sizeof(T)};
  };
};

enum class along { rows, columns };

template <along Along, index Rows, index Cols>
struct sum_case {
  static constexpr char const* name = Along == along::rows ? "sum_rows of 4096 x 256" : "sum_cols of 4096 x 256";
  template <class Backend, class T>
  struct bound : arrays<Backend, T> {
    explicit bound(typename Backend::context& c) : arrays<Backend, T>(c, Rows * Cols, Rows + Cols) {}
    void run() {
      ssl::ops::value_at<T> const value{this->x.data(), Cols};
      ssl::ops::store<T> const store{this->y.data()};
      if constexpr (Along == along::rows)
        Backend::sum_rows(this->context, Rows, Cols, value, store);
      else
        Backend::sum_cols(this->context, Rows, Cols, value, store);
    }
    static constexpr bench::work work{.flop = 1.0 * Rows * Cols, .bytes = 1.0 * Rows * Cols * sizeof(T)};
  };
};

template <ssl::backends::gemm_form Form, index Size>
struct gemm_case {
  static constexpr char const* names[] = {"gemm NN, 128", "gemm NT, 128", "gemm TN, 128"};
  static constexpr char const* name = names[static_cast<int>(Form)];
  template <class Backend, class T>
  struct bound : arrays<Backend, T> {
    explicit bound(typename Backend::context& c) : arrays<Backend, T>(c, 2 * Size * Size, Size * Size) {}
    void run() {
      T const* const x = this->x.data();
      Backend::gemm(this->context, ssl::backends::product<T>{.form = Form,
                                                             .m = Size,
                                                             .n = Size,
                                                             .k = Size,
                                                             .a = x,
                                                             .lda = Size,
                                                             .b = x + Size * Size,
                                                             .ldb = Size,
                                                             .c = this->y.data(),
                                                             .ldc = Size});
    }
    static constexpr bench::work work{.flop = 2.0 * Size * Size * Size, .bytes = 3.0 * Size * Size * sizeof(T)};
  };
};

using ssl::backends::gemm_form;
[[maybe_unused]] auto const added =
    bench::add<map_case<4096, 256>, sum_case<along::rows, 4096, 256>, sum_case<along::columns, 4096, 256>,
               gemm_case<gemm_form::nn, 128>, gemm_case<gemm_form::nt, 128>, gemm_case<gemm_form::tn, 128>>();

}  // namespace
