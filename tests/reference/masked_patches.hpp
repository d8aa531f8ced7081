// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "ssl/losses/masked_patches.hpp"

/// \file
/// The loss of masked autoencoders.
namespace reference_suite {

/// An order that a file's mask allows: the visible patches of each image first.
template <int Visible>
std::vector<std::int32_t> order_of_mask(reference_case const& c) {
  std::vector<double> const mask = c.stored<double>("mask");
  auto const patches = static_cast<std::size_t>(c.extents("mask").at(1));
  std::vector<std::int32_t> order;
  for (std::size_t first = 0; first < mask.size(); first += patches) {
    for (double const hidden : {0.0, 1.0})
      for (std::size_t p = 0; p < patches; ++p)
        if (mask[first + p] == hidden) order.push_back(static_cast<std::int32_t>(p));
    CHECK(std::count(&mask[first], &mask[first] + patches, 0.0) == Visible);
  }
  CHECK(order.size() == mask.size());
  return order;
}

/// Images as rows of patches, by the places that the cells read; or back.
template <shape Images, int Patch>
std::vector<double> patches_of(std::vector<double> const& from, bool back = false) {
  constexpr ssl::ops::patch_grid grid{Images.h, Images.w, Images.c, Patch};
  std::vector<double> to(from.size());
  for (ssl::index n = 0; n < Images.n; ++n)
    for (ssl::index p = 0; p < grid.patches(); ++p)
      for (ssl::index i = 0; i < grid.numbers(); ++i) {
        auto const row = static_cast<std::size_t>((n * grid.patches() + p) * grid.numbers() + i);
        auto const pixel = static_cast<std::size_t>(n * Images.with_batch(1).elements() + grid.place(p, i));
        back ? to[pixel] = from[row] : to[row] = from[pixel];
      }
  return to;
}

template <shape Images, int Patch, int Visible>
void hidden_patches(reference_case const& c) {
  CHECK(patches_of<Images, Patch>(c.values<double>("imgs")) == c.stored<double>("patchified"));
  CHECK(patches_of<Images, Patch>(c.stored<double>("pred"), true) == c.values<double>("unpatchified_pred"));
  constexpr int grid_h = Images.h / Patch, grid_w = Images.w / Patch;
  constexpr shape order{Images.n, grid_h, grid_w, 1}, rows{Images.n, 1, grid_h * grid_w, Patch * Patch * Images.c};
  loss_input<double> const wire = loss_input<double>::labels(order_of_mask<Visible>(c));
  on_every_backend([&]<class Backend, class T>() {
    loss_input<T> const integers = loss_input<T>::labels(wire.integers), images = loss_input<T>::target(c.values<T>("imgs"));
    auto const compare = [&]<patch_target Target>(std::string const& suffix) {
      using loss = masked_patches<masked_patches_config{.patch = Patch, .visible = Visible, .target = Target}>;
      auto const found = evaluate_loss<loss, Backend, T, rows, Images, order>({}, {c.stored<T>("pred"), images, integers});
      expect_near("loss" + suffix, found.loss, c.number("loss" + suffix), c.limit<T>());
      std::string const gradient = "grad_pred" + suffix;
      expect_near(gradient, found.gradient[0], c.stored<double>(gradient), c.limit<T>());
    };
    compare.template operator()<patch_target::pixels>("_pixels");
    compare.template operator()<patch_target::normalised_pixels>("_norm_pix");
  });
}

}  // namespace reference_suite
