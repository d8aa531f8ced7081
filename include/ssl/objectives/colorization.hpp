// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/encoders/encoder.hpp"
#include "ssl/layers/activation.hpp"
#include "ssl/layers/conv_transpose2d.hpp"
#include "ssl/layers/lab.hpp"
#include "ssl/layers/rearrange.hpp"
#include "ssl/losses/colorization.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct colorization_config {
  int width = 256;      ///< channels of the decoder
  int doublings = 1;    ///< of the encoder's map, 0 to 3
  int convs = 2;        ///< behind them, 0 to 2
  int neighbours = 10;  ///< bins of a soft target
  losses::weighting weighting = losses::weighting::gradient;
};

/// Structures of the paper, and for images of 32 pixels with an encoder that makes 4 x 4 of them: targets at 8 x 8.
/// Source  richzhang/colorization: colorization_train_val_v2.prototxt, its conv8: 22 x 22 to 44 x 44 of 176 pixels; small: own
inline constexpr colorization_config colorization_published{};
inline constexpr colorization_config colorization_small{.width = 64, .convs = 1};

namespace detail {

/// One doubling of the map, or one convolution, with its ReLU; nothing where the decoder has fewer.
template <colorization_config Config, int I>
struct colour_up_stage
    : layers::sequential<named<"", layers::conv_transpose2d<layers::conv_transpose_config{.out = Config.width}>>,
                         named<"", layers::relu>> {};
template <colorization_config Config, int I>
using colour_up = std::conditional_t<(I < Config.doublings), colour_up_stage<Config, I>, layers::identity>;

template <colorization_config Config>
struct colour_conv_stage
    : layers::sequential<
          named<"", layers::conv2d<layers::conv_config{
                        .out = Config.width, .padding = 1, .bias = layers::bias::yes, .init = layers::conv_init::pytorch}>>,
          named<"", layers::relu>> {};
template <colorization_config Config, int I>
using colour_conv = std::conditional_t<(I < Config.convs), colour_conv_stage<Config>, layers::identity>;

/// (N, h, w, C) -> (N, 2^doublings h, 2^doublings w, 313)
template <colorization_config Config>
struct colour_decoder : layers::sequential<named<"up1", colour_up<Config, 0>>, named<"up2", colour_up<Config, 1>>,
                                           named<"up3", colour_up<Config, 2>>, named<"conv1", colour_conv<Config, 0>>,
                                           named<"conv2", colour_conv<Config, 1>>,
                                           named<"logits", layers::linear<layers::linear_config{.out = ops::ab_bin_count}>>> {};

/// (N, H, W, 3) -> (N, H, W, 2)
struct colours_of : layers::sequential<named<"", layers::lab>, named<"", layers::channel_slice<1, 2>>> {};

}  // namespace detail

/// Colorization: which of 313 colours has each place of a picture of which only the lightness is seen?
///
/// Graph     views -> encoder's map -> decoder -> cross-entropy with the soft colours of the views, rare ones weighing more
/// Needs     an encoder of lightness with a map (encoders::lightness); an augmentation with a group of one view that is not normalised
/// Options   sigma 5 of the soft targets; grey 5, below which an image has no colours; prior: how often each bin is the nearest one in the
///           data, smoothed (evaluation::ab_prior), with uniform_share 0.5 of a uniform one and the power alpha 1. A prior of zeros, the
///           default, lets all colours weigh the same
/// Exports   the encoder as trained; the decoder is a role of its own
/// Errors    compile time: E135 (an encoder that sees colours, or without a map that fits), E305 (more than one view)
/// Source    Zhang, Isola, Efros 2016, arXiv:1603.08511; richzhang/colorization. Deviation: the lightness is divided by 100, as in the
///           authors' later code
template <colorization_config Config = colorization_config{}>
struct colorization : objective_defaults {
  struct options {
    double sigma = 5;
    double grey = 5;
    double uniform_share = 0.5;
    double alpha = 1;
    ops::ab_bin_values prior{};
    PRETEXT_FIELDS(sigma, grey, uniform_share, alpha, prior)
  };
  using decoder = detail::colour_decoder<Config>;
  using networks = type_list<named<"colours", detail::colours_of>, named<"decoder", decoder>>;
  using loss =
      ssl::losses::colorization<ssl::losses::colorization_config{.neighbours = Config.neighbours, .weighting = Config.weighting}>;
  using losses = type_list<named<"colours", loss>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto views = g.views(0);                                                     // (N, H, W, 3)
    auto ab = g.apply("colours", views);                                         // (N, H, W, 2)
    auto logits = g.apply("decoder", g.apply("encoder", views, {.map = true}));  // (N, H / s, W / s, 313)
    g.loss("colours", {logits, ab});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) { return l.groups >= 1 && l.group[0].views == 1; }
  template <class Encoder>
  static constexpr bool accepts_encoder(shape image) {
    if constexpr (Config.doublings >= 0 && Config.doublings <= 3 && requires { requires !Encoder::sees_colour; }) {
      shape const map = feature_map_of<Encoder>::output(image);
      int const h = map.h << Config.doublings, w = map.w << Config.doublings;
      return map.tokens() > 1 && image.h % h == 0 && image.w % w == 0 && image.h / h == image.w / w;
    }
    return false;
  }
  static typename loss::options loss_options(options const& o, index, term<"colours">) {
    typename loss::options l{.sigma = o.sigma, .grey = o.grey};
    double seen = 0;
    for (double p : o.prior.of) seen += p;
    if (seen > 0) ops::rebalance_ab_bins(o.prior.of, o.uniform_share, o.alpha, l.class_weights.of);
    return l;
  }

  /// Encoder and decoder in a row, for pictures: `frozen_encoder<painter<my_encoder>, ...>`, filled by `freeze_networks`.
  template <class Encoder>
  struct painter : layers::sequential<named<"encoder", feature_map_of<Encoder>>, named<"decoder", decoder>> {};
};

}  // namespace ssl::objectives
