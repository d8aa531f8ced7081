// SPDX-License-Identifier: Apache-2.0
#include "small_run.hpp"

/// The projector sees some of the patches; which, the augmentation drew.
struct some_patches
    : ssl::layers::sequential<ssl::named<"some", ssl::layers::gather_tokens<2>>, ssl::named<"flat", ssl::layers::flatten>> {};

struct objective : small_objective {
  using networks = ssl::type_list<ssl::named<"projector", some_patches>>;
  static constexpr bool accepts(ssl::augmentations::view_layout const&) { return true; }
  static constexpr auto graph = ssl::build_graph([](auto& g) {
    auto features = g.apply("encoder", g.views(0));
#ifdef PRETEXT_SHOULD_FAIL
    g.loss("nt_xent", {g.apply("projector", features)});
#else
    g.loss("nt_xent", {g.apply("projector", features, {.mask = g.mask(0)})});
#endif
  });
};

struct two_ordered_views
    : ssl::augmentations::with_masks<
          ssl::augmentations::two_views<ssl::augmentations::simclr_small_chain>,
          ssl::augmentations::masks<2, ssl::augmentations::random_order<ssl::augmentations::random_order_config{4}>>> {};

struct run : small_run {
  using encoder = ssl::layers::patch_embedding<ssl::layers::patch_config{.patch = 4, .width = 4}>;
  using augmentation = two_ordered_views;
  using objective = ::objective;
};

#include "next_lines.hpp"
