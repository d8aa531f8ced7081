// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/attention.hpp"
#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/convolution.hpp"
#include "ssl/backends/cpu/context.hpp"
#include "ssl/backends/cpu/detail/workspaces.hpp"

/// \file
/// Declarations of the cpu backend's kernels, for float and double. Their bodies follow unless PRETEXT_CPU_COMPILED is defined:
/// then the program links pretext::cpu_compiled, which has them.
namespace ssl::backends::cpu_kernels {

/// C = alpha op(A) op(B) + beta C. Each element of C is one chain of multiply-adds over k, cut every 256 steps.
template <class T>
void gemm(cpu_context const&, product<T> const&);

/// Convolutions without groups and dilation. Writes y. A null bias is 0.
template <class T>
void convolution_forward(cpu_context const&, convolution const&, T const* x, T const* weight, T const* bias, T* y, T* workspace);

/// Writes gx.
template <class T>
void convolution_backward_input(cpu_context const&, convolution const&, T const* gy, T const* weight, T* gx, T* workspace);

/// Accumulates into gweight.
template <class T>
void convolution_backward_weight(cpu_context const&, convolution const&, T const* x, T const* gy, T* gweight, T* workspace);

template <class T>
void batch_norm_statistics(cpu_context const&, index rows, index cols, T const* x, T* mean, T* variance);

template <class T>
void batch_norm_apply(cpu_context const&, index rows, index cols, T const* x, T const* factor, T const* offset, T* y);

template <class T>
void batch_norm_backward_sums(cpu_context const&, index rows, index cols, T const* gy, T const* x, T const* mean, T const* rstd,
                              T* sum_gy, T* sum_gy_normal);

/// Writes gx. A null scale is 1.
template <class T>
void batch_norm_backward_apply(cpu_context const&, index rows, index cols, T const* gy, T const* x, T const* mean, T const* rstd,
                               T const* scale, T const* sum_gy, T const* sum_gy_normal, T* gx);

/// Writes the mean loss, and weight * its gradient unless gz is null.
template <class T>
void nt_xent_tiled(cpu_context const&, index rows, index width, T const* z, T temperature, T weight, T* loss, T* gz,
                   T* workspace);

/// Writes y, and the log-sum-exp of every query unless saved is null.
template <class T>
void attention_forward(cpu_context const&, attention const&, T const* qkv, T* y, T* saved);

/// Writes gqkv.
template <class T>
void attention_backward(cpu_context const&, attention const&, T const* qkv, T const* y, T const* gy, T const* saved, T* gqkv);

}  // namespace ssl::backends::cpu_kernels

#if !defined(PRETEXT_CPU_COMPILED)
#include "ssl/backends/cpu/attention_impl.hpp"
#include "ssl/backends/cpu/batch_norm_impl.hpp"
#include "ssl/backends/cpu/convolution_impl.hpp"
#include "ssl/backends/cpu/gemm_impl.hpp"
#include "ssl/backends/cpu/nt_xent_impl.hpp"
#endif
