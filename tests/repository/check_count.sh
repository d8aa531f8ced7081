#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_count.sh CMAKE CTEST GENERATOR COUNT_TESTS: the closing line of scripts/test.sh, on results of real ctest runs.
set -u

readonly cmake=$1 ctest=$2 generator=$3 count_tests=$4
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# expect EXIT_CODE LINE TEST...: each test is pass, fail, skip, crash, disabled or absent (its program does not exist).
expect() {
  local code_wanted=$1 line=$2 said code i=0 test folder
  shift 2
  folder=$(mktemp -d "$scratch/XXXX")
  {
    echo 'cmake_minimum_required(VERSION 3.24)'
    echo 'project(counted LANGUAGES NONE)'
    echo 'enable_testing()'
    for test in "$@"; do
      i=$((i + 1))
      case $test in
        pass) echo "add_test(NAME t$i COMMAND echo [[<testcase status=\"fail\"> <skipped message=\"SKIP_\">]])" ;;
        fail) echo "add_test(NAME t$i COMMAND false)" ;;
        skip) echo "add_test(NAME t$i COMMAND sh -c \"exit 77\")" ;;
        crash) echo "add_test(NAME t$i COMMAND sh -c [[kill -SEGV \$\$]])" ;;
        disabled) echo "add_test(NAME t$i COMMAND true)"; echo "set_tests_properties(t$i PROPERTIES DISABLED ON)" ;;
        absent) echo "add_test(NAME t$i COMMAND \"$folder/absent\")" ;;
      esac
      echo "set_tests_properties(t$i PROPERTIES SKIP_RETURN_CODE 77)"
    done
  } >"$folder/CMakeLists.txt"
  "$cmake" -S "$folder" -B "$folder/build" -G "$generator" >/dev/null || status=1
  "$ctest" --test-dir "$folder/build" --output-junit "$folder/results.xml" >/dev/null 2>&1
  said=$(bash "$count_tests" "$folder/results.xml")
  code=$?
  if [[ $said != "$line" ]] || ((code != code_wanted)); then
    echo "tests '$*' gave '$said' and $code, expected '$line' and $code_wanted"
    status=1
  fi
}

expect 0 "2 passed, 0 failed" pass pass
expect 1 "2 passed, 1 failed, 1 skipped" pass fail skip pass
expect 0 "1 passed, 0 failed, 2 skipped" skip pass skip
expect 1 "0 passed, 0 failed, 1 skipped" skip
expect 1 "1 passed, 1 failed" pass absent
expect 1 "1 passed, 1 failed" crash pass
expect 0 "1 passed, 0 failed, 1 skipped" disabled pass

((status == 0)) && echo "7 results were counted rightly"
exit $status
