// SPDX-License-Identifier: Apache-2.0
// compilers: nvcc g++
// The same pipeline on the host, in what nvcc makes of the headers for the host compiler.
#include <cstdio>

#include "ssl/backends/reference/reference.hpp"
#include "tiny_run.hpp"

int main() {
  auto const [first, last] = losses_of_tiny_run<ssl::backends::reference>();
  std::printf("loss %.6f, after 20 steps %.6f\n", first, last);
  return last < first ? 0 : 1;
}
