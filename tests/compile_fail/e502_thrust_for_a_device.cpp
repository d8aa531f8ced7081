// SPDX-License-Identifier: Apache-2.0
// compilers: g++ clang++
// components: thrust
#ifdef PRETEXT_SHOULD_FAIL
#undef THRUST_DEVICE_SYSTEM
#include "ssl/backends/thrust/thrust.hpp"
#else
#include "ssl/backends/thrust/thrust.hpp"

using backend = ssl::backends::thrust_on<ssl::backends::cpp_system>;
#endif
