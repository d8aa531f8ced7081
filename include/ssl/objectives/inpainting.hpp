// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/encoder.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/batch_norm.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/losses/binary_cross_entropy.hpp"
#include "ssl/losses/weighted_square_error.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

enum class adversary { none, discriminator };

struct inpainting_config {
  int map = 4;            ///< side of the encoder's map
  int bottleneck = 4000;  ///< numbers through which all of an image passes
  int doublings = 4;      ///< of the map to the predicted part, 1 to 5
  int width = 64;         ///< channels of the largest maps; smaller ones have more, up to eight times as many
  int channels = 3;       ///< of the image
  objectives::adversary adversary = adversary::discriminator;
  losses::weighting weighting = losses::weighting::gradient;

  constexpr int side() const { return doublings >= 1 && doublings <= 5 ? map << doublings : 0; }  ///< of the predicted part
  /// Channels of the maps of side `map << i`.
  constexpr int width_at(int i) const {
    int wide = width << (doublings < 1 ? 0 : doublings < 4 ? doublings - 1 : 3);
    for (int k = 0; k < i; ++k) wide = wide > width ? wide / 2 : width;
    return wide;
  }
};

/// Structures of the paper: the middle 64 of 128 pixels, a random region, of which all 128 are predicted, and the middle 16 of 32.
/// Source  pathak22/context-encoder: README (the centre with nBottleneck 4000), train_random.lua; small: own
inline constexpr inpainting_config inpainting_published{};
inline constexpr inpainting_config inpainting_random_region{.doublings = 5};
inline constexpr inpainting_config inpainting_small{.bottleneck = 256, .doublings = 2, .width = 32};

namespace detail {

template <int Out, int Stride, int Padding>
using gan_conv = layers::conv2d<layers::conv_config{
    .out = Out, .kernel = 4, .stride = Stride, .padding = Padding, .init = layers::conv_init::gan}>;
/// From one number a channel to a map of side Kernel, or to a map of twice the side.
template <int Out, int Kernel, int Stride, int Padding>
using gan_up = layers::conv_transpose2d<layers::conv_transpose_config{.out = Out,
                                                                      .kernel = Kernel,
                                                                      .stride = Stride,
                                                                      .padding = Padding,
                                                                      .bias = layers::bias::none,
                                                                      .init = layers::conv_init::gan}>;
template <int Map, int Out>
using whole_map = layers::conv2d<layers::conv_config{.out = Out, .kernel = Map, .init = layers::conv_init::gan}>;
using leaky = layers::leaky_relu<200'000>;

template <class Conv, class Activation>
struct normed : layers::sequential<named<"conv", Conv>, named<"bn", layers::batch_norm<>>, named<"", Activation>> {};

/// Stage I doubles a map of side map << I; the last one has its own form.
template <inpainting_config Config, int I>
using decoder_stage = std::conditional_t<(I + 1 < Config.doublings),
                                         normed<gan_up<Config.width_at(I + 1), 4, 2, 1>, layers::relu>, layers::identity>;
/// Stage I halves a map of side side() >> I; the first one has no norm.
template <inpainting_config Config, int I>
using critic_stage =
    std::conditional_t<(I < Config.doublings), normed<gan_conv<Config.width_at(Config.doublings - 1 - I), 2, 1>, leaky>,
                       layers::identity>;

/// (N, map, map, C) -> (N, side, side, channels)
template <inpainting_config Config>
struct inpainting_decoder
    : layers::sequential<
          named<"bottleneck", normed<whole_map<Config.map, Config.bottleneck>, leaky>>,      // (N, 1, 1, bottleneck)
          named<"up0", normed<gan_up<Config.width_at(0), Config.map, 1, 0>, layers::relu>>,  // (N, map, map, widest)
          named<"up1", decoder_stage<Config, 0>>, named<"up2", decoder_stage<Config, 1>>, named<"up3", decoder_stage<Config, 2>>,
          named<"up4", decoder_stage<Config, 3>>, named<"pixels", gan_up<Config.channels, 4, 2, 1>>, named<"", layers::tanh>> {};

/// (N, side, side, channels) -> (N, 1, 1, 1), a logit
template <inpainting_config Config>
struct inpainting_discriminator
    : layers::sequential<named<"conv1", gan_conv<Config.width_at(Config.doublings - 1), 2, 1>>, named<"", leaky>,
                         named<"conv2", critic_stage<Config, 1>>, named<"conv3", critic_stage<Config, 2>>,
                         named<"conv4", critic_stage<Config, 3>>, named<"conv5", critic_stage<Config, 4>>,
                         named<"logit", whole_map<Config.map, 1>>> {};

}  // namespace detail

