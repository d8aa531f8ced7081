// SPDX-License-Identifier: Apache-2.0
// budget: seconds=1.5 megabytes=250
#include "ssl/ssl.hpp"
