// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/batch_norm_impl.hpp"

namespace ssl::backends::cpu_kernels {

template void batch_norm_statistics(cpu_context const&, index, index, float const*, float*, float*);
template void batch_norm_apply(cpu_context const&, index, index, float const*, float const*, float const*, float*);
template void batch_norm_backward_sums(cpu_context const&, index, index, float const*, float const*, float const*, float const*,
                                       float*, float*);
template void batch_norm_backward_apply(cpu_context const&, index, index, float const*, float const*, float const*, float const*,
                                        float const*, float const*, float const*, float*);

template void batch_norm_statistics(cpu_context const&, index, index, double const*, double*, double*);
template void batch_norm_apply(cpu_context const&, index, index, double const*, double const*, double const*, double*);
template void batch_norm_backward_sums(cpu_context const&, index, index, double const*, double const*, double const*,
                                       double const*, double*, double*);
template void batch_norm_backward_apply(cpu_context const&, index, index, double const*, double const*, double const*,
                                        double const*, double const*, double const*, double const*, double*);

}  // namespace ssl::backends::cpu_kernels