/// Inpainting by a context encoder: what is in the hidden part of a picture? A second network tells predictions from pictures, and the
/// first two learn to deceive it.
///
/// Graph     context -> encoder's map -> bottleneck, decoder -> square error with the pixels; visible places weigh more
///           prediction, pixels -> discriminator -> its two terms (phase 0); the prediction's logit -> the term that deceives it (phase 1)
/// Needs     an encoder with a map of side `map`; an augmentation of inpainting<Mask>, whose predicted part has side map 2^doublings
/// Options   pixel_weight 0.999, that of the other term is the rest; visible_weight 10, of the ring around the hole (1 for random regions);
///           discriminator_rate 0.1 of the learning rate
/// Exports   the encoder as trained
/// Errors    compile time: E101 (a size that is not positive), E135 (another map), E304, E305 (views of another task)
/// Source    Pathak et al. 2016, arXiv:1604.07379; pathak22/context-encoder: train.lua. Deviations: the scales of batch norms begin at 1,
///           not at N(1, 0.02^2); convolutions have no bias, where theirs are set to 0 in each step
template <inpainting_config Config = inpainting_config{}>
struct inpainting : objective_defaults {
  struct options {
    number pixel_weight = 0.999;
    double visible_weight = 10;
    double discriminator_rate = 0.1;
    PRETEXT_FIELDS(pixel_weight, visible_weight, discriminator_rate)
  };
  static constexpr bool adversarial = Config.adversary == adversary::discriminator;
  using decoder = detail::inpainting_decoder<Config>;
  using networks = type_list<named<"decoder", decoder>, named<"discriminator", detail::inpainting_discriminator<Config>>>;
  using verdict_loss = ssl::losses::binary_cross_entropy;
  using pixel_loss = ssl::losses::weighted_square_error<ssl::losses::weighted_square_error_config{.weighting = Config.weighting}>;
  using losses = type_list<named<"real", verdict_loss>, named<"predicted", verdict_loss>, named<"deceived", verdict_loss>,
                           named<"pixels", pixel_loss>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto part = g.views(1);                                                               // (N, side, side, C)
    auto prediction = g.apply("decoder", g.apply("encoder", g.views(0), {.map = true}));  // (N, side, side, C)
    if (adversarial) {
      auto real = g.apply("discriminator", part), predicted = g.apply("discriminator", prediction);  // (N, 1, 1, 1)
      g.loss("real", {real}, {.phase = 0, .updates = {"discriminator"}});
      g.loss("predicted", {predicted}, {.phase = 0, .updates = {"discriminator"}});
      g.loss("deceived", {predicted}, {.phase = 1, .updates = {"encoder", "decoder"}});
    }
    g.loss("pixels", {prediction, part, g.mask(0)}, {.phase = adversarial ? 1 : 0, .updates = {"encoder", "decoder"}});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    shape const part = l.group[1].size, expected{.h = Config.side(), .w = Config.side(), .c = Config.channels};
    return l.groups >= 2 && l.group[0].views == 1 && l.group[1].views == 1 && part == expected &&
           l.mask[0].size == expected.with_channels(1);
  }
  template <class Encoder>
  static constexpr bool accepts_encoder(shape image) {
    shape const map = feature_map_of<Encoder>::output(image);
    return map.h == Config.map && map.w == Config.map;
  }
  static verdict_loss::options loss_options(options const&, index, term<"predicted">) { return {.target = 0}; }
  static typename pixel_loss::options loss_options(options const& o, index, term<"pixels">) {
    return {.visible_weight = o.visible_weight};
  }
  static double loss_weight(options const& o, index step, term<"deceived">) { return 1 - o.pixel_weight.at(step); }
  static double loss_weight(options const& o, index step, term<"pixels">) { return adversarial ? o.pixel_weight.at(step) : 1; }
  static double rate_factor(options const& o, int phase) { return adversarial && phase == 0 ? o.discriminator_rate : 1; }

  /// Encoder and decoder in a row, for pictures: `frozen_encoder<painter<my_encoder>, ...>`, filled by `freeze_networks`.
  template <class Encoder>
  struct painter : layers::sequential<named<"encoder", feature_map_of<Encoder>>, named<"decoder", decoder>> {};
};

}  // namespace ssl::objectives
