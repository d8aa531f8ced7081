#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_case.sh SOURCE COMPILER [FLAG...]
#
# SOURCE is named eNNN_what.cpp. As it stands it must compile; with -DPRETEXT_SHOULD_FAIL it must not, and then the
# output must help: exactly one error, at most 25 lines, and "ssl[ENNN]" within the first 8 lines.
set -u

readonly source_file=$1
shift
readonly compile=("$@")
readonly most_lines=25 sentence_within=8

fail() {
  echo "compile-fail: $source_file: $1"
  [[ -n ${output:-} ]] && printf '%s\n' "---- output of the compiler" "$output"
  exit 1
}

name=$(basename "$source_file")
[[ $name =~ ^e([0-9]{3})_ ]] || fail "the file name does not begin with a code, eNNN_"
readonly sentence="ssl[E${BASH_REMATCH[1]}]"

output=$("${compile[@]}" "$source_file" 2>&1) || fail "the good twin does not compile"
output=$("${compile[@]}" -DPRETEXT_SHOULD_FAIL "$source_file" 2>&1) && fail "the bad twin compiles"

errors=$(grep -cE '(^|: |\) ?:|[0-9]:) ?(fatal |catastrophic )?error( #[0-9]+)?:' <<<"$output")
((errors == 1)) || fail "$errors errors instead of one"
lines=$(wc -l <<<"$output")
((lines <= most_lines)) || fail "$lines lines of output, more than $most_lines"
head -n $sentence_within <<<"$output" | grep -qF "$sentence" || fail "the sentence $sentence is not within the first $sentence_within lines"
echo "compile-fail: $name: $sentence, $lines lines"
