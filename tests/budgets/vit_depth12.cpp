// SPDX-License-Identifier: Apache-2.0
// budget: seconds=6 megabytes=500 components=cpu flags=-O2
#include "vit_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(vit_run<12>);
