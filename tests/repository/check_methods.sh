#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_methods.sh ROOT: a method is one header. Without it, its tests, its page, its line in ssl.hpp and its file of the example, all
# else must build: so nothing else includes it, the step does not know it, and it is short.
set -u

cd "$1" || exit 1
status=0
methods=0
complain() { echo "$1" && status=1; }
code_lines() { grep -vcE '^[[:space:]]*(//|$)' "$1"; }

for header in include/ssl/objectives/*.hpp; do
  name=$(basename "$header" .hpp)
  [[ $name == objective || $name == '*' ]] && continue
  methods=$((methods + 1))
  (($(code_lines "$header") < 150)) || complain "$header: 150 lines of code or more"
  # Fine-tuning trains by `supervised`: that one serves an evaluation, not a method.
  while read -r file; do
    [[ $file == include/ssl/ssl.hpp || $name-$file == supervised-include/ssl/evaluation/fine_tune.hpp ]] ||
      complain "$file includes ssl/objectives/$name.hpp"
  done < <(grep -rlF "\"ssl/objectives/$name.hpp\"" include src)
  while read -r line; do
    complain "the step names a method: $line"
  done < <(grep -rniw "$name" include/ssl/pipeline include/ssl/graph)
done
((methods > 0)) || complain "no headers in include/ssl/objectives"

((status == 0)) && echo "$methods methods, each a header that nothing else needs"
exit $status
