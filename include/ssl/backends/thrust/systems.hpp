// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thrust/system/cpp/execution_policy.h>

#if defined(_OPENMP)
#include <thrust/system/omp/execution_policy.h>
#endif

#if defined(__CUDACC__)
#include <cuda_runtime.h>
#include <thrust/system/cuda/execution_policy.h>

#include "ssl/core/error.hpp"
#endif

#include "ssl/backends/host_memory.hpp"
#include "ssl/core/shape.hpp"

/// Where a thrust_on backend runs: an execution policy, its memory, its context.
namespace ssl::backends {

struct cpp_system {
  using memory = host_memory;
  struct context {};
  static auto policy(context&) { return thrust::cpp::par; }
};

#if defined(_OPENMP)
/// OpenMP threads, as many as OMP_NUM_THREADS says.
struct omp_system {
  using memory = host_memory;
  struct context {};
  static auto policy(context&) { return thrust::omp::par; }
};
#endif

#if defined(__CUDACC__)
namespace detail {

inline void check_cuda(cudaError_t status, char const* call) {
  if (status != cudaSuccess)
    throw device_error(902, std::string(call) + " failed: " + cudaGetErrorName(status) + ", " + cudaGetErrorString(status));
}

/// Memory of the current device. copy_in and copy_out keep the order of the context's stream; copy_out waits for it.
struct cuda_memory {
  template <class Context>
  static void* allocate(Context&, index bytes) {
    void* memory = nullptr;
    check_cuda(cudaMalloc(&memory, static_cast<std::size_t>(bytes)), "cudaMalloc");
    return memory;
  }
  template <class Context>
  static void release(Context&, void* memory) {
    cudaFree(memory);
  }
  template <class Context>
  static void copy_in(Context& c, void* to, void const* from, index bytes) {
    check_cuda(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyHostToDevice, c.stream), "cudaMemcpyAsync");
    check_cuda(cudaStreamSynchronize(c.stream), "cudaStreamSynchronize");  // from may change as soon as this returns
  }
  template <class Context>
  static void copy_out(Context& c, void* to, void const* from, index bytes) {
    check_cuda(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToHost, c.stream), "cudaMemcpyAsync");
    check_cuda(cudaStreamSynchronize(c.stream), "cudaStreamSynchronize");
  }
};

}  // namespace detail

/// The current CUDA device. Algorithms are queued on the context's stream and do not wait.
struct cuda_system {
  using memory = detail::cuda_memory;
  struct context {
    cudaStream_t stream = nullptr;
  };
  static auto policy(context& c) { return thrust::cuda::par_nosync.on(c.stream); }
};
#endif

}  // namespace ssl::backends
