// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/layers.hpp"
#include "ssl/encoders/vit.hpp"

/// \file
/// Vision transformers of which a file holds several groups of tokens.
namespace reference_suite {

namespace encoders = ssl::encoders;

/// Which tokens of the output a tensor of the file holds.
struct token_group {
  std::string name;
  int first, count;
};

/// Some tokens of every sequence.
template <class T>
std::vector<T> tokens_of(std::vector<T> const& all, ssl::shape out, token_group const& group) {
  std::vector<T> some;
  for (ssl::index n = 0; n < out.n; ++n) {
    auto const from = all.begin() + (n * out.tokens() + group.first) * out.c;
    some.insert(some.end(), from, from + group.count * out.c);
  }
  return some;
}

/// All tokens of an encoder, group by group, plain and masked; `y`, whose gradient is given, is one of the groups.
template <class Encoder, ssl::shape In>
void groups_of_tokens(reference_case const& c, file_names const& names, token_group const& y,
                      std::vector<token_group> const& groups) {
  on_every_backend([&]<class Backend, class T>() {
    ssl::testing::single_network<Encoder, In, Backend, T> net;
    constexpr ssl::shape out = Encoder::output(In);
    give_blocks<Backend, T>(c, names, net);
    std::vector<T> const all = net.forward(c.values<T>("x")), gradient = c.values<T>("grad_y");
    std::vector<T> gy(all.size(), T(0));
    for (std::size_t i = 0, count = gradient.size() / out.n; i < gradient.size(); ++i)
      gy[static_cast<std::size_t>((i / count * out.tokens() + y.first) * out.c) + i % count] = gradient[i];
    expect_near(y.name, tokens_of(all, out, y), c.values<double>(y.name), c.limit<T>());
    for (token_group const& g : groups) expect_near(g.name, tokens_of(all, out, g), c.values<double>(g.name), c.limit<T>());
    expect_near("grad_x", net.backward(gy), c.values<double>("grad_x"), c.limit<T>());
    expect_blocks<Backend, T>(c, names, net);

    if (!c.has("masks")) return;
    net.give_mask(c.stored<std::int32_t>("masks"));
    std::vector<T> const masked = net.forward(c.values<T>("x"));
    for (token_group const& g : groups)
      if (c.has("masked_" + g.name))
        expect_near("masked_" + g.name, tokens_of(masked, out, g), c.values<double>("masked_" + g.name), c.limit<T>());
  });
}

}  // namespace reference_suite
