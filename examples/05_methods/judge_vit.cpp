// SPDX-License-Identifier: Apache-2.0
#include "judge_impl.hpp"

namespace methods {

template void judge<small_vit>(session const&, ssl::training::report const&, ssl::encoder_weights<float> const&);

}  // namespace methods
