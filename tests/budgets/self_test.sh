#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# self_test.sh MEASURE: the measuring program must refuse what is over a budget and a command that fails.
set -u

readonly measure=$1
readonly busy='i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done'
status=0

# expect EXIT_CODE TEXT ARGUMENT...
expect() {
  local code_wanted=$1 text=$2 said code
  shift 2
  said=$("$measure" "$@" 2>&1)
  code=$?
  if ((code != code_wanted)) || ! grep -qF "$text" <<<"$said"; then
    printf '%s\n' "self test of measure: '$*' gave $code, expected $code_wanted and '$text'" "$said"
    status=1
  fi
}

expect 0 "within the budget" --seconds 60 --megabytes 4000 -- sh -c "$busy"
expect 1 "over the budget" --seconds 0.0001 --megabytes 4000 -- sh -c "$busy"
expect 0 "within the budget" --seconds 0.0001 --scale 600000 --megabytes 4000 -- sh -c "$busy"
expect 1 "over the budget" --seconds 60 --megabytes 0.1 -- sh -c "$busy"
expect 1 "over the budget" --ratio 2 -- sh -c "$busy" -- sh -c "exit 0"
expect 0 "within the budget" --ratio 2 -- sh -c "exit 0" -- sh -c "$busy"
expect 2 "the command failed" --seconds 60 --megabytes 4000 -- false
expect 2 "give one command" --seconds 60 --megabytes 4000

((status == 0)) && echo "self test of measure: 8 cases behaved"
exit $status
