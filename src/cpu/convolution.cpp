// SPDX-License-Identifier: Apache-2.0
#include "ssl/backends/cpu/convolution_impl.hpp"

namespace ssl::backends::cpu_kernels {

template void convolution_forward(cpu_context const&, convolution const&, float const*, float const*, float const*, float*,
                                  float*);
template void convolution_backward_input(cpu_context const&, convolution const&, float const*, float const*, float*, float*);
template void convolution_backward_weight(cpu_context const&, convolution const&, float const*, float const*, float*, float*);

template void convolution_forward(cpu_context const&, convolution const&, double const*, double const*, double const*, double*,
                                  double*);
template void convolution_backward_input(cpu_context const&, convolution const&, double const*, double const*, double*, double*);
template void convolution_backward_weight(cpu_context const&, convolution const&, double const*, double const*, double*, double*);

}  // namespace ssl::backends::cpu_kernels
