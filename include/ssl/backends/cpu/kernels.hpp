// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include "ssl/backends/capabilities.hpp"
#include "ssl/backends/cpu/context.hpp"

/// \file
/// Declarations of the cpu backend's kernels, for float and double. Their bodies follow unless PRETEXT_CPU_COMPILED is defined: then the
/// program links pretext::cpu_compiled, which has them.
namespace ssl::backends::cpu_kernels {

/// C = alpha op(A) op(B) + beta C. Each element of C is one chain of multiply-adds over k, cut every 192 steps.
template <class T>
void gemm(cpu_context const&, product<T> const&);

}  // namespace ssl::backends::cpu_kernels

#if !defined(PRETEXT_CPU_COMPILED)
#include "ssl/backends/cpu/gemm_impl.hpp"
#endif
