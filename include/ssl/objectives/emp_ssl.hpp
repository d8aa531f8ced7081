// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/layers/l2_normalize.hpp"
#include "ssl/losses/emp_ssl.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct emp_ssl_config {
  layers::head_config projector = layers::emp_ssl_projection();
  int patches = 20;  ///< views of an image
};

/// Structures of the paper, with its larger and its smaller number of patches, and for two cores. The width stays: it must be several
/// times the batch, or the coding rate has too little to give against a similarity of 200.
/// Source  tsb0601/EMP-SSL: model/model.py, README.md; small: ours
inline constexpr emp_ssl_config emp_ssl_published{.patches = 200};
inline constexpr emp_ssl_config emp_ssl_20_patches{};
inline constexpr emp_ssl_config emp_ssl_small{.projector = layers::emp_ssl_projection({.hidden = 512, .out = 1024, .layers = 3}),
                                              .patches = 6};

/// EMP-SSL: many small patches of an image agree with their mean, while the patches of a batch fill the space of embeddings.
///
/// Graph     patches -> encoder -> projector -> unit rows -> similarity to the mean, total coding rate; batch statistics over all
/// Needs     an augmentation whose first group has so many views: augmentations::emp_ssl<20>
/// Options   weights similarity (200) and coding_rate (1); epsilon 0.2
/// State     none
/// Exports   the encoder as trained
/// Errors    compile time: E305 (another number of views)
/// Source    Tong et al. 2023, arXiv:2304.03977; tsb0601/EMP-SSL. Deviation: their features are those behind the first layer of the
///           head, averaged over many patches of the image to be judged; here they are the encoder's
/// Example   docs/methods/emp_ssl.md
template <emp_ssl_config Config = emp_ssl_config{}>
struct emp_ssl : objective_defaults {
  struct options {
    number similarity = 200;
    number coding_rate = 1;
    number epsilon = 0.2;
    PRETEXT_FIELDS(similarity, coding_rate, epsilon)
  };
  using projector = layers::sequential<named<"", layers::head<Config.projector>>, named<"", layers::l2_normalize>>;
  using networks = type_list<named<"projector", projector>>;
  using loss = ssl::losses::emp_ssl<ssl::losses::emp_ssl_config{.views = Config.patches}>;
  using losses = type_list<named<"emp_ssl", loss>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto patches = g.views(0);                                            // (V N, H, W, C)
    auto embeddings = g.apply("projector", g.apply("encoder", patches));  // (V N, 1, 1, output)
    g.loss("emp_ssl", {embeddings});
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.groups >= 1 && l.group[0].views == Config.patches;
  }
  static typename loss::options loss_options(options const& o, index step, term<"emp_ssl">) {
    return {.similarity = o.similarity.at(step), .coding_rate = o.coding_rate.at(step), .epsilon = o.epsilon.at(step)};
  }
};

}  // namespace ssl::objectives
