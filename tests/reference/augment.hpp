// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "reference/suite.hpp"
#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/gaussian_blur.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/random_solarize.hpp"
#include "ssl/augmentations/resample.hpp"

/// \file
/// The operations of augmentations against tensors that torchvision made. They run on the host, in double and in float.
namespace reference_suite {

using namespace ssl::augmentations;
using ssl::io::safetensor;

/// A stored image (C, H, W) in both forms: 8-bit pixels and planes in units of 255.
struct stored_image {
  int channels, height, width;
  std::vector<std::uint8_t> planes, pixels;

  stored_image(reference_case const& c, int which) {
    safetensor const& t = c.tensors().at("image_u8");
    std::size_t const rank = t.shape.size();
    channels = static_cast<int>(t.shape[rank - 3]), height = static_cast<int>(t.shape[rank - 2]),
    width = static_cast<int>(t.shape[rank - 1]);
    std::vector<std::uint8_t> const all = t.to<std::uint8_t>();
    int const plane = height * width;
    planes.assign(all.begin() + which * channels * plane, all.begin() + (which + 1) * channels * plane);
    pixels.resize(planes.size());
    for (int c = 0; c < channels; ++c)
      for (int i = 0; i < plane; ++i) pixels[i * channels + c] = planes[c * plane + i];
  }
  ssl::image_view view() const { return {pixels.data(), height, width, channels}; }
  template <class T>
  std::vector<T> units() const {
    std::vector<T> v(planes.size());
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<T>(planes[i]) * unit_of_bytes<T>;
    return v;
  }
  template <class T>
  tile<T> over(std::vector<T>& v) const {
    return {v.data(), ssl::index{height} * width, channels, height, width};
  }
};

template <class T, resample_config Config>
void compare_crops(reference_case const& c, std::string const& form) {
  stored_image const image(c, 0);
  std::vector<int> const boxes = c.stored<int>("boxes_top_left_height_width");
  scratch_of<T> memory;
  for (std::size_t k = 0; k < boxes.size() / 4; ++k) {
    std::string const name = "box" + std::to_string(k) + "." + form;
    int const height = static_cast<int>(c.extents(name).at(1)), width = static_cast<int>(c.extents(name).at(2));
    std::vector<T> out(static_cast<std::size_t>(image.channels * height * width), T(NAN));
    crop_box const box{boxes[4 * k], boxes[4 * k + 1], boxes[4 * k + 2], boxes[4 * k + 3]};
    resize_crop<Config>(image.view(), box, height, width, out.data(), memory);
    expect_near(name, out, c.stored<double>(name), c.limit<T>());
  }
}

inline void resized_crops(reference_case const& c) {
  in_double_and_float([&]<class T>() {
    compare_crops<T, resample_config{filter::bilinear, antialias::on}>(c, "bilinear_antialias");
    compare_crops<T, resample_config{filter::bilinear, antialias::off}>(c, "bilinear_plain");
    compare_crops<T, resample_config{filter::bicubic, antialias::on}>(c, "bicubic_antialias");
    compare_crops<T, resample_config{filter::bicubic, antialias::off}>(c, "bicubic_plain");
    compare_crops<T, resample_config{filter::nearest}>(c, "nearest");
  });
  without_counterpart(c, "*_pil*_u8 (the arithmetic of 8-bit images)");
}

/// Makes every image of a file by `make(tile)` and compares with `name`.
template <class T, class Make>
void compare_images(reference_case const& c, std::string const& name, Make make) {
  std::vector<T> all;
  for (int k = 0; k < static_cast<int>(c.extents("image_u8").at(0)); ++k) {
    stored_image const image(c, k);
    std::vector<T> v = image.units<T>();
    make(image.over(v));
    all.insert(all.end(), v.begin(), v.end());
  }
  expect_near(name, all, c.stored<double>(name), c.limit<T>());
}

/// The file holds bytes, which a flip moves: in their own units they come out exact.
inline void flips(reference_case const& c) {
  std::vector<float> all;
  for (int k = 0; k < static_cast<int>(c.extents("image_u8").at(0)); ++k) {
    stored_image const image(c, k);
    std::vector<float> v(image.planes.begin(), image.planes.end());
    flip_horizontal(image.over(v));
    all.insert(all.end(), v.begin(), v.end());
  }
  expect_near("hflip", all, c.stored<double>("hflip"), c.limit<float>());
  without_counterpart(c, "vflip, rot90_*, rotnet_*");
}

template <class T>
void adjust(std::string const& operation, double factor, tile<T> t) {
  T const f = static_cast<T>(factor);
  if (operation == "brightness") return adjust_brightness(t, f);
  if (operation == "contrast") return adjust_contrast<colours::rgb>(t, f);
  if (operation == "saturation") return adjust_saturation(t, f);
  if (operation == "hue") return adjust_hue(t, f);
  if (operation == "solarize") return solarize(t, f);
  FAIL("unknown operation ", operation);
}

inline void colour_operations(reference_case const& c) {
  nlohmann::json const& hyper = c.hyper();
  in_double_and_float([&]<class T>() {
    for (std::string const operation : {"brightness", "contrast", "saturation", "hue", "solarize"})
      for (nlohmann::json const& factor : hyper.at(operation))
        compare_images<T>(c, operation + "_" + factor.dump(), [&](tile<T> t) { adjust<T>(operation, factor, t); });
    for (std::size_t k = 0; k < hyper.at("jitter_orders").size(); ++k)
      compare_images<T>(c, "jitter" + std::to_string(k), [&](tile<T> t) {
        for (nlohmann::json const& step : hyper.at("jitter_orders")[k]) adjust<T>(step[0], step[1], t);
      });
    compare_images<T>(c, "grayscale", [](tile<T> t) { grayscale(t); });
    compare_images<T>(c, "invert", [](tile<T> t) { solarize(t, T(0)); });
  });
  auto const compare_normalised = [&](std::string const& name, channel_statistics const& statistics) {
    compare_images<float>(c, name, [&](tile<float> t) { normalise::apply<colours::rgb>(statistics, t); });
  };
  compare_normalised("normalize_imagenet", imagenet_statistics);
  compare_normalised("normalize_cifar10", cifar10_statistics);
  without_counterpart(c, "*_pil*_u8 (the arithmetic of 8-bit images)");
}

inline void blurs(reference_case const& c) {
  stored_image const image(c, 0);
  in_double_and_float([&]<class T>() {
    scratch_of<T> memory;
    for (nlohmann::json const& pair : c.hyper().at("kernel_sigma")) {
      int const taps = pair[0];
      double const sigma = pair[1];
      std::string const form = "k" + pair[0].dump() + "_s" + pair[1].dump();
      std::vector<T> in = image.units<T>(), out(in.size(), T(NAN)), kernel(static_cast<std::size_t>(taps));
      gaussian_blur(image.over(in), taps, sigma, out.data(), memory);
      expect_near("torchvision_" + form, out, c.stored<double>("torchvision_" + form), c.limit<T>());
      ssl::augmentations::detail::fill_gaussian(kernel.data(), taps / 2, sigma);
      expect_near("kernel_" + form, kernel, c.stored<double>("kernel_" + form), c.limit<T>());
    }
  });
  without_counterpart(c, "*_pil*_u8 (the arithmetic of 8-bit images)");
}

inline double quantile(std::vector<double> v, double level) {
  std::sort(v.begin(), v.end());
  double const place = level * static_cast<double>(v.size() - 1);
  std::size_t const below = static_cast<std::size_t>(place), above = std::min(below + 1, v.size() - 1);
  return v[below] + (place - static_cast<double>(below)) * (v[above] - v[below]);
}

/// As many boxes as the file counts, and what the file says of them.
struct drawn_boxes {
  std::vector<double> area, aspect, log_aspect, top, left, whole;

