// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "ssl/augmentations/inpainting.hpp"
#include "ssl/losses/binary_cross_entropy.hpp"
#include "ssl/losses/colorization.hpp"
#include "ssl/losses/weighted_square_error.hpp"

/// \file
/// Losses of predicted pixels against a file. The published codes let the weights multiply gradients only, so that values are compared
/// without them and gradients with them.
namespace reference_suite {

/// The soft targets by themselves, and colours found again in the logits.
template <int Count>
void soft_colours(reference_case const& c) {
  std::vector<double> const ab = c.values<double>("ab"), logits = c.values<double>("logits");
  std::vector<int> const bins = c.values<int>("target_bins");
  in_double_and_float([&]<class T>() {
    std::vector<T> weights(bins.size()), annealed(ab.size());
    std::vector<int> found(bins.size());
    for (std::size_t i = 0; i < ab.size() / 2; ++i) {
      ssl::ops::soft_ab_bins<Count>(static_cast<T>(ab[2 * i]), static_cast<T>(ab[2 * i + 1]),
                                    static_cast<T>(c.hyper().at("sigma")), &found[i * Count], &weights[i * Count]);
      std::vector<T> const row(&logits[i * ssl::ops::ab_bin_count], &logits[i * ssl::ops::ab_bin_count] + ssl::ops::ab_bin_count);
      ssl::ops::annealed_mean_ab(row.data(), static_cast<T>(c.hyper().at("anneal_t")), annealed[2 * i], annealed[2 * i + 1]);
    }
    expect_near("target_bins", found, bins, {});
    expect_near("target_weights", weights, c.values<double>("target_weights"), c.limit<T>());
    expect_near("annealed_mean_ab", annealed, c.values<double>("annealed_mean_ab"), c.limit<T>());
  });
}

template <shape Logits, int Neighbours>
void colours(reference_case const& c, double sigma) {
  using published = colorization<colorization_config{.neighbours = Neighbours}>;
  using weighted = colorization<colorization_config{.neighbours = Neighbours, .weighting = weighting::loss}>;
  constexpr shape ab = Logits.with_channels(2), place{.c = Logits.c};
  soft_colours<Neighbours>(c);

  // the weights of those bins that come in the file, and what they add up to
  std::vector<double> const boost = c.stored<double>("boost"), coloured = c.stored<double>("nongray");
  std::vector<int> const bins = c.values<int>("target_bins");
  typename published::options plain{.sigma = sigma, .grey = -1, .ab_scale = 1}, rebalanced{.sigma = sigma, .ab_scale = 1};
  double sum = 0;
  for (std::size_t i = 0; i < boost.size(); ++i) {
    rebalanced.class_weights.of[bins[i * Neighbours]] = boost[i];
    sum += boost[i] * coloured[i / static_cast<std::size_t>(Logits.tokens())];
  }
  on_every_backend([&]<class Backend, class T>() {
    loss_input<T> const x = c.values<T>("logits"), colours = loss_input<T>::target(c.values<T>("ab"));
    auto const expect = [&](char const* name, auto const& found, auto const& expected) {
      expect_near(name, found, expected, c.limit<T>());
    };
    auto const without = evaluate_loss<published, Backend, T, Logits, ab>(plain, {x, colours});
    expect("loss", without.loss, c.number("loss"));
    expect("loss_sum_over_batch", without.loss * static_cast<T>(Logits.tokens()), c.number("loss_sum_over_batch"));
    expect("grad_logits_unweighted", without.gradient[0], c.values<double>("grad_logits_unweighted"));
    auto const with = evaluate_loss<published, Backend, T, Logits, ab>(rebalanced, {x, colours});
    expect("loss", with.loss, c.number("loss"));
    expect("grad_logits_rebalanced", with.gradient[0], c.values<double>("grad_logits_rebalanced"));
    auto const value = evaluate_loss<weighted, Backend, T, Logits, ab>(rebalanced, {x, colours});
    expect("loss_weighted_mean_of_wce", value.loss,
           c.number("loss_weighted_mean_of_wce") * sum / static_cast<double>(Logits.rows()));
    expect("grad_logits_rebalanced", value.gradient[0], c.values<double>("grad_logits_rebalanced"));

    std::vector<T> each;
    for (ssl::index i = 0; i < Logits.rows(); ++i) {
      auto const from = x.values.begin() + i * Logits.c;
      auto const at = colours.values.begin() + 2 * i;
      each.push_back(evaluate_loss<published, Backend, T, place, place.with_channels(2)>(
                         plain, {loss_input<T>(std::vector<T>(from, from + Logits.c)), loss_input<T>::target({at[0], at[1]})})
                         .loss);
    }
    expect("cross_entropy_per_position", each, c.values<double>("cross_entropy_per_position"));
  });
}

/// The file has the discriminator's probabilities and gradients in them, the loss takes logits.
template <class Backend, class T>
void two_classes(reference_case const& c, char const* probability, double target, char const* loss, char const* gradient,
                 ssl::index images) {
  std::vector<double> const p = c.stored<double>(probability);
  std::vector<double> expected = c.stored<double>(gradient);
  std::vector<T> found;
  double mean = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    T const logit = static_cast<T>(std::log(p[i] / (1 - p[i])));
    auto const one = evaluate_loss<binary_cross_entropy, Backend, T, shape{}>({.target = target}, {{std::vector<T>{logit}}},
                                                                              1.0 / static_cast<double>(images));
    mean += static_cast<double>(one.loss) / static_cast<double>(images);
    found.push_back(one.gradient[0][0]);
    expected[i] *= p[i] * (1 - p[i]);
  }
  expect_near(loss, mean, c.number(loss), c.limit<T>());
  expect_near(gradient, found, expected, c.limit<T>());
}

