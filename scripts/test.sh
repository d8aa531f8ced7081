#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what is missing (Debian 12, Ubuntu 24.04 or newer; as root or with sudo), builds and runs all tests. The last
# line is "N passed, N failed", followed by ", N skipped" where any was. Needs no network where nothing is missing.
#
#   bash scripts/test.sh [CMAKE_OPTION...]     e.g. -DPRETEXT_REFERENCE_DIR=/data/reference
set -u
exec </dev/null

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
source scripts/dependencies.sh

readonly build=build/test

# Ends the run for a reason other than a test's: the closing line is the same in every case.
stop() {
  echo "scripts/test.sh: $1" >&2
  echo "0 passed, 1 failed"
  exit 1
}

require "$pretext_build_needs$pretext_test_needs" || stop "cannot build without these packages"
want "$pretext_optional_test_needs"
cmake_is_recent || stop "the package cmake is too old"

jobs=$(build_jobs)
echo "Building the tests with $jobs jobs in $build"
# A newer compiler may know new warnings: they stop only the project's own checks, .ci/run.
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPRETEXT_WARNINGS_AS_ERRORS="${PRETEXT_WARNINGS_AS_ERRORS:-OFF}" "$@" ||
  stop "the configuration failed"
# One program that does not build must not hide the others: it counts as a failed test.
cmake --build "$build" --parallel "$jobs" -- -k 0 || echo "scripts/test.sh: not everything was built" >&2

results=$(mktemp)
trap 'rm -f "$results"' EXIT
ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure --no-tests=error --output-junit "$results"
[[ -s $results ]] || stop "no test ran"
bash scripts/count_tests.sh "$results"
