// SPDX-License-Identifier: Apache-2.0
#include "judge_impl.hpp"

namespace methods {

template void judge<small_vit>(session const&, trained_encoder const&);

}  // namespace methods
