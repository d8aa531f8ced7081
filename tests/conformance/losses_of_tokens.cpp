// SPDX-License-Identifier: Apache-2.0
#include "conformance/loss_case.hpp"
#include "ssl/losses/ibot.hpp"
#include "ssl/losses/koleo.hpp"

namespace {

using namespace ssl::losses;
using namespace conformance;

/// A loss whose third input is a mask of every third token; the last view has none.
template <ssl::fixed_string Name, class Loss, shape Rows, shape Mask, shape... Centre>
struct masked_loss_case {
  static constexpr char const* name = Name.text;

  template <class Backend, class T>
  static outcome run(std::uint64_t seed) {
    std::vector<std::int32_t> mask;
    for (int i = 0; i < Mask.elements(); ++i) mask.push_back(i % 3 == 1 && i < Mask.elements() - Mask.tokens());
    auto const drawn = [&](ssl::index elements, int which) {
      return loss_input<T>(ssl::testing::random_values<T>(elements, seed, 900 + which));
    };
    std::vector<loss_input<T>> inputs{drawn(Rows.elements(), 0), drawn(Rows.elements(), 1), loss_input<T>::labels(mask)};
    (inputs.push_back(drawn(Centre.elements(), 2)), ...);
    auto const found = ssl::testing::evaluate_loss<Loss, Backend, T, Rows, Rows, Mask, Centre...>({}, inputs, 1.5);
    return {{"loss", {static_cast<double>(found.loss)}},
            {"gradient", std::vector<double>(found.gradient[0].begin(), found.gradient[0].end())}};
  }
};

TEST_CASE("backends agree on ibot") {
  using balanced = ibot<ibot_config{.targets = teacher_targets::balanced}>;
  constexpr shape views{.n = 4, .h = 3, .w = 11, .c = 1};
  expect_losses_agree<masked_loss_case<"ibot 2 x 2", ibot<>, shape{.n = 2, .c = 2}, shape{.n = 2, .w = 3}, shape{.c = 2}>,
                      masked_loss_case<"ibot 66 x 131", ibot<>, shape{.n = 66, .c = 131}, views, shape{.c = 131}>,
                      masked_loss_case<"ibot, too little room", ibot<>, shape{.n = 31, .c = 33}, views, shape{.c = 33}>,
                      masked_loss_case<"balanced ibot 66 x 131", balanced, shape{.n = 66, .c = 131}, views>>();
}

TEST_CASE("backends agree on koleo") {
  expect_losses_agree<loss_case<"koleo 4 x 2", koleo<>, shape{.n = 4, .c = 2}>,
                      loss_case<"koleo 66 x 31", koleo<>, shape{.n = 66, .c = 31}>,
                      loss_case<"koleo of one view", koleo<koleo_config{.views = 1}>, shape{.n = 33, .c = 67}>>();
}

}  // namespace
