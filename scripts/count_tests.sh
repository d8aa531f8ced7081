#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# count_tests.sh JUNIT_FILE: prints "N passed, N failed", and ", N skipped" where any was, from the file that
# `ctest --output-junit` writes. A test that could not be started has failed. Fails when one failed or none passed.
set -u

awk '
  /<testcase / {
    match($0, /status="[a-z]*"/)
    status = substr($0, RSTART + 8, RLENGTH - 9)
    if (status == "run") passed++
    else if (status == "fail") failed++
    else if (status == "disabled") skipped++
    else undecided = 1
  }
  undecided && /<skipped / {
    if ($0 ~ /message="SKIP_/) skipped++
    else failed++
    undecided = 0
  }
  END {
    printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : ""
    exit (failed > 0 || passed == 0)
  }' "$1"
