// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ssl::augmentations::detail {

enum class into { set, added };

/// out[x] = (out[x] +) sum of weight[k] * rows(k)[x] over Count values of k from `first`.
template <int Count, into Into, class T, class Rows>
void weighted_sums_of(T const* weight, int first, Rows rows, int count, T* __restrict__ out) {
  auto const* __restrict__ const r0 = rows(first);
  auto const* __restrict__ const r1 = rows(Count > 1 ? first + 1 : first);
  auto const* __restrict__ const r2 = rows(Count > 2 ? first + 2 : first);
  auto const* __restrict__ const r3 = rows(Count > 3 ? first + 3 : first);
  T const w0 = weight[first], w1 = Count > 1 ? weight[first + 1] : T(0);
  T const w2 = Count > 2 ? weight[first + 2] : T(0), w3 = Count > 3 ? weight[first + 3] : T(0);
  for (int x = 0; x < count; ++x) {
    T sum = w0 * static_cast<T>(r0[x]);
    if constexpr (Into == into::added) sum += out[x];
    if constexpr (Count > 1) sum += w1 * static_cast<T>(r1[x]);
    if constexpr (Count > 2) sum += w2 * static_cast<T>(r2[x]);
    if constexpr (Count > 3) sum += w3 * static_cast<T>(r3[x]);
    out[x] = sum;
  }
}

/// out[x] = sum_k weight[k] * rows(k)[x] for x < count. Four rows at a time, so that the sums are seldom written and read again.
template <class T, class Rows>
void weighted_sums(T const* weight, int taps, Rows rows, int count, T* __restrict__ out) {
  int const begun = (taps - 1) % 4 + 1;
  if (begun == 1) weighted_sums_of<1, into::set>(weight, 0, rows, count, out);
  if (begun == 2) weighted_sums_of<2, into::set>(weight, 0, rows, count, out);
  if (begun == 3) weighted_sums_of<3, into::set>(weight, 0, rows, count, out);
  if (begun == 4) weighted_sums_of<4, into::set>(weight, 0, rows, count, out);
  for (int k = begun; k < taps; k += 4) weighted_sums_of<4, into::added>(weight, k, rows, count, out);
}

}  // namespace ssl::augmentations::detail
