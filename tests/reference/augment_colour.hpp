// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "reference/stored_image.hpp"
#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/gaussian_blur.hpp"
#include "ssl/augmentations/to_lab.hpp"
#include "ssl/ops/ab_bins.hpp"
#include "ssl/ops/lab.hpp"

/// \file
/// Colours of SimCLR's own code, of CIE Lab and of colorization.
namespace reference_suite {

/// The number that a tensor's name ends with, after `beginning`.
inline double number_behind(std::string const& name, std::string const& beginning) {
  return std::stod(name.substr(beginning.size()));
}

/// TensorFlow's operations clip nothing, and the chain clips after each; ours do both in one.
class tf_colours {
 public:
  explicit tf_colours(reference_case const& c) : c_(c), pixels_(c.stored<float>("image")) {
    std::vector<ssl::index> const s = c.extents("image");
    height_ = static_cast<int>(s.at(0)), width_ = static_cast<int>(s.at(1));
  }
  /// Makes the image by make(number, tile), for all tensors whose name begins so.
  template <class Make>
  void compare(std::string const& beginning, Make make) const {
    int found = 0;
    for (safetensor const& t : c_.tensors().tensors()) {
      if (!t.name.starts_with(beginning)) continue;
      std::vector<float> planes = to_planes(pixels_);
      double const number = t.name == beginning ? 0 : number_behind(t.name, beginning);
      make(number, tile<float>{planes.data(), ssl::index{height_} * width_, 3, height_, width_});
      std::vector<double> expected = c_.stored<double>(t.name);
      for (double& v : expected) v = std::clamp(v, 0.0, 1.0);
      expect_near(t.name, planes, to_planes(expected), c_.limit<float>());
      ++found;
    }
    INFO(beginning);
    CHECK(found > 0);
  }

 private:
  template <class T>
  static std::vector<T> to_planes(std::vector<T> const& pixels) {
    std::vector<T> planes(pixels.size());
    std::size_t const plane = pixels.size() / 3;
    for (std::size_t i = 0; i < plane; ++i)
      for (std::size_t c = 0; c < 3; ++c) planes[c * plane + i] = pixels[3 * i + c];
    return planes;
  }

