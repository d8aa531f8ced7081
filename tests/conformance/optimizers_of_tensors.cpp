// SPDX-License-Identifier: Apache-2.0
#include "conformance/optimizer_case.hpp"
#include "ssl/optimizers/lamb.hpp"
#include "ssl/optimizers/lars.hpp"

namespace {

using namespace ssl::optimizers;
using conformance::optimizer_case;

TEST_CASE("backends agree on steps of optimizers that adapt to tensors") {
  using simclr = lars<lars_config{.form = lars_form::simclr}>;
  using solo = lars<lars_config{.form = lars_form::solo}>;
  conformance::expect_optimizers_agree<
      optimizer_case<"lars of SimCLR, clipped by one norm", simclr, clip_scope::global, decay_scope::weights>,
      optimizer_case<"lars of solo-learn, clipped by tensor", solo, clip_scope::per_tensor, decay_scope::all>,
      optimizer_case<"lamb", lamb<>, clip_scope::none, decay_scope::weights>>();
}

}  // namespace
