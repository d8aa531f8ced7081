// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "reference/augment_colour.hpp"
#include "reference/stored_image.hpp"
#include "reference/suite.hpp"
#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/gaussian_blur.hpp"
#include "ssl/augmentations/mix.hpp"
#include "ssl/augmentations/multi_crop.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/quarter_turns.hpp"
#include "ssl/augmentations/random_erasing.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/random_solarize.hpp"
#include "ssl/augmentations/random_vertical_flip.hpp"
#include "ssl/augmentations/resample.hpp"

/// \file
/// The operations of augmentations against tensors that torchvision made. They run on the host, in double and in float.
namespace reference_suite {

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

/// The file holds bytes, which a flip or a turn moves: in their own units they come out exact.
inline void flips(reference_case const& c) {
  std::vector<float> left_right, top_bottom, turned[4];
  for (int k = 0; k < static_cast<int>(c.extents("image_u8").at(0)); ++k) {
    stored_image const image(c, k);
    std::vector<float> v(image.planes.begin(), image.planes.end()), out(v.size());
    vertical_flip<float>{image.over(v)}.rows(0, image.over(out));
    top_bottom.insert(top_bottom.end(), out.begin(), out.end());
    flip_horizontal(image.over(v));
    left_right.insert(left_right.end(), v.begin(), v.end());
    std::vector<float> const pixels(image.pixels.begin(), image.pixels.end());
    for (int turns = 0; turns < 4; ++turns) {
      turn_quarters(pixels.data(), {1, image.height, image.width, image.channels}, turns, out.data());
      turned[turns].insert(turned[turns].end(), out.begin(), out.end());
    }
  }
  expect_near("hflip", left_right, c.stored<double>("hflip"), c.limit<float>());
  expect_near("vflip", top_bottom, c.stored<double>("vflip"), c.limit<float>());
  for (int turns = 0; turns < 4; ++turns)
    for (std::string const& name : {"rot90_ccw_k" + std::to_string(turns), "rotnet_label" + std::to_string(turns)})
      expect_near(name, turned[turns], c.values<double>(name), c.limit<float>());
}

/// The box and the mixes with the numbers that the file has.
inline void erase_mixup_cutmix(reference_case const& c) {
  nlohmann::json const& hyper = c.hyper();
  int const n = hyper.at("n"), h = hyper.at("h"), w = hyper.at("w"), classes = hyper.at("classes");
  std::vector<int> const box = hyper.at("erase_box");
  std::vector<double> const values = c.stored<double>("erase_values");
  std::vector<int> const cut = c.stored<int>("cutmix_box_y0_y1_x0_x1");
  std::vector<std::int32_t> const labels = c.stored<std::int32_t>("labels");
  double const lambda = hyper.at("lam"), smoothing = hyper.at("smoothing");
  batch_mix const mixup{.lambda = lambda},
      cutmix{c.number("cutmix_lambda_corrected"), true, {cut[0], cut[2], cut[1] - cut[0], cut[3] - cut[2]}};

  in_double_and_float([&]<class T>() {
    auto const erased = [&](auto value) {
      std::vector<T> planes = c.stored<T>("x");
      for (int i = 0; i < n; ++i)
        erase(tile<T>{planes.data() + i * 3 * h * w, ssl::index{h} * w, 3, h, w}, {box[0], box[1], box[2], box[3]}, value);
      return planes;
    };
    auto const stored = [&](int k, int y, int x) {
      return values[static_cast<std::size_t>((k * box[2] + y - box[0]) * box[3] + x - box[1])];
    };
    expect_near("erased_zero", erased([](int, int, int) { return 0.0; }), c.stored<double>("erased_zero"), c.limit<T>());
    expect_near("erased_values", erased(stored), c.stored<double>("erased_values"), c.limit<T>());

    auto const mixed = [&](batch_mix const& mix, std::string const& name) {
      std::vector<T> images = c.values<T>("x"), targets(static_cast<std::size_t>(n * classes), T(NAN));
      mix_images(mix, {n, h, w, 3}, images.data());
      mix_targets(mix, labels.data(), n, classes, smoothing, targets.data());
      expect_near(name + "_x", images, c.values<double>(name + "_x"), c.limit<T>());
      expect_near(name + "_targets", targets, c.stored<double>(name + "_targets"), c.limit<T>());
    };
    mixed(mixup, "mixup");
    mixed(cutmix, "cutmix");
  });
  bool found = false;  // the centre was drawn, and is not in the file: one of all places gives the box and its lambda
  for (int y = 0; y < h; ++y)
    for (int x = 0; x < w; ++x) {
      batch_mix const m = cut_at(std::sqrt(1 - lambda), y, x, h, w);
      found = found || (m.box == cutmix.box && std::abs(m.lambda - cutmix.lambda) < 1e-12);
    }
  CHECK(found);
}

/// The presets' numbers of crops, their sizes and scales: one row of the file's table for each.
inline void multi_crop_presets(reference_case const& c) {
  std::vector<double> table;
  auto const add_group = [&table](view_group const& g, random_resized_crop_options const& crop) {
    for (float v : {static_cast<float>(g.views), static_cast<float>(g.size.h), crop.scale_low, crop.scale_high})
      table.push_back(std::round(static_cast<double>(v) * 1e6) / 1e6);
  };
  auto const add_row = [&](view_layout const& l, auto const& large, auto const& small) {
    add_group(l.group[0], large.template get<"crop">());
    add_group(l.group[1], small.template get<"crop">());
  };
  constexpr ssl::shape image{1, 224, 224, 3};
  dino::options const dino_numbers;
  dinov2<>::options const dinov2_numbers;
  swav::options const swav_numbers;
  add_row(dino::layout(image), dino_numbers.chain<1>(), dino_numbers.chain<2>());
  add_row(dinov2<>::layout(image), dinov2_numbers.chain<1>(), dinov2_numbers.chain<2>());
  add_row(swav::layout(image), swav_numbers.chain<0>(), swav_numbers.chain<1>());
  expect_near("presets", table, c.stored<double>("presets"), c.limit<double>());
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
