#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_refusal.sh COMPILER [FLAG...] -- HEADER...: each header must be refused, and the first error must be E501.
# Most headers are shown to the host's preprocessor with __CUDACC__ defined, which takes no time; nvcc itself is slow.
set -u

compile=()
while [[ $1 != -- ]]; do
  compile+=("$1")
  shift
done
shift

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0
for header in "$@"; do
  echo "#include \"$header\"" >"$scratch/include.cu"
  if output=$("${compile[@]}" "$scratch/include.cu" 2>&1 >/dev/null); then
    echo "$header: is not refused"
    status=1
  elif ! grep -m1 'error' <<<"$output" | grep -qF 'ssl[E501]'; then
    printf '%s\n' "$header: the first error is not E501" "$(head -n 5 <<<"$output")"
    status=1
  fi
done
((status == 0)) && echo "$# headers are refused"
exit $status
