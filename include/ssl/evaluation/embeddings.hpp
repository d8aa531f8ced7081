// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

#include <cstdint>

#if __has_include(<xtensor/containers/xtensor.hpp>)  // since xtensor 0.26
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xtensor.hpp>
#endif

/// \file
/// The arrays that evaluation takes and gives: one row a sample. Only this header and io/npy.hpp know where xtensor
/// keeps its own.
namespace ssl::evaluation {

/// Features of N samples, (N, D), rows contiguous. Evaluation is written for float and double.
template <class Scalar>
using basic_embeddings = xt::xtensor<Scalar, 2, xt::layout_type::row_major>;

using embeddings = basic_embeddings<float>;

/// The class of each sample, (N): 0, 1, ...; -1 says that a sample has no label.
///
/// One rule everywhere: samples without a label neither teach nor count. They take no part in a bank or in training, and an
/// accuracy is the share of the labelled ones only. A label beyond the classes that were taught counts as not recognised.
using labels = xt::xtensor<std::int32_t, 1, xt::layout_type::row_major>;

}  // namespace ssl::evaluation
