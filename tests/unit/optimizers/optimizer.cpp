// SPDX-License-Identifier: Apache-2.0
#include "ssl/optimizers/optimizer.hpp"

#include <doctest/doctest.h>

/// Not in the namespace without a name, where clang would say that nobody reads their constants.
namespace no_optimizers {

struct without_update {
  struct options {};
  static constexpr int slots = 0;
};
struct without_comparison {
  struct options {};
  static constexpr int slots = 0;
  template <class T>
  struct update {
    update(options const&, ssl::index, ssl::parameter_kind) {}
    void operator()(T&, T, T*, ssl::index) const {}
  };
};

}  // namespace no_optimizers

namespace {

using namespace ssl::optimizers;
using ssl::parameter_kind;

TEST_CASE("what is no optimizer") {
  CHECK_FALSE(ssl::optimizer<int>);
  CHECK_FALSE(ssl::optimizer<no_optimizers::without_update>);
  CHECK_FALSE(ssl::optimizer<no_optimizers::without_comparison>);
}

TEST_CASE("which kinds decay") {
  CHECK(decays(decay_scope::all, parameter_kind::norm_shift));
  CHECK(decays(decay_scope::weights, parameter_kind::weight));
  CHECK_FALSE(decays(decay_scope::weights, parameter_kind::token));
  CHECK(decays(decay_scope::weights_and_tokens, parameter_kind::position));
  CHECK_FALSE(decays(decay_scope::weights_and_tokens, parameter_kind::norm_scale));
}

}  // namespace
