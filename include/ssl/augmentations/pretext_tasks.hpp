// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/augmentations/chain.hpp"
#include "ssl/augmentations/jigsaw.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/random_crop.hpp"
#include "ssl/augmentations/random_grayscale.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/relative_position.hpp"
#include "ssl/augmentations/task_views.hpp"

/// \file
/// What the pretext tasks that are solved by classification are trained on: as published, and for images of 32 x 32. The
/// published jigsaw wants images of 255 x 255, the published relative position of 398 x 398.
///
/// Deviation  a square crop of the picture stands for resizing the whole picture and cropping it
namespace ssl::augmentations {

/// Source  gidariss/FeatureLearningRotNet: dataloader.py, ImageNet
struct rotation_chain
    : chain<named<"crop", random_resized_crop<>>, named<"flip", random_horizontal_flip>, named<"normalise", normalise>> {};

struct rotation : task_views<rotation_chain, all_quarter_turns> {
  struct options : task_views<rotation_chain, all_quarter_turns>::options {
    constexpr options() { get<"normalise">() = imagenet_statistics; }
  };
};

/// Source  the same, CIFAR-10: crop with a border of 4, flip
struct rotation_small_chain
    : chain<named<"crop", random_crop>, named<"flip", random_horizontal_flip>, named<"normalise", normalise>> {};

struct rotation_small : task_views<rotation_small_chain, all_quarter_turns> {
  struct options : task_views<rotation_small_chain, all_quarter_turns>::options {
    constexpr options() { get<"normalise">() = cifar10_statistics; }
  };
};

/// Source  Noroozi and Favaro 2016, arXiv:1603.09246: no mirroring, grey with probability 0.3
struct jigsaw_chain
    : chain<named<"crop", random_resized_crop<>>, named<"gray", random_grayscale>, named<"normalise", normalise>> {};

/// Puzzles of a task: `jigsaw_puzzles<>` are the published ones.
template <jigsaw_config Task = jigsaw_config{}>
struct jigsaw_puzzles : task_views<jigsaw_chain, jigsaw<Task>> {
  struct options : task_views<jigsaw_chain, jigsaw<Task>>::options {
    constexpr options() {
      this->template get<"crop">() = random_resized_crop_options{.scale_low = 0.5f, .ratio_low = 1, .ratio_high = 1};
      this->template get<"gray">().probability = 0.3f;
      this->template get<"normalise">() = imagenet_statistics;
    }
  };
};

/// All 24 orders of 2 x 2 tiles of 12 pixels; for 3 x 3: {.grid = 3, .tile = 8, .classes = 72}.
inline constexpr jigsaw_config jigsaw_task_small{.grid = 2, .tile = 12, .classes = 24};

template <jigsaw_config Task = jigsaw_task_small>
struct jigsaw_small : jigsaw_puzzles<Task> {
  struct options : jigsaw_puzzles<Task>::options {
    constexpr options() { this->template get<"normalise">() = cifar10_statistics; }
  };
};

/// Source  Doersch et al. 2015, arXiv:1505.05192; deepcontext train.py: images of 150 000 to 450 000 pixels, of which a grid
///         covers 398 x 398
struct relative_position_chain : chain<named<"crop", random_resized_crop<>>, named<"normalise", normalise>> {};

template <relative_position_config Task = relative_position_config{}>
struct relative_position_pairs : task_views<relative_position_chain, relative_position<Task>> {
  struct options : task_views<relative_position_chain, relative_position<Task>>::options {
    constexpr options() {
      this->template get<"crop">() = random_resized_crop_options{.scale_low = 0.35f, .ratio_low = 1, .ratio_high = 1};
      this->template get<"normalise">() = imagenet_statistics;
    }
  };
};

/// 3 x 3 patches of 8 pixels with gaps of 2.
inline constexpr relative_position_config relative_position_task_small{.patch = 8, .gap = 2, .jitter = 1};

template <relative_position_config Task = relative_position_task_small>
struct relative_position_small : relative_position_pairs<Task> {
  struct options : relative_position_pairs<Task>::options {
    constexpr options() { this->template get<"normalise">() = cifar10_statistics; }
  };
};

}  // namespace ssl::augmentations
