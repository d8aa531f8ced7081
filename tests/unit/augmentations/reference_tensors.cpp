// SPDX-License-Identifier: Apache-2.0
//
// The operations of augmentations against tensors that torchvision made: every file of the kinds below in the reference folders,
// every tensor in them that has a counterpart here.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ssl/augmentations/color.hpp"
#include "ssl/augmentations/gaussian_blur.hpp"
#include "ssl/augmentations/normalise.hpp"
#include "ssl/augmentations/random_horizontal_flip.hpp"
#include "ssl/augmentations/random_resized_crop.hpp"
#include "ssl/augmentations/random_solarize.hpp"
#include "ssl/augmentations/resample.hpp"
#include "ssl/io/safetensors.hpp"

namespace {

using namespace ssl::augmentations;
using ssl::io::safetensor;
using ssl::io::safetensors_file;

struct tolerance {
  double relative = 0, absolute = 0;
};

template <class T>
tolerance tolerance_of(safetensors_file const& file) {
  auto const t = nlohmann::json::parse(file.metadata().at("tolerance")).at(sizeof(T) == 8 ? "float64" : "float32");
  return {t.at("rtol"), t.at("atol")};
}

template <class T>
void expect_equal(std::vector<T> const& got, safetensor const& expected, tolerance limit) {
  std::vector<double> const want = expected.to<double>();
  REQUIRE(got.size() == want.size());
  double worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    double const off = std::abs(static_cast<double>(got[i]) - want[i]) - limit.absolute - limit.relative * std::abs(want[i]);
    worst = std::isfinite(off) ? std::max(worst, off) : 1;
  }
  INFO("tensor ", expected.name, " beyond its tolerance by ", worst);
  CHECK(worst == 0);
}

/// A stored image (C, H, W) in both forms: 8-bit pixels and planes in units of 255.
struct stored_image {
  int channels, height, width;
  std::vector<std::uint8_t> planes, pixels;

