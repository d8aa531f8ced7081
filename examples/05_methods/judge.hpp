// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ssl/pipeline/arrays.hpp>
#include <ssl/training/train.hpp>

#include "encoders.hpp"
#include "session.hpp"

namespace methods {

/// Judges a trained encoder beside raw pixels and an untrained one, prints the table and writes summary.json. Compiled once for each
/// encoder, in judge_convnet.cpp and judge_vit.cpp.
template <class Encoder>
void judge(session const& s, ssl::training::report const& training, ssl::encoder_weights<float> const& trained);

extern template void judge<small_convnet>(session const&, ssl::training::report const&, ssl::encoder_weights<float> const&);
extern template void judge<small_vit>(session const&, ssl::training::report const&, ssl::encoder_weights<float> const&);

}  // namespace methods
