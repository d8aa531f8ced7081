// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/shape.hpp"

/// \file
/// Sets of permutations that differ as much as possible, for jigsaw puzzles.
///
/// The tiles are the points of a projective line over a field of q = tiles - 1 elements. Its group, x -> (a x + b) / (c x + d),
/// has (q + 1) q (q - 1) permutations of which any two agree in two places at most; with 8 elements, the field's automorphisms
/// make three times as many, of which any two agree in three places at most. The group is listed as t^k after h, where t is one
/// cycle through all points and h runs through x -> a s(x) + b: the q + 1 permutations of one h put every tile into every place
/// once. So in the first n permutations the tiles are spread over each place as evenly as n allows, and no set of n permutations
/// has a larger mean distance.
namespace ssl::augmentations {

namespace detail {

constexpr bool is_prime(int n) {
  for (int k = 2; k * k <= n; ++k)
    if (n % k == 0) return false;
  return n > 1;
}

/// The field of Q elements, numbered from 0; Q is prime, or 8 (polynomials over two elements, modulo x^3 + x + 1).
template <int Q>
struct small_field {
  static constexpr bool exists = is_prime(Q) || Q == 8;

  static constexpr int add(int a, int b) { return Q == 8 ? a ^ b : (a + b) % Q; }
  static constexpr int times(int a, int b) {
    if (Q != 8) return a * b % Q;
    int product = 0;
    for (int bit = 0; bit < 3; ++bit)
      if ((b >> bit & 1) != 0) product ^= a << bit;
    for (int bit = 4; bit >= 3; --bit)
      if ((product >> bit & 1) != 0) product ^= 11 << (bit - 3);
    return product;
  }
  static constexpr int divide(int a, int b) {
    for (int quotient = 0; quotient < Q; ++quotient)
      if (times(quotient, b) == a) return quotient;
    return 0;
  }
};

/// The order in which x -> b / (x + c) goes through all points, for the first b and c with which it is one cycle.
template <int Q>
struct projective_cycle {
  int point[Q + 1] = {};  // of each place in the cycle
  int place[Q + 1] = {};  // of each point

  constexpr projective_cycle() {
    for (int b = 1; b < Q; ++b)
      for (int c = 0; c < Q; ++c)
        if (walk(b, c)) return;
  }

 private:
  /// Point Q is infinity.
  constexpr bool walk(int b, int c) {
    using field = small_field<Q>;
    int x = Q;
    for (int k = 0; k <= Q; ++k) {
      point[k] = x, place[x] = k;
      int const below = x == Q ? 0 : field::add(x, c);
      x = x == Q ? 0 : below == 0 ? Q : field::divide(b, below);
      if (x == Q && k < Q) return false;
    }
    return x == Q;
  }
};

}  // namespace detail

/// Permutations of tiles, numbered by class.
///
/// Requires  tiles - 1 is a prime or 8: 4 (2 x 2), 6, 8, 9 (3 x 3), 12, ... tiles
/// Source    groups PGL(2, q) and PGammaL(2, 8) on a projective line. The published jigsaw sets were found by greedy search; of
///           100, 701 and 1000 permutations of 9 tiles two agree in as many as 7, 6 and 7 places; here in 2, and beyond 504
///           classes 3
template <int Tiles>
struct permutation_set {
  static constexpr bool exists = detail::small_field<Tiles - 1>::exists;
  /// How many there are.
  static constexpr int size = Tiles * (Tiles - 1) * (Tiles - 2) * (Tiles == 9 ? 3 : 1);

  /// Which tile comes to a slot, in a class from 0 to size - 1; class 0 is the order itself.
  static constexpr int tile(int permutation, int slot) {
    using field = detail::small_field<Tiles - 1>;
    constexpr int q = Tiles - 1;
    int const turns = permutation % Tiles, affine = permutation / Tiles;
    int const shift = affine % q, factor = 1 + affine / q % (q - 1), squarings = affine / q / (q - 1);
    int point = slot;
    if (slot != q) {
      for (int s = 0; s < squarings; ++s) point = field::times(point, point);
      point = field::add(field::times(factor, point), shift);
    }
    return cycle.point[(cycle.place[point] + turns) % Tiles];
  }

 private:
  static constexpr detail::projective_cycle<Tiles - 1> cycle{};
};

}  // namespace ssl::augmentations