template <shape Part, int Ring>
void context_encoder(reference_case const& c, double pixel_weight) {
  using hole = ssl::augmentations::centre_hole<ssl::augmentations::centre_hole_config{Ring}>;
  constexpr shape image{1, 2 * Part.h, 2 * Part.w, Part.c};
  std::vector<std::int32_t> whole(static_cast<std::size_t>(image.tokens())), part(static_cast<std::size_t>(Part.tokens())), mask;
  ssl::draws none({});
  ssl::augmentations::scratch memory;
  hole::draw({}, none, image, whole.data(), memory);
  ssl::augmentations::cut_piece(whole.data(), image.with_channels(1), hole::predicted(image), part.data());
  std::vector<double> weights;
  for (std::int32_t const hidden : part)
    weights.push_back(pixel_weight * (hidden == 0 ? weighted_square_error<>::options{}.visible_weight : 1));
  expect_near("overlap_weight", weights, c.stored<double>("overlap_weight"), c.limit<double>());
  for (int n = 0; n < Part.n; ++n) mask.insert(mask.end(), part.begin(), part.end());

  on_every_backend([&]<class Backend, class T>() {
    two_classes<Backend, T>(c, "d_fake", 1, "loss_g_adversarial", "grad_d_fake_for_g", Part.n);
    two_classes<Backend, T>(c, "d_real", 1, "loss_d_real", "grad_d_real", Part.n);
    two_classes<Backend, T>(c, "d_fake", 0, "loss_d_fake", "grad_d_fake", Part.n);
    expect_near("loss_d", c.number("loss_d_real") + c.number("loss_d_fake"), c.number("loss_d"), c.limit<T>());

    std::vector<loss_input<T>> const inputs{c.values<T>("fake"), loss_input<T>::target(c.values<T>("real")),
                                            loss_input<T>::labels(mask)};
    auto const plain =
        evaluate_loss<weighted_square_error<>, Backend, T, Part, Part, Part.with_channels(1)>({.visible_weight = 1}, inputs);
    expect_near("loss_l2", plain.loss, c.number("loss_l2"), c.limit<T>());
    expect_near("grad_fake_l2_plain", plain.gradient[0], c.values<double>("grad_fake_l2_plain"), c.limit<T>());
    auto const ringed =
        evaluate_loss<weighted_square_error<>, Backend, T, Part, Part, Part.with_channels(1)>({}, inputs, pixel_weight);
    std::vector<T> total = c.values<T>("grad_fake_from_adversary");
    for (std::size_t i = 0; i < total.size(); ++i) total[i] = static_cast<T>(1 - pixel_weight) * total[i] + ringed.gradient[0][i];
    expect_near("grad_fake_total", total, c.values<double>("grad_fake_total"), c.limit<T>());
    double const reported = (1 - pixel_weight) * c.number("loss_g_adversarial") + pixel_weight * static_cast<double>(ringed.loss);
    expect_near("loss_g_total_reported", reported, c.number("loss_g_total_reported"), c.limit<T>());
  });
}

}  // namespace reference_suite
