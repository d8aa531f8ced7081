// SPDX-License-Identifier: Apache-2.0
// A whole pipeline on the device. Without one its first call to the CUDA runtime fails, which must be E902.
#include <cstdio>

#include "ssl/cuda.cuh"
#include "tiny_run.hpp"

int main() {
  int devices = 0;
  bool const none = cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0;
  try {
    auto const [first, last] = losses_of_tiny_run<ssl::backends::thrust_on<ssl::backends::cuda_system>>();
    std::printf("loss %.4f, after 20 steps %.4f\n", first, last);
    return !none && last < first ? 0 : 1;
  } catch (ssl::device_error const& e) {
    std::printf("%s\n", e.what());
    return none && e.code == 902 ? 0 : 1;
  }
}
