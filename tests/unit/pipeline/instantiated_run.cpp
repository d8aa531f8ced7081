// SPDX-License-Identifier: Apache-2.0
#include "unit/pipeline/shared_run.hpp"

PRETEXT_INSTANTIATE_PIPELINE(shared_run);
