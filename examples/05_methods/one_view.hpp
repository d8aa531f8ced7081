// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ssl/augmentations/chain.hpp>
#include <ssl/augmentations/random_horizontal_flip.hpp>
#include <ssl/augmentations/random_resized_crop.hpp>
#include <ssl/augmentations/two_views.hpp>
#include <ssl/augmentations/with_classes.hpp>

namespace methods {

struct one_view_chain : ssl::augmentations::chain<ssl::named<"crop", ssl::augmentations::random_resized_crop<>>,
                                                  ssl::named<"flip", ssl::augmentations::random_horizontal_flip>,
                                                  ssl::named<"normalise", ssl::augmentations::normalise>> {};

/// What learning from labels sees: a crop of at least half of the image, mirrored or not, and its class.
struct labelled_view
    : ssl::augmentations::with_classes<
          ssl::augmentations::view_groups<ssl::augmentations::group<ssl::augmentations::views<1, one_view_chain>>>> {
  using base = ssl::augmentations::view_groups<ssl::augmentations::group<ssl::augmentations::views<1, one_view_chain>>>;
  struct options : base::options {
    constexpr options() { get<"crop">().scale_low = 0.5f; }
  };
};

inline constexpr int most_classes = 100;

}  // namespace methods
