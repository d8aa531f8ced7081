// SPDX-License-Identifier: Apache-2.0
// run:
//
// A loss by itself, outside any pipeline: embeddings in, value and gradient out.
#include <cstdio>
#include <vector>

#include <ssl/cpu.hpp>
#include <ssl/ssl.hpp>

int main() {
  // Three images in two views of two numbers each: rows 0 to 2 are the first views, rows 3 to 5 the second.
  constexpr ssl::shape embeddings{.n = 6, .c = 2};
  std::vector<float> const z{1, 0, 0, 1, -1, -1, /* second views */ 0.9f, 0.4f, -0.1f, 1, -0.8f, -1.1f};
  std::vector<float> gradient(z.size());

  ssl::backends::cpu::context threads;
  using nt_xent = ssl::losses::nt_xent<>;
  float const loss = ssl::losses::call<nt_xent, ssl::backends::cpu, embeddings>(
      threads, {.temperature = 0.5}, ssl::loss_arguments<float, 1>{.x = {z.data()}, .gx = {gradient.data()}});

  std::printf("NT-Xent of 3 pairs: %.4f nats (unrelated pairs: about ln 5 = 1.6094)\n", static_cast<double>(loss));
  for (int row = 0; row < embeddings.n; ++row)
    std::printf("  row %d: gradient (%+.4f, %+.4f)\n", row, static_cast<double>(gradient[static_cast<std::size_t>(2 * row)]),
                static_cast<double>(gradient[static_cast<std::size_t>(2 * row + 1)]));
  return loss > 0 && loss < 1.6094f ? 0 : 1;
}
