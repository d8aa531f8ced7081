// SPDX-License-Identifier: Apache-2.0
#include "ssl/testing/loss_check.hpp"

#include <doctest/doctest.h>

namespace {

using namespace ssl::testing;
using ssl::shape;

/// Losses with a fault, to see that the tools find it.
enum class loss_fault { none, wrong_gradient, forgets_weight, adds_to_gradient, writes_outside, reads_workspace };

template <loss_fault Fault>
struct half_square {
  struct options {};
  static constexpr int inputs = 1;
  static constexpr bool accepts(shape const* in) { return in[0].positive(); }
  template <class Env, shape In>
  struct bind {
    using T = typename Env::scalar;
    static constexpr ssl::index workspace = 2;
    static void run(typename Env::context&, options const&, ssl::loss_arguments<T, 1> const& a) {
      *a.loss = Fault == loss_fault::reads_workspace ? a.workspace[0] : T(0);
      T const weight = Fault == loss_fault::forgets_weight ? T(1) : a.weight;
      for (ssl::index i = 0; i < In.elements(); ++i) {
        *a.loss += a.x[0][i] * a.x[0][i] / 2;
        if (a.gx[0] == nullptr) continue;
        T const g = weight * a.x[0][i] * (Fault == loss_fault::wrong_gradient ? T(1.001) : T(1));
        a.gx[0][i] = Fault == loss_fault::adds_to_gradient ? a.gx[0][i] + g : g;
      }
      if (Fault == loss_fault::writes_outside) a.workspace[2] = 1;
    }
  };
};

constexpr shape in{.n = 2, .c = 3};
std::vector<loss_input<double>> const given{{random_values<double>(6, 1, 0)}};

template <loss_fault Fault>
gradient_report report() {
  return check_loss_gradients<half_square<Fault>, in>({}, given, 2);
}

TEST_CASE("a correct loss passes, and everything is compared") {
  gradient_report const r = report<loss_fault::none>();
  CHECK(r.worst < 1e-8);
  CHECK(r.elements == 6);
  CHECK(r.largest > 0.1);
}

TEST_CASE("faults of a loss are found") {
  CHECK(report<loss_fault::wrong_gradient>().worst > 5e-4);
  CHECK(report<loss_fault::forgets_weight>().worst > 0.4);
  CHECK(report<loss_fault::adds_to_gradient>().worst > 1);  // the gradient holds NaN before
  CHECK_THROWS_AS(report<loss_fault::writes_outside>(), std::logic_error);
  CHECK(std::isnan(evaluate_loss<half_square<loss_fault::reads_workspace>, ssl::backends::reference, double, in>({}, given).loss));
}

TEST_CASE("inputs of another size are refused") {
  using loss = half_square<loss_fault::none>;
  CHECK_THROWS_AS((evaluate_loss<loss, ssl::backends::reference, double, in>({}, {{std::vector<double>(5)}})), std::invalid_argument);
  CHECK_THROWS_AS((evaluate_loss<loss, ssl::backends::reference, double, in>({}, {})), std::invalid_argument);
}

}  // namespace
