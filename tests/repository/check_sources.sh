#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_sources.sh ROOT: what every source file has in common: its licence line, no leftovers, fewer than 500 lines.
set -u

cd "$1" || exit 1
status=0
files=$(find CMakeLists.txt cmake include src tests examples benchmarks scripts .ci -type f \
  \( -name '*.hpp' -o -name '*.cuh' -o -name '*.cpp' -o -name '*.cu' -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -path .ci/run \) \
  2>/dev/null)
for file in $files; do
  head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || { echo "$file: no SPDX line"; status=1; }
  (($(wc -l <"$file") < 500)) || { echo "$file: 500 lines or more"; status=1; }
  case $file in
    *.hpp | *.cuh) grep -q '^#pragma once' "$file" || [[ $file == */host_only.hpp ]] || { echo "$file: no #pragma once"; status=1; } ;;
  esac
done
# shellcheck disable=SC2086  # a list of words
leftovers=$(grep -nE '\b(TO''DO|FIX''ME|XX''X)\b' $files) && { printf '%s\n' "leftovers:" "$leftovers"; status=1; }

((status == 0)) && echo "$(wc -w <<<"$files") source files"
exit $status
