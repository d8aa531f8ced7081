// SPDX-License-Identifier: Apache-2.0
// A whole pipeline on the device. Without one its first call to the CUDA runtime fails, which must be E902.
#include <cstdio>
#include <vector>

#include "ssl/cuda.cuh"

struct run : ssl::run_defaults {
  using encoder = ssl::encoders::convnet<ssl::encoders::convnet_config{.width = 8, .stages = 2}>;
  using augmentation = ssl::augmentations::simclr_small;
  using objective = ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 16, .output = 8}>;
  using optimizer = ssl::optimizers::sgd<>;
  using backend = ssl::backends::thrust_on<ssl::backends::cuda_system>;
  static constexpr ssl::shape image{.h = 8, .w = 8, .c = 3};
  static constexpr int batch = 4;
};

int main() {
  try {
    run::backend::context context;
    ssl::pipeline<run> p{context, {.objective = {.temperature = 0.2f}, .seed = 1}};
    std::vector<float> views(2 * run::batch * run::image.elements());
    for (std::size_t i = 0; i < views.size(); ++i) views[i] = static_cast<float>(i * 37 % 101) / 101.0f;
    double const first = p.step({.views = {views.data()}});
    double last = first;
    for (int i = 0; i < 20; ++i) last = p.step({.views = {views.data()}});
    std::printf("loss %g, after 20 steps %g\n", first, last);
    return last < first ? 0 : 1;
  } catch (ssl::device_error const& e) {
    int devices = 0;
    bool const none = cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0;
    std::printf("%s\n", e.what());
    return none && e.code == 902 ? 0 : 1;
  }
}
