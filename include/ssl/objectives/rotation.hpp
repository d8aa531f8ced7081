// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/heads/presets.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct rotation_config {
  layers::head_config classifier = {.out = 4, .layers = 1};
};

/// Structures of the paper, and for small images.
/// Source  gidariss/FeatureLearningRotNet: architectures/NetworkInNetwork.py, AlexNet.py; small: ours, a hidden layer keeps
///         what only the task needs out of the features
inline constexpr rotation_config rotation_published{};
inline constexpr rotation_config rotation_small{.classifier = layers::task_classifier({.hidden = 256, .out = 4})};

/// Rotation prediction (RotNet): by how many quarter turns an image is turned must be told from its features.
///
/// Graph     views -> encoder -> classifier -> softmax cross-entropy with the turns; batch statistics over all views together
/// Needs     an augmentation whose first group has a label for each view: augmentations::rotation, all four turns of an image
/// Options   none
/// Exports   the encoder as trained
/// Errors    compile time: E132 (an image that is no square), E304 (no labels), E305 (other labels than the classifier's classes)
/// Source    Gidaris et al. 2018, arXiv:1803.07728; gidariss/FeatureLearningRotNet. Deviation: the linear layer's bias is drawn as
///           its weight, theirs begins at 0
template <rotation_config Config = rotation_config{}>
struct rotation : objective_defaults {
  using networks = type_list<named<"classifier", layers::head<Config.classifier>>>;
  using losses = type_list<named<"turns", ssl::losses::softmax_cross_entropy<>>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto features = g.apply("encoder", g.views(0));                   // (4N, 1, 1, features)
    g.loss("turns", {g.apply("classifier", features), g.labels(0)});  // (4N, 1, 1, 4)
  });
  static constexpr bool accepts(augmentations::view_layout const& l) {
    return l.labels[0] == l.group[0].views && l.classes[0] == Config.classifier.out;
  }
};

}  // namespace ssl::objectives
