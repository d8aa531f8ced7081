// SPDX-License-Identifier: Apache-2.0
// budget: seconds=4 megabytes=400 components=cpu_compiled flags=-O2
#include "tiny_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(tiny_run);
