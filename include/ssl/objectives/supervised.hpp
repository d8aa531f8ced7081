// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/layers/linear.hpp"
#include "ssl/losses/softmax_cross_entropy.hpp"
#include "ssl/objectives/objective.hpp"

namespace ssl::objectives {

struct supervised_config {
  int classes = 0;
};

/// Classification of labelled images: fine-tuning, and the comparison that a self-supervised method has to stand.
///
/// Graph     views -> encoder -> classifier (linear) -> softmax cross-entropy with the classes
/// Needs     an encoder that gives one row for each view; an augmentation::with_classes, whose first label wire is the class.
///           Images without a label (-1) are left out of the mean
/// Options   label_smoothing (0)
/// Exports   the encoder as trained; the classifier is a role of its own
/// Errors    compile time: E101 (no class), E304 (no labels)
/// Example   evaluation/fine_tune.hpp
template <supervised_config Config>
struct supervised : objective_defaults {
  struct options {
    double label_smoothing = 0;
    PRETEXT_FIELDS(label_smoothing)
  };
  using networks = type_list<
      named<"classifier", layers::linear<layers::linear_config{.out = Config.classes, .init = layers::linear_init::vit}>>>;
  using loss = ssl::losses::softmax_cross_entropy<>;
  using losses = type_list<named<"cross_entropy", loss>>;

  static constexpr auto graph = build_graph([](auto& g) {
    auto logits = g.apply("classifier", g.apply("encoder", g.views(0)));  // (VN, 1, 1, K)
    g.loss("cross_entropy", {logits, g.labels(0)});
  });
  static typename loss::options loss_options(options const& o, index, term<"cross_entropy">) {
    return {.label_smoothing = o.label_smoothing};
  }
};

}  // namespace ssl::objectives
