// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// For authors of policies: finite differences of layers, losses and whole steps, and losses written as expressions. Link
/// pretext::testing.

#include "ssl/core/host_only.hpp"

#include "ssl/testing/gradient_check.hpp"
#include "ssl/testing/loss_check.hpp"
#include "ssl/testing/loss_expressions.hpp"
#include "ssl/testing/objective_check.hpp"
