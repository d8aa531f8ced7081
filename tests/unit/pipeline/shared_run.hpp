// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objectives/tiny.hpp"
#include "ssl/objectives/simclr.hpp"

/// A run whose pipeline is compiled in one file (instantiated_run.cpp) and used in another (extern_run.cpp).
struct shared_run : tiny::run<ssl::objectives::simclr<ssl::objectives::simclr_config{.hidden = 6, .output = 3}>> {};

PRETEXT_EXTERN_PIPELINE(shared_run);
