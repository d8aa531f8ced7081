// SPDX-License-Identifier: Apache-2.0
//
// Losses and their gradients.
#include <array>

#include "matrix.hpp"
#include "ssl/losses/colorization.hpp"
#include "ssl/losses/cosine.hpp"
#include "ssl/losses/dcl.hpp"
#include "ssl/losses/emp_ssl.hpp"
#include "ssl/losses/koleo.hpp"
#include "ssl/losses/loss.hpp"
#include "ssl/losses/masked_patches.hpp"
#include "ssl/losses/mean_square_error.hpp"
#include "ssl/losses/nt_xent.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/testing/network.hpp"

namespace {

using namespace ssl::losses;
using ssl::index, ssl::shape;

/// The second input of a loss with labels is labels; an order holds the patches as they lie.
template <ssl::fixed_string Name, index MultiplyAdds, class Loss, shape... In>
struct loss_case {
  static constexpr char const* name = Name.text;
  static constexpr int inputs = Loss::inputs;
  static constexpr std::array<shape, sizeof...(In)> in{In...};
  static constexpr index elements = (In.elements() + ...);
  static constexpr std::size_t integer_input = [] {
    if constexpr (requires { requires Loss::hard; })
      return 1;
    else if constexpr (requires { Loss::order; })
      return Loss::order;
    else
      return inputs;  // none
  }();
  static std::vector<std::int32_t> drawn_integers() {
    std::vector<std::int32_t> all(static_cast<std::size_t>(in.back().rows()), 1);
    if constexpr (requires { Loss::order; })
      for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int32_t>(static_cast<index>(i) % in.back().tokens());
    return all;
  }

  template <class Backend, class T>
  struct bound {
    using array = ssl::testing::guarded_array<Backend, T>;
    using loss = typename Loss::template bind<ssl::environment<Backend, T>, In...>;

    explicit bound(typename Backend::context& c)
        : context(c), x(c, elements), gx(c, elements), workspace(c, index{loss::workspace} + 1), value(c, 1) {
      x.write(0, ssl::testing::random_values<T>(elements, 1, 1));
      T *at = x.data(), *gradient = gx.data();
      for (std::size_t i = 0; i < inputs; at += in[i].elements(), gradient += in[i].elements(), ++i) {
        arguments.x[i] = at, arguments.gx[i] = gradient;
        if (i == integer_input) arguments.integers[i] = integers.data(), arguments.x[i] = nullptr, arguments.gx[i] = nullptr;
      }
      arguments.loss = value.data(), arguments.workspace = workspace.data();
    }
    void run() { loss::run(context, {}, arguments); }

    typename Backend::context& context;
    array x, gx, workspace, value;
    std::vector<std::int32_t> integers = drawn_integers();
    ssl::loss_arguments<T, inputs> arguments{};
    static constexpr bench::work work{.flop = bench::training_flop(MultiplyAdds), .bytes = 2.0 * elements * sizeof(T)};
  };
};

using labelled = softmax_cross_entropy<>;
using hidden = masked_patches<masked_patches_config{.patch = 4, .visible = 16}>;
constexpr shape rows{.n = 256, .c = 128}, logits{.n = 64, .c = 1000};
constexpr shape colours{.n = 32, .h = 8, .w = 8, .c = 313}, pixels{.n = 32, .h = 32, .w = 32, .c = 2};

[[maybe_unused]] auto const added =
    bench::add<loss_case<"nt_xent 256 x 128", 256 * 256 * 128, nt_xent<>, rows>,
               loss_case<"dcl 256 x 128", 256 * 256 * 128, dcl<>, rows>,
               loss_case<"emp_ssl 4 views, 64 x 128", 4 * 64 * 64 * 128, emp_ssl<emp_ssl_config{.views = 4}>, rows>,
               loss_case<"koleo 256 x 128", 2 * 128 * 128 * 128, koleo<>, rows>,
               loss_case<"negative_cosine 256 x 128", 0, negative_cosine, rows, rows>,
               loss_case<"mean_square_error 256 x 128", 0, mean_square_error, rows, rows>,
               loss_case<"masked_patches of 64 images", 0, hidden, shape{64, 1, 64, 48}, shape{64, 32, 32, 3}, shape{64, 8, 8, 1}>,
               loss_case<"softmax_cross_entropy 64 x 1000", 0, labelled, logits, logits.with_channels(1)>,
               loss_case<"colorization 32 x 8 x 8", 0, colorization<>, colours, pixels>>();

}  // namespace
