// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Marks for functions that run on the host and, under nvcc, on the device.

#if defined(__CUDACC__)
#define PRETEXT_HD __host__ __device__
#else
#define PRETEXT_HD
#endif

#if defined(__GNUC__) || defined(__clang__)
#define PRETEXT_INLINE inline __attribute__((always_inline))
#else
#define PRETEXT_INLINE inline
#endif

/// Never part of its caller: compiled once, whoever calls.
#if defined(__GNUC__) || defined(__clang__)
#define PRETEXT_NOINLINE __attribute__((noinline))
#else
#define PRETEXT_NOINLINE
#endif

/// The loop below may run in vectors: its iterations do not touch each other's results.
#if defined(_OPENMP) && !defined(__CUDACC__)
#define PRETEXT_SIMD _Pragma("omp simd")
#else
#define PRETEXT_SIMD
#endif
