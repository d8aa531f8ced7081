#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# self_test.sh COMPILER: check_case.sh must refuse each faulty case below, for the stated reason, and accept the good one.
set -u

readonly compiler=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# expect EXIT_CODE TEXT NAME <<< SOURCE
expect() {
  cat >"$scratch/$3"
  local said code
  said=$(bash "$here/check_case.sh" "$scratch/$3" "$compiler" -std=c++20 -fsyntax-only 2>&1)
  code=$?
  if ((code != $1)) || ! grep -qF "$2" <<<"$said"; then
    printf '%s\n' "self test of the compile-fail driver: $3 gave $code, expected $1 and '$2'" "$said"
    status=1
  fi
}

bad_twin() { printf '#ifdef PRETEXT_SHOULD_FAIL\n%s\n#endif\nint good;\n' "$1"; }

expect 0 "ssl[E998], " e998_good.cpp < <(bad_twin 'static_assert(false, "ssl[E998]: what; why; fix");')
expect 1 "the sentence ssl[E998] is not within" e998_no_sentence.cpp < <(bad_twin 'static_assert(false, "something is wrong");')
expect 1 "the sentence ssl[E998] is not within" e998_other_code.cpp < <(bad_twin 'static_assert(false, "ssl[E997]: what");')
expect 1 "2 errors instead of one" e998_two_errors.cpp < <(bad_twin $'static_assert(false, "ssl[E998]: what");\nint x = unknown;')
expect 1 "the bad twin compiles" e998_compiles.cpp < <(bad_twin 'int bad;')
expect 1 "the good twin does not compile" e998_good_is_bad.cpp <<<'int x = unknown;'
expect 1 "does not begin with a code" misnamed.cpp < <(bad_twin 'static_assert(false, "ssl[E998]: what");')
expect 1 "more than 25" e998_long.cpp < <(bad_twin "$(for i in {1..30}; do echo "struct s$i {}; void f(s$i);"; done; echo 'void start() { f(0); }')")

((status == 0)) && echo "self test of the compile-fail driver: 8 cases behaved"
exit $status
