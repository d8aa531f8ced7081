// SPDX-License-Identifier: Apache-2.0
// Included by every header outside the portable zone: such headers need host libraries that nvcc cannot parse.
#if defined(__CUDACC__)
#error "ssl[E501]: a host-only header was included in a CUDA source; put host code (data, training, evaluation, io, backends/cpu) in a .cpp and include only <ssl/ssl.hpp> or <ssl/cuda.cuh> in the .cu (docs/errors.md#e501)"
#endif
