// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ssl/core/host_only.hpp"

namespace ssl::data {

/// The two parts in which data sets are published.
enum class split { train, test };

}  // namespace ssl::data
