// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/augmentations/jigsaw.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/relative_position.hpp"
#include "ssl/augmentations/task_views.hpp"
#include "ssl/objectives/jigsaw.hpp"
#include "ssl/objectives/relative_position.hpp"
#include "ssl/objectives/rotation.hpp"

/// Pretext tasks with heads so small that every parameter can be moved by itself, and what makes their views.
namespace tiny {

using rotation = objectives::rotation<>;
using four_turns = augmentations::task_views<crops, augmentations::all_quarter_turns>;

template <int Grid, int Classes>
using jigsaw =
    objectives::jigsaw<objectives::jigsaw_config{.grid = Grid,
                                                 .projector = layers::patch_projection(5),
                                                 .classifier = layers::task_classifier({.hidden = 6, .out = Classes})}>;
template <int Grid, int Classes>
using tiles =
    augmentations::task_views<crops,
                              augmentations::jigsaw<augmentations::jigsaw_config{.grid = Grid, .tile = 2, .classes = Classes}>>;

using augmentations::neighbour_pairs;
template <int Grid, neighbour_pairs Pairs = neighbour_pairs::all>
using relative_position = objectives::relative_position<objectives::relative_position_config{
    .grid = Grid,
    .pairs = Pairs,
    .projector = layers::patch_projection(5, layers::head_norm::plain),
    .classifier = layers::task_classifier({.hidden = 6, .out = 8}, layers::head_norm::plain)}>;
template <int Grid, neighbour_pairs Pairs = neighbour_pairs::all>
using patches = augmentations::task_views<crops, augmentations::relative_position<augmentations::relative_position_config{
                                                     .grid = Grid, .patch = 2, .gap = 0, .jitter = 1, .pairs = Pairs}>>;

/// A run on larger images, of 6 x 6.
template <class Run>
struct on_six : Run {
  static constexpr shape image{.h = 6, .w = 6, .c = 2};
};

}  // namespace tiny
