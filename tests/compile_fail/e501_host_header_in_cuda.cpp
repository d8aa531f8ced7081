// SPDX-License-Identifier: Apache-2.0
// compilers: nvcc
#ifdef PRETEXT_SHOULD_FAIL
#include "ssl/core/host_only.hpp"
#endif
#include "ssl/core/philox.hpp"

unsigned draw() { return ssl::draws({.seed = 1}).bits(); }