  reference_case const& c_;
  std::vector<float> pixels_;
  int height_ = 0, width_ = 0;
};

inline void simclr_tf_colours(reference_case const& c) {
  tf_colours const tensors(c);
  tensors.compare("brightness_v2_factor", [](double f, tile<float> t) { adjust_brightness(t, static_cast<float>(f)); });
  tensors.compare("brightness_v1_delta", [](double d, tile<float> t) { add_brightness(t, static_cast<float>(d)); });
  tensors.compare("contrast_", [](double f, tile<float> t) {
    float means[3];
    for (int k = 0; k < 3; ++k)
      means[k] = static_cast<float>(ssl::augmentations::detail::sum_of(t.channel(k), t.pixels()) / t.pixels());
    adjust_contrast_of_channels(t, static_cast<float>(f), means);
  });
  tensors.compare("saturation_", [](double f, tile<float> t) { scale_saturation(t, static_cast<float>(f)); });
  tensors.compare("hue_", [](double shift, tile<float> t) { adjust_hue(t, static_cast<float>(shift)); });
  tensors.compare("grayscale", [](double, tile<float> t) { grayscale(t); });
  for (safetensor const& t : c.tensors().tensors()) {
    if (!t.name.starts_with("blur_k")) continue;
    std::size_t const split = t.name.find("_s");
    int const taps = std::stoi(t.name.substr(6, split - 6));
    tensors.compare(t.name.substr(0, split + 2), [&](double sigma, tile<float> whole) {
      std::vector<float> out(static_cast<std::size_t>(3 * whole.pixels()), NAN);
      scratch memory;
      gaussian_blur<blur_border::zero>(whole, taps, sigma, out.data(), memory);
      std::copy(out.begin(), out.end(), whole.data);
    });
  }
}

/// The colours of an array of rows, each by f.
template <class T, class F>
std::vector<T> converted(std::vector<T> rows, F f) {
  for (std::size_t i = 0; i < rows.size(); i += 3) {
    ssl::ops::colour<T> const made = f(ssl::ops::colour<T>{{rows[i], rows[i + 1], rows[i + 2]}});
    std::copy(made.v, made.v + 3, &rows[i]);
  }
  return rows;
}

inline void lab_colours(reference_case const& c) {
  using ssl::ops::lab_to_srgb;
  using ssl::ops::srgb_to_lab;
  using ssl::ops::srgb_to_xyz;
  in_double_and_float([&]<class T>() {
    std::vector<T> const rgb = c.stored<T>("rgb");
    auto const expect = [&](char const* name, std::vector<T> const& found) {
      expect_near(name, found, c.stored<double>(name), c.limit<T>());
    };
    expect("xyz", converted(rgb, [](auto v) { return srgb_to_xyz(v); }));
    expect("lab", converted(rgb, [](auto v) { return srgb_to_lab(v); }));
    expect("rgb_back", converted(c.stored<T>("lab"), [](auto v) { return lab_to_srgb(v); }));
  });
  // The whole image by the stage of a chain, whose numbers are taken back.
  stored_image const image(c, 0);
  std::vector<float> planes = image.units<float>();
  to_lab::apply<colours::rgb>({.lightness_mean = 0, .lightness_scale = 1, .ab_scale = 1}, image.over(planes));
  expect_near("image_lab", planes, c.stored<double>("image_lab"), c.limit<float>());
}

/// Distances of colours to bins say which bins are near; of equally near ones the file may name others.
template <int Count>
void soft_bins(reference_case const& c) {
  std::string const form = "nn" + std::to_string(Count);
  std::vector<double> const ab = c.stored<double>("ab"), expected = c.stored<double>(form + ".weights");
  std::vector<double> const means = c.stored<double>(form + ".decoded_mean");
  std::vector<int> const named = c.stored<int>(form + ".bins");
  in_double_and_float([&]<class T>() {
    std::vector<T> weights(expected.size()), decoded;
    std::vector<double> decoded_expected;
    int equal = 0;
    for (std::size_t i = 0; i < ab.size() / 2; ++i) {
      int bins[Count];
      T* const w = &weights[i * Count];
      ssl::ops::soft_ab_bins<Count>(static_cast<T>(ab[2 * i]), static_cast<T>(ab[2 * i + 1]),
                                    static_cast<T>(c.hyper().at("sigma")), bins, w);
      if (!std::is_permutation(bins, bins + Count, &named[i * Count])) continue;
      ++equal;
      T all[ssl::ops::ab_bin_count] = {}, a, b;
      for (int k = 0; k < Count; ++k) all[bins[k]] = w[k];
      ssl::ops::mean_ab(all, a, b);
      decoded.insert(decoded.end(), {a, b});
      decoded_expected.insert(decoded_expected.end(), {means[2 * i], means[2 * i + 1]});
    }
    CHECK(equal * 2 >= static_cast<int>(ab.size()) - 8);  // all but the few that lie on the grid
    expect_near(form + ".weights", weights, expected, c.limit<T>());
    expect_near(form + ".decoded_mean", decoded, decoded_expected, c.limit<T>());
  });
}

inline void colorization_gamut(reference_case const& c) {
  std::vector<int> bins;
  for (int q = 0; q < ssl::ops::ab_bin_count; ++q) bins.insert(bins.end(), {ssl::ops::ab_of_bin(q).a, ssl::ops::ab_of_bin(q).b});
  if (c.has("bins_ab")) expect_near("bins_ab", bins, c.stored<int>("bins_ab"), {});
  for (safetensor const& t : c.tensors().tensors()) {
    std::string const beginning = "prior_factor_alpha";
    if (!t.name.starts_with(beginning) || !c.has("prior_probs")) continue;
    double const alpha = number_behind(t.name, beginning), gamma = std::stod(t.name.substr(t.name.find("gamma") + 5));
    std::vector<double> const prior = c.stored<double>("prior_probs");
    std::vector<double> weights(prior.size());
    ssl::ops::rebalance_ab_bins(prior.data(), gamma, alpha, weights.data());
    expect_near(t.name, weights, c.stored<double>(t.name), c.limit<double>());
  }
}

}  // namespace reference_suite
