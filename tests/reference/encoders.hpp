// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/layers.hpp"
#include "ssl/encoders/vit.hpp"

namespace reference_suite {

namespace encoders = ssl::encoders;

}  // namespace reference_suite
