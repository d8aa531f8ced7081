// SPDX-License-Identifier: Apache-2.0
// budget: ratio=1.1 base=vit_depth12.cpp components=cpu flags=-O2
#include "vit_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(vit_run<48>);
