#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# self_test_coverage.sh: check_coverage.sh must name the header and the kind of case that is missing.
set -u

source "$(dirname "${BASH_SOURCE[0]}")/self_test.sh" check_coverage.sh

readonly includes='#include "ssl/layers/ring.hpp"'

mkdir -p "$scratch"/include/ssl/{layers,losses,objectives,optimizers,augmentations} "$scratch"/tests/{gradient,conformance,unit}
expect 1 "no headers"
write include/ssl/layers/layer.hpp ""
write include/ssl/layers/detail/parts.hpp ""
write include/ssl/layers/ring.hpp ""
expect 1 "ssl/layers/ring.hpp: no case in tests/gradient"
write tests/gradient/ring.cpp "$includes" 'TEST_CASE("ring") {}'
expect 1 "ssl/layers/ring.hpp: no case in tests/conformance"
write tests/conformance/ring.cpp "$includes"
expect 1 "ssl/layers/ring.hpp: no case in tests/conformance" # included, but there is no case
write tests/conformance/ring.cpp "$includes" 'TEST_CASE("ring") {}'
expect 0 "1 headers have their cases"
write include/ssl/optimizers/roll.hpp ""
expect 1 "ssl/optimizers/roll.hpp: no case in tests/unit"
write include/ssl/augmentations/tear.hpp ""
expect 1 "ssl/augmentations/tear.hpp: no case in tests/unit or tests/laws or tests/reference"

finish
