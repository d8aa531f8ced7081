// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/gemm_impl.hpp"

namespace ssl::backends::cpu_kernels {

template void gemm(cpu_context const&, product<float> const&);

template void gemm(cpu_context const&, product<double> const&);

}  // namespace ssl::backends::cpu_kernels
