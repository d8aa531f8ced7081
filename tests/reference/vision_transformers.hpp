// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <numeric>

#include "reference/layers.hpp"
#include "ssl/encoders/vit.hpp"
#include "ssl/layers/heads/masked_decoder.hpp"
#include "ssl/losses/masked_patches.hpp"
#include "ssl/testing/loss_check.hpp"

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

// --- masked autoencoders ----------------------------------------------------------------------------------------------------

/// The order that a file's noise gives: patches sorted by it.
inline std::vector<std::int32_t> order_of_noise(reference_case const& c) {
  std::vector<double> const noise = c.values<double>("noise");
  std::size_t const patches = static_cast<std::size_t>(c.extents("noise").at(1));
  std::vector<std::int32_t> order;
  for (std::size_t n = 0; n < noise.size(); n += patches) {
    std::vector<std::int32_t> one(patches);
    std::iota(one.begin(), one.end(), 0);
    std::stable_sort(one.begin(), one.end(), [&](int a, int b) { return noise[n + a] < noise[n + b]; });
    order.insert(order.end(), one.begin(), one.end());
  }
  return order;
}

/// Encoder and decoder of a masked autoencoder: features, prediction, loss, and the gradients of all parameters.
template <class Encoder, class Decoder, class Loss, ssl::shape In>
void masked_autoencoder(reference_case const& c, file_names const& decoder_names) {
  on_every_backend([&]<class Backend, class T>() {
    ssl::testing::single_network<Encoder, In, Backend, T> encoder;
    ssl::testing::single_network<Decoder, Encoder::output(In), Backend, T> decoder;
    auto const give = [&c](auto& net, file_names const& names, std::string const& table) {
      for (auto const& b : net.parameters()) net.set_parameter(b.name, c.values<T>("param." + names.of(b.name)));
      net.set_buffer("pos_embed", c.values<T>("param." + table));
      net.give_mask(order_of_noise(c));
    };
    give(encoder, {}, "pos_embed"), give(decoder, decoder_names, "decoder_pos_embed");
    std::vector<T> const latent = encoder.forward(c.values<T>("x")), pred = decoder.forward(latent);
    expect_near("latent", latent, c.values<double>("latent"), c.limit<T>());
    expect_near("pred", pred, c.values<double>("pred"), c.limit<T>());
    constexpr ssl::shape prediction = Decoder::output(Encoder::output(In));
    constexpr ssl::shape order{In.n, In.h / Loss::config.patch, In.w / Loss::config.patch, 1};
    auto const pixels = ssl::testing::evaluate_loss<Loss, Backend, T, prediction, In, order>(
        {},
        {pred, ssl::testing::loss_input<T>::target(c.values<T>("x")), ssl::testing::loss_input<T>::labels(order_of_noise(c))});
    expect_near("loss", pixels.loss, c.number("loss"), c.limit<T>());
    encoder.backward(decoder.backward(pixels.gradient[0]));
    for (auto const& b : encoder.parameters())
      expect_near(b.name, encoder.gradient(b.name), c.values<double>("grad." + b.name), c.limit<T>());
    for (auto const& b : decoder.parameters())
      expect_near(b.name, decoder.gradient(b.name), c.values<double>("grad." + decoder_names.of(b.name)), c.limit<T>());
    std::size_t stored = 0;
    for (std::string const& name : c.names()) stored += name.starts_with("grad.");
    CHECK(encoder.parameters().size() + decoder.parameters().size() == stored);
  });
}

}  // namespace reference_suite
