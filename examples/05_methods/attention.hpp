// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include <ssl/evaluation/attention_maps.hpp>

#include "judge.hpp"

namespace methods {

/// attention.png: test images, and beside each where the class token of the last block looks, head by head; white is most.
/// Frozen: the encoder to look through, for one image.
template <class Frozen, class Run>
void draw_attention(ssl::pipeline<Run>& p, session const& s, ssl::augmentations::channel_statistics const& statistics) {
  Frozen encoder(s.threads);
  encoder.set_weights(p.exported());
  encoder.statistics() = statistics;
  constexpr int patch = Frozen::encoder::config.patch;
  ssl::data::image_grid grid({.enlarge = 3});
  for (ssl::index i = 0; i < std::min<ssl::index>(8, s.seen.test.size()); ++i) {
    ssl::image_view const picture = s.seen.test.image(i);
    auto const maps = ssl::evaluation::attention_maps(encoder, &picture, 1);  // (1, heads, H / P, W / P)
    grid.new_row();
    grid.add(picture);
    for (std::size_t head = 0; head < maps.shape(1); ++head) {
      ssl::data::decoded_image map{Frozen::image.h, Frozen::image.w, 1, {}};
      std::size_t const rows = maps.shape(2), columns = maps.shape(3);
      float const* const shares = maps.data() + head * rows * columns;
      float const most = *std::max_element(shares, shares + rows * columns);
      for (int y = 0; y < map.height; ++y)
        for (int x = 0; x < map.width; ++x)
          map.pixels.push_back(static_cast<std::uint8_t>(
              255 * shares[static_cast<std::size_t>(y / patch) * columns + static_cast<std::size_t>(x / patch)] / most));
      grid.add(map);
    }
  }
  s.write_picture("attention.png", grid);
}

}  // namespace methods