  explicit drawn_boxes(nlohmann::json const& hyper) {
    int const height = hyper.at("h"), width = hyper.at("w"), count = hyper.at("draws");
    random_resized_crop_options const options{hyper.at("scale")[0], hyper.at("scale")[1], hyper.at("ratio")[0],
                                              hyper.at("ratio")[1]};
    for (int i = 0; i < count; ++i) {
      ssl::draws stream({.seed = 20, .sample = static_cast<std::uint32_t>(i)});
      crop_box const b = draw_crop_box(options, stream, height, width);
      REQUIRE(
          (b.top >= 0 && b.left >= 0 && b.height > 0 && b.width > 0 && b.top + b.height <= height && b.left + b.width <= width));
      area.push_back(static_cast<double>(b.height) * b.width / (static_cast<double>(height) * width));
      aspect.push_back(static_cast<double>(b.width) / b.height);
      log_aspect.push_back(std::log(aspect.back()));
      top.push_back(static_cast<double>(b.top) / std::max(height - b.height, 1));
      left.push_back(static_cast<double>(b.left) / std::max(width - b.width, 1));
      whole.push_back(b.height == height && b.width == width);
    }
  }
};

inline double mean(std::vector<double> const& v) {
  double sum = 0;
  for (double x : v) sum += x;
  return sum / static_cast<double>(v.size());
}
inline double deviation(std::vector<double> const& v) {
  double const centre = mean(v);
  double sum = 0;
  for (double x : v) sum += (x - centre) * (x - centre);
  return std::sqrt(sum / static_cast<double>(v.size()));
}

/// Random bits differ from torch's, so distributions are compared: quantiles between 5 % and 95 %, means and deviations.
inline void crop_boxes(reference_case const& c) {
  double const limit = c.statistical_limit("quantile_abs");
  drawn_boxes const drawn(c.hyper());
  std::vector<double> const levels = c.stored<double>("quantile_levels");
  auto const compare = [&](std::vector<double> const& values, std::string const& name) {
    std::vector<double> const expected = c.stored<double>(name);
    for (std::size_t k = 0; k < levels.size(); ++k) {
      if (levels[k] < 0.05 || levels[k] > 0.95) continue;
      expect_near(name + " at " + std::to_string(levels[k]), quantile(values, levels[k]), expected[k], {.absolute = limit});
    }
  };
  compare(drawn.area, "area_quantiles");
  compare(drawn.aspect, "aspect_quantiles");

  // Places are fractions of small integers, whose quantiles jump: their distribution is compared, not its inverse.
  auto const compare_steps = [&](std::vector<double> const& values, std::string const& name) {
    std::vector<double> const expected = c.stored<double>(name);
    for (std::size_t k = 0; k < levels.size(); ++k) {
      auto const share_up_to = [&](double bound) {
        return static_cast<double>(std::count_if(values.begin(), values.end(), [&](double v) { return v <= bound; })) /
               static_cast<double>(values.size());
      };
      INFO(name << " at " << levels[k]);
      CHECK(share_up_to(expected[k] - 1e-6) - limit < levels[k]);
      CHECK(share_up_to(expected[k] + 1e-6) + limit > levels[k]);
    }
  };
  compare_steps(drawn.top, "top_fraction_quantiles");
  compare_steps(drawn.left, "left_fraction_quantiles");
  auto const compare_number = [&](char const* name, double found) {
    expect_near(name, found, c.number(name), {.absolute = limit / 2});
  };
  compare_number("area_mean", mean(drawn.area));
  compare_number("area_std", deviation(drawn.area));
  compare_number("log_aspect_mean", mean(drawn.log_aspect));
  compare_number("log_aspect_std", deviation(drawn.log_aspect));
  compare_number("full_image_fraction", mean(drawn.whole));
}

}  // namespace reference_suite
