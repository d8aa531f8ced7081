// SPDX-License-Identifier: Apache-2.0
// A whole pipeline in what nvcc makes of the headers: on the reference backend, whose losses must be those of the same program by g++
// (the first line), and on the device, where they must be those of the reference. Without a device the first call to the CUDA runtime
// fails, which must be E902.
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "ssl/backends/reference/reference.hpp"
#include "ssl/ssl.hpp"
#if defined(__CUDACC__)
#include "ssl/cuda.cuh"
#endif

namespace {

template <class Backend>
struct run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 8, .stages = 2}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 16, .output = 8}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = Backend;
  using scalar = double;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
  static constexpr int batch = 4;
};

/// Of the first step and of one after 20 more.
template <class Backend>
std::array<double, 2> losses() {
  using tiny = run<Backend>;
  typename Backend::context context;
  ssl::pipeline<tiny> p{context, {.objective = {.temperature = 0.2f}, .seed = 1}};
  std::vector<float> views(2 * tiny::batch * tiny::image.elements());
  for (std::size_t i = 0; i < views.size(); ++i) views[i] = static_cast<float>(i * 37 % 101) / 101.0f;
  double const first = p.step({.views = {views.data()}});
  double last = first;
  for (int i = 0; i < 20; ++i) last = p.step({.views = {views.data()}});
  return {first, last};
}

#if defined(__CUDACC__)
bool device_agrees(std::array<double, 2> const& expected) {
  int devices = 0;
  bool const none = cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0;
  try {
    auto const found = losses<ssl::backends::thrust_on<ssl::backends::cuda_system>>();
    std::printf("on the device %.6f, after 20 steps %.6f\n", found[0], found[1]);
    for (int i = 0; i < 2; ++i)
      if (!(std::abs(found[i] - expected[i]) <= 1e-8 * expected[i])) return false;
    return !none;
  } catch (ssl::device_error const& e) {
    std::printf("%s\n", e.what());
    return none && e.code == 902;
  }
}
#endif

}  // namespace

int main() {
  auto const expected = losses<ssl::backends::reference>();
  std::printf("loss %.6f, after 20 steps %.6f\n", expected[0], expected[1]);
  bool good = expected[1] < expected[0];
#if defined(__CUDACC__)
  good = device_agrees(expected) && good;
#endif
  return good ? 0 : 1;
}
