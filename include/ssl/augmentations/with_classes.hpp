// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/concepts.hpp"

namespace ssl::augmentations {

/// The views of another augmentation together with the class that the data set gives each image: one more label wire, the last, with
/// an entry for every view of the first group.
///
/// Needs  a labelled data set; who makes the batches writes the class, -1 where an image has none
template <class Augmentation>
struct with_classes : Augmentation {
  static constexpr int class_wire(shape image) { return Augmentation::layout(image).label_wires; }

  static constexpr view_layout layout(shape image) {
    view_layout l = Augmentation::layout(image);
    l.labels[l.label_wires++] = l.group[0].views;
    return l;
  }
};

}  // namespace ssl::augmentations
