// SPDX-License-Identifier: Apache-2.0
#include "conformance/optimizer_case.hpp"
#include "ssl/optimizers/adamw.hpp"
#include "ssl/optimizers/fused_update.hpp"
#include "ssl/optimizers/sgd.hpp"

namespace {

using namespace ssl::optimizers;
using conformance::optimizer_case;

TEST_CASE("backends agree on optimizer steps") {
  using with_nesterov = sgd<sgd_config{.nesterov = nesterov::yes}>;
  conformance::expect_optimizers_agree<
      optimizer_case<"sgd", sgd<>, clip_scope::none, decay_scope::all>,
      optimizer_case<"sgd, clipped by one norm", sgd<>, clip_scope::global, decay_scope::weights>,
      optimizer_case<"sgd with Nesterov's momentum, clipped by tensor", with_nesterov, clip_scope::per_tensor, decay_scope::all>,
      optimizer_case<"adam", adam<>, clip_scope::none, decay_scope::weights>,
      optimizer_case<"adamw", adamw, clip_scope::none, decay_scope::weights_and_tokens>,
      optimizer_case<"adamw, clipped by tensor", adamw, clip_scope::per_tensor, decay_scope::weights>>();
}

}  // namespace
