// SPDX-License-Identifier: Apache-2.0
#include "conformance/loss_case.hpp"
#include "ssl/losses/barlow_twins.hpp"
#include "ssl/losses/dino.hpp"
#include "ssl/losses/emp_ssl.hpp"
#include "ssl/losses/in_batch_info_nce.hpp"
#include "ssl/losses/info_nce.hpp"
#include "ssl/losses/swav.hpp"
#include "ssl/losses/vicreg.hpp"

namespace {

using namespace ssl::losses;
using namespace conformance;

TEST_CASE("backends agree on info_nce and in_batch_info_nce") {
  constexpr shape small{.n = 2, .c = 3}, odd{.n = 33, .c = 31};
  expect_losses_agree<
      loss_case<"info_nce 2 x 3", info_nce, small, small, shape{.n = 1, .c = 3}>,
      loss_case<"info_nce 33 x 31, 257 negatives", info_nce, odd, odd, shape{.n = 257, .c = 31}>,
      loss_case<"in_batch_info_nce 2 x 3", in_batch_info_nce, small, small>,
      loss_case<"in_batch_info_nce 62 x 33", in_batch_info_nce, shape{.n = 62, .c = 33}, shape{.n = 62, .c = 33}>>();
}

TEST_CASE("backends agree on barlow_twins and vicreg") {
  expect_losses_agree<loss_case<"barlow_twins 4 x 2", barlow_twins, shape{.n = 4, .c = 2}>,
                      loss_case<"barlow_twins 62 x 67", barlow_twins, shape{.n = 62, .c = 67}>,
                      loss_case<"vicreg 4 x 2", vicreg, shape{.n = 4, .c = 2}>,
                      loss_case<"vicreg 62 x 67", vicreg, shape{.n = 62, .c = 67}>>();
}

TEST_CASE("backends agree on emp_ssl") {
  expect_losses_agree<loss_case<"emp_ssl 2 views, 1 x 1", emp_ssl<emp_ssl_config{.views = 2}>, shape{.n = 2}>,
                      loss_case<"emp_ssl 3 views, 31 x 67", emp_ssl<emp_ssl_config{.views = 3}>, shape{.n = 93, .c = 67}>,
                      loss_case<"emp_ssl 5 views, 33 x 2", emp_ssl<emp_ssl_config{.views = 5}>, shape{.n = 165, .c = 2}>>();
}

TEST_CASE("backends agree on dino and swav") {
  using balanced = dino<dino_config{.views = 3, .targets = teacher_targets::balanced}>;
  using queued = swav<swav_config{.views = 4, .queue = earlier_scores::given}>;
  constexpr shape two{.n = 2, .c = 2}, teacher{.n = 22, .c = 131};
  expect_losses_agree<
      loss_case<"dino 2 x 2", dino<>, two, two, shape{.c = 2}>,
      loss_case<"dino 5 views, 11 x 131", dino<dino_config{.views = 5}>, shape{.n = 55, .c = 131}, teacher, shape{.c = 131}>,
      loss_case<"balanced dino 3 views, 11 x 131", balanced, shape{.n = 33, .c = 131}, teacher>,
      loss_case<"swav 2 x 2", swav<>, two>,
      loss_case<"swav 4 views, 11 x 67, queue of 31", queued, shape{.n = 44, .c = 67}, shape{.n = 62, .c = 67}>>();
}

}  // namespace
