#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_coverage.sh ROOT: every public header of layers, losses, objectives, optimizers and augmentations has the cases that its kind
# must have (CONTRIBUTING.md, "Cases of a header"). A source with test cases covers the headers that it includes itself.
set -u

cd "$1" || exit 1
status=0
headers=0

# covered HEADER KINDS: does a source that checks something, in the folder of one of the kinds (a|b), include the header?
covered() {
  local source
  while IFS= read -r source; do
    grep -qE 'TEST_CASE|CHECK' "$source" && return 0
  done < <(for kind in ${2//|/ }; do grep -rlF --include='*.cpp' --include='*.hpp' "#include \"$1\"" "tests/$kind" 2>/dev/null; done)
  return 1
}

# need FOLDER KINDS...: cases of each for every header below include/ssl/FOLDER but details and those that only say what a policy is
readonly concepts=' layer.hpp loss.hpp objective.hpp optimizer.hpp concepts.hpp stage.hpp '
need() {
  local folder=$1 header name kinds
  shift
  while IFS= read -r header; do
    name=${header#include/}
    [[ $concepts == *" ${name##*/} "* ]] && continue
    headers=$((headers + 1))
    for kinds in "$@"; do
      covered "$name" "$kinds" || { echo "$name: no case in tests/${kinds//|/ or tests/}"; status=1; }
    done
  done < <(find "include/ssl/$folder" -name '*.hpp' -not -path '*/detail/*' | sort)
}

need layers gradient conformance
need losses gradient conformance
need objectives gradient conformance
need optimizers conformance unit
need augmentations "unit|laws|reference"

((headers > 0)) || { echo "no headers below $1/include/ssl"; status=1; }
((status == 0)) && echo "$headers headers have their cases"
exit $status
