// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/nt_xent_impl.hpp"

namespace ssl::backends::cpu_kernels {

template void nt_xent_tiled(cpu_context const&, index, index, float const*, float, float, float*, float*, float*);

template void nt_xent_tiled(cpu_context const&, index, index, double const*, double, double, double*, double*, double*);

}  // namespace ssl::backends::cpu_kernels