  stored_image(safetensor const& t, int which) {
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

std::vector<std::string> files_called(std::string const& beginning) {
  std::vector<std::string> found;
  for (char const* const set : {"/reference", "/reference-other"}) {
    std::filesystem::path const folder = std::string(PRETEXT_SHARED_DIR) + set + "/augment";
    if (!std::filesystem::is_directory(folder)) continue;
    for (auto const& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().filename().string().rfind(beginning, 0) == 0 && entry.path().extension() == ".safetensors")
        found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  if (found.empty())
    MESSAGE("skipped: no " << beginning << "* among the reference files in PRETEXT_SHARED_DIR (" << PRETEXT_SHARED_DIR << ")");
  return found;
}

template <class T, resample_config Config>
int compare_crops(safetensors_file const& file, std::string const& form) {
  stored_image const image(file.at("image_u8"), 0);
  std::vector<std::int64_t> const boxes = file.at("boxes_top_left_height_width").to<std::int64_t>();
  scratch_of<T> memory;
  int compared = 0;
  for (std::size_t k = 0; k < boxes.size() / 4; ++k) {
    safetensor const& expected = file.at("box" + std::to_string(k) + "." + form);
    int const height = static_cast<int>(expected.shape[1]), width = static_cast<int>(expected.shape[2]);
    auto const extent = [&](int i) { return static_cast<int>(boxes[4 * k + i]); };
    std::vector<T> out(static_cast<std::size_t>(image.channels * height * width), T(NAN));
    resize_crop<Config>(image.view(), {extent(0), extent(1), extent(2), extent(3)}, height, width, out.data(), memory);
    expect_equal(out, expected, tolerance_of<T>(file));
    ++compared;
  }
  return compared;
}

template <class T>
int compare_all_crops(safetensors_file const& file) {
  return compare_crops<T, resample_config{filter::bilinear, antialias::on}>(file, "bilinear_antialias") +
         compare_crops<T, resample_config{filter::bilinear, antialias::off}>(file, "bilinear_plain") +
         compare_crops<T, resample_config{filter::bicubic, antialias::on}>(file, "bicubic_antialias") +
         compare_crops<T, resample_config{filter::bicubic, antialias::off}>(file, "bicubic_plain") +
         compare_crops<T, resample_config{filter::nearest}>(file, "nearest");
}

/// The factor in a name such as "hue_-0.2"; false where the name is another.
bool factor_in(std::string const& name, std::string const& operation, double& factor) {
  if (name.rfind(operation + "_", 0) != 0) return false;
  std::string const rest = name.substr(operation.size() + 1);
  std::size_t read = 0;
  factor = std::stod(rest, &read);
  return read == rest.size();
}

template <class T>
void apply(std::string const& operation, double factor, tile<T> t) {
  T const f = static_cast<T>(factor);
  if (operation == "brightness") return adjust_brightness(t, f);
  if (operation == "contrast") return adjust_contrast<colours::rgb>(t, f);
  if (operation == "saturation") return adjust_saturation(t, f);
  if (operation == "hue") return adjust_hue(t, f);
  if (operation == "solarize") return solarize(t, f);
  FAIL("unknown operation ", operation);
}

/// Makes both images of a file by `make(tile)` and compares.
template <class T, class Make>
void compare_colours(safetensors_file const& file, std::string const& name, Make make) {
  safetensor const& expected = file.at(name);
  std::vector<T> all;
  for (int k = 0; k < static_cast<int>(expected.shape[0]); ++k) {
    stored_image const image(file.at("image_u8"), k);
    std::vector<T> v = image.units<T>();
    make(image.over(v));
    all.insert(all.end(), v.begin(), v.end());
  }
  expect_equal(all, expected, tolerance_of<T>(file));
}

template <class T>
int compare_all_colours(safetensors_file const& file) {
  int compared = 0;
  for (safetensor const& t : file.tensors()) {
    for (char const* const operation : {"brightness", "contrast", "saturation", "hue", "solarize"}) {
      double factor = 0;
      if (t.name.find("_pil_") != std::string::npos || !factor_in(t.name, operation, factor)) continue;
      compare_colours<T>(file, t.name, [&](tile<T> v) { apply(operation, factor, v); });
      ++compared;
    }
  }
  compare_colours<T>(file, "grayscale", [](tile<T> v) { grayscale(v); });
  auto const orders = nlohmann::json::parse(file.metadata().at("hyper")).at("jitter_orders");
  for (std::size_t k = 0; k < orders.size(); ++k) {
    compare_colours<T>(file, "jitter" + std::to_string(k), [&](tile<T> v) {
      for (auto const& step : orders[k]) apply(step[0].get<std::string>(), step[1].get<double>(), v);
    });
    ++compared;
  }
  return compared;
}

void compare_normalised(safetensors_file const& file, std::string const& name, channel_statistics const& statistics) {
  if (file.find(name) == nullptr) return;
  compare_colours<float>(file, name, [&](tile<float> v) { normalise::apply<colours::rgb>(statistics, v); });
}

template <class T>
int compare_blurs(safetensors_file const& file) {
  stored_image const image(file.at("image_u8"), 0);
  scratch_of<T> memory;
  int compared = 0;
  auto const hyper = nlohmann::json::parse(file.metadata().at("hyper"));
  for (auto const& pair : hyper.at("kernel_sigma")) {
    std::string form("k");
    form.append(std::to_string(pair[0].get<int>())).append("_s").append(pair[1].dump());
    std::vector<T> in = image.units<T>(), out(in.size(), T(NAN));
    gaussian_blur(image.over(in), pair[0].get<int>(), pair[1].get<double>(), out.data(), memory);
    expect_equal(out, file.at("torchvision_" + form), tolerance_of<T>(file));
    std::vector<T> kernel(static_cast<std::size_t>(pair[0].get<int>()));
    detail::fill_gaussian(kernel.data(), pair[0].get<int>() / 2, pair[1].get<double>());
    expect_equal(kernel, file.at("kernel_" + form), tolerance_of<T>(file));
    ++compared;
  }
  return compared;
}

double quantile(std::vector<double>& v, double level) {
  std::sort(v.begin(), v.end());
  double const place = level * static_cast<double>(v.size() - 1);
  std::size_t const below = static_cast<std::size_t>(place), above = std::min(below + 1, v.size() - 1);
  return v[below] + (place - static_cast<double>(below)) * (v[above] - v[below]);
}

}  // namespace

TEST_CASE("reference: crops at other sizes equal torchvision's, in double and in float") {
  for (std::string const& path : files_called("resized_crop_")) {
    INFO(path);
    safetensors_file const file = safetensors_file::open(path);
    CHECK(compare_all_crops<double>(file) > 0);
    CHECK(compare_all_crops<float>(file) > 0);
  }
}

TEST_CASE("reference: horizontal flips are exact") {
  for (std::string const& path : files_called("flip_rotate_")) {
    INFO(path);
    safetensors_file const file = safetensors_file::open(path);
    std::vector<float> all;
    for (int k = 0; k < static_cast<int>(file.at("image_u8").shape[0]); ++k) {
      stored_image const image(file.at("image_u8"), k);
      std::vector<float> v(image.planes.begin(), image.planes.end());
      flip_horizontal(image.over(v));
      all.insert(all.end(), v.begin(), v.end());
    }
    expect_equal(all, file.at("hflip"), {});
  }
}

TEST_CASE("reference: colour operations and chains of them equal torchvision's") {
  for (std::string const& path : files_called("colour_")) {
    INFO(path);
    safetensors_file const file = safetensors_file::open(path);
    CHECK(compare_all_colours<double>(file) > 4);
    CHECK(compare_all_colours<float>(file) > 4);
    compare_normalised(file, "normalize_imagenet", imagenet_statistics);
    compare_normalised(file, "normalize_cifar10", cifar10_statistics);
  }
}

TEST_CASE("reference: Gaussian blurs and their kernels equal torchvision's") {
  for (std::string const& path : files_called("gaussian_blur_")) {
    INFO(path);
    safetensors_file const file = safetensors_file::open(path);
    CHECK(compare_blurs<double>(file) > 0);
    CHECK(compare_blurs<float>(file) > 0);
  }
}

TEST_CASE("reference: 20 000 crop boxes have the quantiles of torchvision's") {
  for (std::string const& path : files_called("random_resized_crop_")) {
    INFO(path);
    safetensors_file const file = safetensors_file::open(path);
    auto const hyper = nlohmann::json::parse(file.metadata().at("hyper"));
    double const limit = nlohmann::json::parse(file.metadata().at("tolerance")).at("statistical").at("quantile_abs");
    int const height = hyper.at("h"), width = hyper.at("w"), count = hyper.at("draws");
    random_resized_crop_options const options{hyper.at("scale")[0], hyper.at("scale")[1], hyper.at("ratio")[0],
                                              hyper.at("ratio")[1]};

    std::vector<double> area, aspect, top, left;
    double log_aspect = 0;
    int whole = 0;
    for (int i = 0; i < count; ++i) {
      ssl::draws stream({.seed = 20, .sample = static_cast<std::uint32_t>(i)});
      crop_box const b = draw_crop_box(options, stream, height, width);
      REQUIRE(
          (b.top >= 0 && b.left >= 0 && b.height > 0 && b.width > 0 && b.top + b.height <= height && b.left + b.width <= width));
      area.push_back(static_cast<double>(b.height) * b.width / (static_cast<double>(height) * width));
      aspect.push_back(static_cast<double>(b.width) / b.height);
      log_aspect += std::log(aspect.back()) / count;
      top.push_back(static_cast<double>(b.top) / std::max(height - b.height, 1));
      left.push_back(static_cast<double>(b.left) / std::max(width - b.width, 1));
      whole += b.height == height && b.width == width;
    }
    std::vector<double> const levels = file.at("quantile_levels").to<double>();
    auto const compare = [&](std::vector<double>& drawn, std::string const& name) {
      std::vector<double> const expected = file.at(name).to<double>();
      for (std::size_t k = 0; k < levels.size(); ++k) {
        if (levels[k] < 0.05 || levels[k] > 0.95) continue;
        INFO(name, " at ", levels[k], ": ", quantile(drawn, levels[k]), ", expected ", expected[k]);
        CHECK(std::abs(quantile(drawn, levels[k]) - expected[k]) < limit);
      }
    };
    compare(area, "area_quantiles");
    compare(aspect, "aspect_quantiles");
    // Places are fractions of small integers, whose quantiles jump: their distribution is compared, not its inverse.
    auto const compare_steps = [&](std::vector<double> const& drawn, std::string const& name) {
      std::vector<double> const expected = file.at(name).to<double>();
      for (std::size_t k = 0; k < levels.size(); ++k) {
        double const below =
            static_cast<double>(std::count_if(drawn.begin(), drawn.end(), [&](double v) { return v < expected[k] - 1e-6; }));
        double const within =
            static_cast<double>(std::count_if(drawn.begin(), drawn.end(), [&](double v) { return v <= expected[k] + 1e-6; }));
        INFO(name, " at ", levels[k], ": ", below / count, " below ", expected[k], ", ", within / count, " not above it");
        CHECK(below / count - limit < levels[k]);
        CHECK(within / count + limit > levels[k]);
      }
    };
    compare_steps(top, "top_fraction_quantiles");
    compare_steps(left, "left_fraction_quantiles");
    CHECK(std::abs(log_aspect - file.at("log_aspect_mean").to<double>()[0]) < limit / 2);
    CHECK(std::abs(static_cast<double>(whole) / count - file.at("full_image_fraction").to<double>()[0]) < limit / 2);
  }
}
