// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/losses.hpp"
#include "reference/losses_of_pixels.hpp"
#include "reference/losses_of_tokens.hpp"
#include "reference/losses_of_views.hpp"
#include "reference/masked_patches.hpp"
#include "reference/steps.hpp"

/// \file
/// The family of objectives: losses alone, and whole steps of methods.
