// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "ssl/encoders/vit.hpp"
#include "ssl/evaluation/embeddings.hpp"
#include "ssl/pipeline/frozen_encoder.hpp"

namespace ssl::evaluation {

/// Numbers of shape (images, heads, rows, columns).
template <class Scalar>
using basic_attention_maps = xt::xtensor<Scalar, 4, xt::layout_type::row_major>;

namespace detail {

/// The row of softmax(q K^T / sqrt(D / heads)) that belongs to token 0, for one image and head: over all tokens.
///
/// Shapes   qkv: (tokens, 3 D), of one image
template <class Scalar>
std::vector<double> class_row(Scalar const* qkv, index tokens, index width, index heads, index head) {
  index const size = width / heads;
  Scalar const *query = qkv + head * size, *key = qkv + width + head * size;
  std::vector<double> row(static_cast<std::size_t>(tokens));
  double largest = -INFINITY, total = 0;
  for (index t = 0; t < tokens; ++t) {
    double dot = 0;
    for (index i = 0; i < size; ++i) dot += static_cast<double>(query[i]) * static_cast<double>(key[t * 3 * width + i]);
    largest = std::max(largest, row[static_cast<std::size_t>(t)] = dot / std::sqrt(static_cast<double>(size)));
  }
  for (double& a : row) total += a = std::exp(a - largest);
  for (double& a : row) a /= total;
  return row;
}

}  // namespace detail

/// An encoder that is a vision transformer with a class token.
template <class Frozen>
concept has_class_token = requires {
  requires Frozen::encoder::config.class_token == encoders::vit_class_token::learned;
};

/// Where the class token of a vision transformer looks, in one block: its attention to every patch, by each head. To be drawn over the
/// image; registers and the class token itself are left out, so that the patches of a map sum to less than 1.
///
/// Formula   row 0 of softmax(Q K^T / sqrt(D / heads))
/// Shapes    (count, heads, H / P, W / P); images: 1 to `Frozen::batch`
/// Block     0, 1, ...; -1: the last
/// Errors    E602, E603 (images); E803 (there is no such block)
/// Cost      one forward pass and heads tokens D products on the host for each image
/// Source    Caron et al. 2021, arXiv:2104.14294, figure 1; facebookresearch/dino: visualize_attention.py. Deviation: none
template <class Frozen>
requires has_class_token<Frozen> basic_attention_maps<typename Frozen::scalar> attention_maps(Frozen& encoder,
                                                                                              image_view const* images, int count,
                                                                                              int block = -1) {
  using Scalar = typename Frozen::scalar;
  constexpr encoders::vit_config c = Frozen::encoder::config;
  constexpr index first = 1 + c.registers, rows = Frozen::image.h / c.patch, cols = Frozen::image.w / c.patch;
  std::string const name = "blocks." + std::to_string(block < 0 ? c.depth - 1 : block) + ".attn.qkv";
  shape s;
  std::vector<Scalar> const qkv = encoder.tap(images, count, name, &s);  // (count, 1, tokens, 3 D)
  basic_attention_maps<Scalar> maps(
      {static_cast<std::size_t>(count), std::size_t{c.heads}, static_cast<std::size_t>(rows), static_cast<std::size_t>(cols)});
  auto to = maps.begin();
  for (index n = 0; n < count; ++n)
    for (index h = 0; h < c.heads; ++h) {
      std::vector<double> const row = detail::class_row(qkv.data() + n * s.tokens() * s.c, s.tokens(), c.width, c.heads, h);
      for (index p = 0; p < rows * cols; ++p) *to++ = static_cast<Scalar>(row[static_cast<std::size_t>(first + p)]);
    }
  return maps;
}

}  // namespace ssl::evaluation
