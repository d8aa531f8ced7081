// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/macros.hpp"
#include "ssl/core/math.hpp"
#include "ssl/core/shape.hpp"

/// \file
/// CIE Lab of one colour, on host and device.
///
/// Units   red, green, blue: sRGB, 0 to 1; X, Y, Z of the 2 degree observer, Y = 1 for white; L: 0 to 100; a, b: about -110 to
///         110
/// Source  IEC 61966-2-1 (sRGB) and CIE 15 (Lab); white D65, (0.95047, 1, 1.08883), as scikit-image's rgb2lab has them
namespace ssl::ops {

template <class T>
struct colour {
  T v[3];
};

namespace detail {

template <class T>
PRETEXT_HD T srgb_to_linear(T v) {
  return v > T(0.04045) ? math::pow((v + T(0.055)) / T(1.055), T(2.4)) : v / T(12.92);
}
template <class T>
PRETEXT_HD T srgb_to_linear_slope(T v) {
  return v > T(0.04045) ? T(2.4 / 1.055) * math::pow((v + T(0.055)) / T(1.055), T(1.4)) : T(1 / 12.92);
}
template <class T>
PRETEXT_HD T linear_to_srgb(T v) {
  return v > T(0.0031308) ? T(1.055) * math::pow(v, T(1 / 2.4)) - T(0.055) : T(12.92) * v;
}

/// The cube root, and near 0 the line that CIE puts in its place.
template <class T>
PRETEXT_HD T lab_curve(T t) {
  return t > T(0.008856) ? math::pow(t, T(1) / T(3)) : T(7.787) * t + T(16) / T(116);
}
template <class T>
PRETEXT_HD T lab_curve_slope(T t) {
  return t > T(0.008856) ? math::pow(t, T(-2) / T(3)) / T(3) : T(7.787);
}
template <class T>
PRETEXT_HD T lab_curve_inverse(T f) {
  return f > T(0.2068966) ? f * f * f : (f - T(16) / T(116)) / T(7.787);
}

}  // namespace detail

template <class T>
PRETEXT_HD colour<T> srgb_to_xyz(colour<T> rgb) {
  T const r = detail::srgb_to_linear(rgb.v[0]), g = detail::srgb_to_linear(rgb.v[1]), b = detail::srgb_to_linear(rgb.v[2]);
  return {{T(0.412453) * r + T(0.357580) * g + T(0.180423) * b, T(0.212671) * r + T(0.715160) * g + T(0.072169) * b,
           T(0.019334) * r + T(0.119193) * g + T(0.950227) * b}};
}

template <class T>
PRETEXT_HD colour<T> srgb_to_lab(colour<T> rgb) {
  colour<T> const xyz = srgb_to_xyz(rgb);
  T const x = detail::lab_curve(xyz.v[0] / T(0.95047)), y = detail::lab_curve(xyz.v[1]),
          z = detail::lab_curve(xyz.v[2] / T(1.08883));
  return {{T(116) * y - T(16), T(500) * (x - y), T(200) * (y - z)}};
}

/// The gradient of red, green, blue from that of L, a, b.
template <class T>
PRETEXT_HD colour<T> srgb_to_lab_gradient(colour<T> rgb, colour<T> g) {
  colour<T> const xyz = srgb_to_xyz(rgb);
  T const x = T(500) * g.v[1] * detail::lab_curve_slope(xyz.v[0] / T(0.95047)) / T(0.95047);
  T const y = (T(116) * g.v[0] - T(500) * g.v[1] + T(200) * g.v[2]) * detail::lab_curve_slope(xyz.v[1]);
  T const z = T(-200) * g.v[2] * detail::lab_curve_slope(xyz.v[2] / T(1.08883)) / T(1.08883);
  return {{(T(0.412453) * x + T(0.212671) * y + T(0.019334) * z) * detail::srgb_to_linear_slope(rgb.v[0]),
           (T(0.357580) * x + T(0.715160) * y + T(0.119193) * z) * detail::srgb_to_linear_slope(rgb.v[1]),
           (T(0.180423) * x + T(0.072169) * y + T(0.950227) * z) * detail::srgb_to_linear_slope(rgb.v[2])}};
}

/// Clamped to [0, 1]: not every Lab colour is one of sRGB.
template <class T>
PRETEXT_HD colour<T> lab_to_srgb(colour<T> lab) {
  T const fy = (lab.v[0] + T(16)) / T(116), fx = lab.v[1] / T(500) + fy, fz = math::max(fy - lab.v[2] / T(200), T(0));
  T const x = T(0.95047) * detail::lab_curve_inverse(fx), y = detail::lab_curve_inverse(fy),
          z = T(1.08883) * detail::lab_curve_inverse(fz);
  // the inverse of the matrix of srgb_to_xyz
  T const r = T(3.240481343200526) * x - T(1.537151516271319) * y - T(0.498536326168888) * z;
  T const g = T(-0.969254949996568) * x + T(1.875990001489891) * y + T(0.041555926558293) * z;
  T const b = T(0.055646639135177) * x - T(0.204041338366511) * y + T(1.057311069645344) * z;
  colour<T> rgb{{detail::linear_to_srgb(r), detail::linear_to_srgb(g), detail::linear_to_srgb(b)}};
  for (T& v : rgb.v) v = math::clamp(v, T(0), T(1));
  return rgb;
}

/// Lab as networks see it: the numbers of Zhang et al. 2016 and their later code.
template <class T>
inline constexpr T lab_lightness_mean = T(50);
template <class T>
inline constexpr T lab_lightness_scale = T(100);
template <class T>
inline constexpr T lab_ab_scale = T(110);

/// Row r of y: ((L - 50) / 100, a / 110, b / 110) of row r of x.
template <class T>
struct lab_cell {
  T const* x;
  T* y;
  PRETEXT_HD void operator()(index r, index) const {
    colour<T> const lab = srgb_to_lab(colour<T>{{x[3 * r], x[3 * r + 1], x[3 * r + 2]}});
    y[3 * r] = (lab.v[0] - lab_lightness_mean<T>) / lab_lightness_scale<T>;
    y[3 * r + 1] = lab.v[1] / lab_ab_scale<T>;
    y[3 * r + 2] = lab.v[2] / lab_ab_scale<T>;
  }
};
/// The gradient twin.
template <class T>
struct lab_gradient_cell {
  T const* x;
  T const* gy;
  T* gx;
  PRETEXT_HD void operator()(index r, index) const {
    colour<T> const g{{gy[3 * r] / lab_lightness_scale<T>, gy[3 * r + 1] / lab_ab_scale<T>, gy[3 * r + 2] / lab_ab_scale<T>}};
    colour<T> const gradient = srgb_to_lab_gradient(colour<T>{{x[3 * r], x[3 * r + 1], x[3 * r + 2]}}, g);
    for (int c = 0; c < 3; ++c) gx[3 * r + c] = gradient.v[c];
  }
};

}  // namespace ssl::ops
