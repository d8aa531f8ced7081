#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# self_test_methods.sh: check_methods.sh must name what ties a method to the rest.
set -u

source "$(dirname "${BASH_SOURCE[0]}")/self_test.sh" check_methods.sh

mkdir -p "$scratch"/include/ssl/{objectives,pipeline,graph} "$scratch"/src
expect 1 "no headers in include/ssl/objectives"
write include/ssl/objectives/objective.hpp ""
expect 1 "no headers in include/ssl/objectives"
write include/ssl/objectives/ring.hpp '// the ring' 'struct ring {};'
write include/ssl/ssl.hpp '#include "ssl/objectives/ring.hpp"'
expect 0 "1 methods, each a header that nothing else needs"
write include/ssl/pipeline/step.hpp 'if (method == Ring)'
expect 1 "the step names a method: include/ssl/pipeline/step.hpp:1:if (method == Ring)"
write include/ssl/pipeline/step.hpp 'string'
expect 0 "1 methods"
write src/ring.cpp '#include "ssl/objectives/ring.hpp"'
expect 1 "src/ring.cpp includes ssl/objectives/ring.hpp"
rm "$scratch"/src/ring.cpp
write include/ssl/objectives/ring.hpp $(seq 149) '// one that is none' ''
expect 0 "1 methods"
write include/ssl/objectives/ring.hpp $(seq 150)
expect 1 "include/ssl/objectives/ring.hpp: 150 lines of code or more"

finish
