// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vision_transformers.hpp"

