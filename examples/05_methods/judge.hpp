// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ssl/augmentations/normalise.hpp>
#include <ssl/pipeline/arrays.hpp>
#include <ssl/training/train.hpp>

#include "encoders.hpp"
#include "session.hpp"

namespace methods {

/// What a training leaves behind.
struct trained_encoder {
  ssl::training::report training;
  ssl::index images_seen;  ///< since the first step
  ssl::encoder_weights<float> weights;
  ssl::augmentations::channel_statistics statistics;  ///< by which its images are normalised
};

/// Judges a trained encoder beside raw pixels and an untrained one, prints the table and writes summary.json. Compiled once for
/// each of the two common encoders, in judge_convnet.cpp and judge_vit.cpp; the file of a method that has another one includes
/// judge_impl.hpp.
template <class Encoder>
void judge(session const& s, trained_encoder const& result);

extern template void judge<small_convnet>(session const&, trained_encoder const&);
extern template void judge<small_vit>(session const&, trained_encoder const&);

}  // namespace methods
