// SPDX-License-Identifier: Apache-2.0
//
// Views of pictures in memory: the chain of SimCLR in the two forms that the peers have.
#include <cmath>
#include <memory>
#include <ssl/augmentations/simclr.hpp>
#include <ssl/cpu.hpp>

#include "peer_case.hpp"

namespace peer {
namespace {

using namespace ssl::augmentations;
using ssl::named;

using crop = named<"crop", random_resized_crop<resample_config{.filter = filter::bilinear}>>;
using flip = named<"flip", random_horizontal_flip>;
template <jitter_order Order>
using jitter = named<"jitter", color_jitter<Order>>;
using gray = named<"gray", random_grayscale>;
using blur = named<"blur", random_gaussian_blur<gaussian_blur_config{.kernel_px = 23}>>;
using last = named<"normalise", normalise>;

/// A picture with the statistics of natural ones: waves in random directions whose height falls with their frequency.
std::vector<std::uint8_t> picture(int number, int width, int height) {
  struct wave {
    float x, y, phase, height[3];
  } waves[40];
  ssl::draws d({.seed = 2, .sample = static_cast<std::uint32_t>(number)});
  for (wave& w : waves) {
    float const length = 1 / (1 + 15 * d.uniform() * d.uniform()), angle = d.uniform(0, 6.2831853f);
    w = {.x = std::cos(angle) / length, .y = std::sin(angle) / length, .phase = d.uniform(0, 6.2831853f), .height = {}};
    float const common = d.uniform(-1, 1);
    for (float& h : w.height) h = 60 * length * (common + 0.4f * d.uniform(-1, 1));
  }
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      float sum[3] = {118, 118, 118};
      for (wave const& w : waves) {
        float const at = 6.2831853f * (w.x * static_cast<float>(x) + w.y * static_cast<float>(y)) / static_cast<float>(height);
        for (int c = 0; c < 3; ++c) sum[c] += w.height[c] * std::sin(at + w.phase);
      }
      for (float s : sum) pixels.push_back(static_cast<std::uint8_t>(std::min(std::max(s, 0.0f), 255.0f)));
    }
  return pixels;
}

/// Strength 1 is that of ImageNet.
template <class Chain, int Side>
work views(settings const& s, int images, int pictures, int width, int height, float strength) {
  struct state {
    explicit state(int threads) : context({.threads = threads}), memory(static_cast<std::size_t>(threads)) {}
    ssl::backends::cpu::context context;
    std::vector<scratch> memory;
    std::vector<std::vector<std::uint8_t>> pictures{};
    std::vector<float> out{};
    typename Chain::options options{};
    std::uint32_t step = 0;
  };
  constexpr ssl::shape image{.h = Side, .w = Side, .c = 3};
  auto const b = std::make_shared<state>(s.threads);
  for (int i = 0; i < pictures; ++i) b->pictures.push_back(picture(i, width, height));
  b->out.resize(static_cast<std::size_t>(images * image.elements()));
  b->options.template get<"jitter">() = {
      .brightness = 0.8f * strength, .contrast = 0.8f * strength, .saturation = 0.8f * strength, .hue = 0.2f * strength};
  b->options.template get<"normalise">() = imagenet_statistics;
  auto const step = [=] {
    b->context.parallel(images, [&](ssl::index i, int slot) {
      ssl::draw_key const key{.seed = 1, .epoch = b->step, .sample = static_cast<std::uint32_t>(i)};
      std::uint8_t const* const pixels = b->pictures[static_cast<std::size_t>(i % pictures)].data();
      Chain::apply(image, b->options, key, {.data = pixels, .height = height, .width = width, .channels = 3},
                   b->out.data() + i * image.elements(), b->memory[static_cast<std::size_t>(slot)]);
    });
    ++b->step;
  };
  return {.step = step, .agree = {}, .check = {}, .items = static_cast<double>(images), .unit = "views"};
}

}  // namespace

work augment(settings const& s) {
  using in_any_order = chain<crop, flip, jitter<jitter_order::random>, gray, last>;
  using in_one_order = chain<crop, flip, jitter<jitter_order::fixed>, gray, last>;
  using with_blur = chain<crop, flip, jitter<jitter_order::random>, gray, blur, last>;
  int const images = s.batch > 0 ? s.batch : s.size == 32 ? 128 : 64;
  bool const batched = s.impl == "torch_batched";
  if (!s.impl.empty() && s.impl != "torchvision_uint8" && !batched)
    return skip("the chains are those of torchvision_uint8 (jitter in random order) and torch_batched (in one order)");
  if (s.size == 32 && batched) return views<in_one_order, 32>(s, images, images, 32, 32, 0.5f);
  if (s.size == 32) return views<in_any_order, 32>(s, images, images, 32, 32, 0.5f);
  if (s.size == 224 && !batched) return views<with_blur, 224>(s, images, 8, 500, 375, 1.0f);
  return skip("the sizes compiled in are 32 and, for torchvision_uint8, 224");
}

}  // namespace peer
