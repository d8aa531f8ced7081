#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_codes.sh ERRORS_PAGE HEADERS TESTS
#
# Holds the codes together: the page explains every code that a header can give and no other, each compile-time code has
# a case tests/compile_fail/eNNN_*.cpp, each case an entry on the page, and each run-time code a test that names it.
set -u

readonly page=$1 headers=$2 tests=$3
status=0
complain() {
  echo "error codes: $1"
  status=1
}

# Codes of one kind on the page: a heading "## E102", and below it "Kind: compile time" or "Kind: run time".
codes_of_kind() {
  awk -v kind="Kind: $1" '/^## E[0-9]+ *$/ { code = $2 } $0 == kind && code != "" { print code; code = "" }' "$page" | sort -u
}
compile_time=$(codes_of_kind "compile time")
run_time=$(codes_of_kind "run time")
explained=$(grep -oE '^## E[0-9]+' "$page" | cut -c4- | sort)

for code in $(uniq -d <<<"$explained"); do complain "$code has two entries in $page"; done
for code in $explained; do
  grep -qx "$code" <<<"$compile_time"$'\n'"$run_time" || complain "$code has no line 'Kind: compile time' or 'Kind: run time' in $page"
done

cases=$(find "$tests/compile_fail" -maxdepth 1 -name 'e[0-9]*_*.cpp' -printf '%f\n' | sed -E 's/^e([0-9]+)_.*/E\1/' | sort -u)
for code in $compile_time; do
  grep -qx "$code" <<<"$cases" || complain "$code has no case tests/compile_fail/${code,}_*.cpp"
done
for code in $cases; do
  grep -qx "$code" <<<"$compile_time" || complain "the case of $code has no entry of kind 'compile time' in $page"
done

# Codes in headers: a sentence "ssl[E102]", or a number given to an exception or to a function that throws it, as in
# data_error(601, ...) and fail(711, ...), also across a line's end.
used=$(grep -rhozE 'ssl\[E[0-9]{3}\]|(_error|\bfail)[({][[:space:]]*[0-9]{3}\b' "$headers" | tr '\0' '\n' | grep -oE '[0-9]{3}' |
  sed 's/^/E/' | sort -u)
for code in $used; do
  grep -qx "$code" <<<"$explained" || complain "$code is given by a header and has no entry in $page"
done
for code in $explained; do
  grep -qx "$code" <<<"$used" || complain "$code has an entry in $page and no header gives it"
done

for code in $run_time; do
  grep -rqE "\b(E|_error\(|== )?${code#E}\b" --include='*.cpp' --include='*.cu' "$tests" || complain "no test names the run-time code $code"
done

((status == 0)) && echo "error codes: $(wc -w <<<"$compile_time") at compile time, $(wc -w <<<"$run_time") at run time"
exit $status
