#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# self_test_coverage.sh: check_coverage.sh must name the header and the kind of case that is missing.
set -u

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# expect EXIT_CODE TEXT
expect() {
  local said code
  said=$(bash "$here/check_coverage.sh" "$scratch" 2>&1)
  code=$?
  if ((code != $1)) || ! grep -qF "$2" <<<"$said"; then
    printf '%s\n' "self test of the coverage check gave $code, expected $1 and '$2'" "$said"
    status=1
  fi
}
# write PATH LINE...
write() {
  mkdir -p "$(dirname "$scratch/$1")"
  printf '%s\n' "${@:2}" >"$scratch/$1"
}
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

((status == 0)) && echo "the coverage check names what is missing"
exit $status
