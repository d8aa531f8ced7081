// SPDX-License-Identifier: Apache-2.0
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"

#include "conformance/loss_case.hpp"

namespace {

using namespace ssl::losses;
using namespace conformance;

template <similarity Form>
using contrast = nt_xent<nt_xent_config{.form = Form}>;
constexpr auto automatic = similarity::automatic, stored = similarity::stored, tiled = similarity::tiled;

TEST_CASE("backends agree on nt_xent") {
  expect_losses_agree<loss_case<"nt_xent 4 x 2", contrast<automatic>, shape{.n = 4, .c = 2}>,
                      loss_case<"nt_xent 6 x 31", contrast<automatic>, shape{.n = 6, .c = 31}>,
                      loss_case<"nt_xent 62 x 32", contrast<automatic>, shape{.n = 62, .c = 32}>,
                      loss_case<"nt_xent 66 x 33 stored", contrast<stored>, shape{.n = 66, .c = 33}>,
                      loss_case<"nt_xent 66 x 33 tiled", contrast<tiled>, shape{.n = 66, .c = 33}>,
                      loss_case<"nt_xent 254 x 127", contrast<tiled>, shape{.n = 254, .c = 127}>,
                      loss_case<"nt_xent 514 x 64", contrast<automatic>, shape{.n = 514, .c = 64}>,
                      loss_case<"nt_xent 514 x 64 tiled", contrast<tiled>, shape{.n = 514, .c = 64}>>();
}

TEST_CASE("backends agree on dcl") {
  using plain = dcl<>;
  using weighted = dcl<dcl_config{.form = tiled, .weights = positive_weights::hard_first}>;
  expect_losses_agree<
      loss_case<"dcl 4 x 3", plain, shape{.n = 4, .c = 3}>, loss_case<"dcl 62 x 31", plain, shape{.n = 62, .c = 31}>,
      loss_case<"dclw 4 x 3", weighted, shape{.n = 4, .c = 3}>, loss_case<"dclw 66 x 33", weighted, shape{.n = 66, .c = 33}>,
      loss_case<"dclw 262 x 32", weighted, shape{.n = 262, .c = 32}>>();
}

TEST_CASE("backends agree on cosine") {
  constexpr shape small{.n = 2, .c = 3}, places{.n = 3, .h = 2, .w = 5, .c = 31}, large{.n = 258, .c = 127};
  expect_losses_agree<loss_case<"negative cosine 2 x 3", negative_cosine, small, small>,
                      loss_case<"cosine of places", cosine<cosine_config{.form = cosine_form::distance}>, places, places>,
                      loss_case<"cosine distance 258 x 127", cosine_distance, large, large>>();
}

TEST_CASE("backends agree on mean_square_error") {
  constexpr shape one{.n = 1, .c = 1}, places{.n = 3, .h = 2, .w = 5, .c = 33}, large{.n = 131, .c = 97};
  expect_losses_agree<loss_case<"mean square error of one", mean_square_error, one, one>,
                      loss_case<"mean square error of places", mean_square_error, places, places>,
                      loss_case<"mean square error 131 x 97", mean_square_error, large, large>>();
}

TEST_CASE("backends agree on softmax_cross_entropy") {
  using hard = softmax_cross_entropy<>;
  using soft = softmax_cross_entropy<softmax_cross_entropy_config{.targets = target_form::probabilities}>;
  constexpr shape two{.n = 2, .c = 2}, places{.n = 3, .h = 2, .w = 5, .c = 31}, large{.n = 67, .c = 1009};
  expect_losses_agree<
      loss_case<"labels 2 x 2", hard, two, two.with_channels(1)>,
      loss_case<"labels of places", hard, places, places.with_channels(1)>,
      loss_case<"labels 67 x 1009", hard, large, large.with_channels(1)>, loss_case<"probabilities 2 x 2", soft, two, two>,
      loss_case<"probabilities of places", soft, places, places>, loss_case<"probabilities 67 x 1009", soft, large, large>>();
}

}  // namespace
