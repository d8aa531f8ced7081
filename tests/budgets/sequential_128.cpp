// SPDX-License-Identifier: Apache-2.0
// budget: ratio=2.5 base=sequential_64.cpp flags=-O2
#include "sequential_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(sequential_run<128>);
