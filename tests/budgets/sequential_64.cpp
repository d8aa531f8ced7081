// SPDX-License-Identifier: Apache-2.0
// budget: seconds=6 megabytes=500 flags=-O2
#include "sequential_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(sequential_run<64>);
