// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/attention_impl.hpp"

namespace ssl::backends::cpu_kernels {

template void attention_forward(cpu_context const&, attention const&, float const*, float*, float*);
template void attention_backward(cpu_context const&, attention const&, float const*, float const*, float const*, float const*,
                                 float*);

template void attention_forward(cpu_context const&, attention const&, double const*, double*, double*);
template void attention_backward(cpu_context const&, attention const&, double const*, double const*, double const*, double const*,
                                 double*);

}  // namespace ssl::backends::cpu_kernels
