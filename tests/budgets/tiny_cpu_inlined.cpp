// SPDX-License-Identifier: Apache-2.0
// budget: seconds=6 megabytes=550 components=cpu flags=-O2
#include "tiny_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(tiny_run);
