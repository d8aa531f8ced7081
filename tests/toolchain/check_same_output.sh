#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# check_same_output.sh <program by nvcc> <g++> <flags> <source>: what the source prints does not depend on who compiled it.
set -eu
readonly program=$1 gxx=$2 flags=$3 source=$4
other=$(mktemp)
trap 'rm -f "$other"' EXIT
"$gxx" "$flags" -O2 -x c++ -o "$other" "$source"
by_nvcc=$("$program")
by_gxx=$("$other")
echo "nvcc: $by_nvcc"
echo "g++:  $by_gxx"
[[ -n $by_nvcc && $by_nvcc == "$by_gxx" ]]
