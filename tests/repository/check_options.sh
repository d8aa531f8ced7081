#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_options.sh SCRIPTS: help and wrong options are answered at once, before anything is installed or built.
set -u

readonly scripts=$1
status=0
# expect SCRIPT EXIT_CODE TEXT OPTION...
expect() {
  local script=$1 code_wanted=$2 text=$3 said code
  shift 3
  said=$(bash "$scripts/$script" "$@" 2>&1)
  code=$?
  if ((code != code_wanted)) || ! grep -qF -- "$text" <<<"$said"; then
    printf '%s\n' "$script $* gave $code, expected $code_wanted and '$text'" "$said"
    status=1
  fi
}
# options SCRIPT OPTION...: all take a value.
options() {
  local script=$1 option
  shift
  for option in "$@"; do
    expect "$script" 0 "$option" --help
    expect "$script" 2 "$option needs a value" "$option"
  done
  expect "$script" 2 "unknown option --nothing" --nothing 3
}

options demo.sh --data --epochs --images --out --seed --threads --checkpoint-every
expect demo.sh 0 --resume --help
expect demo.sh 2 "not imagenet" --data imagenet
expect demo.sh 2 "not folder:" --data folder:
for kind in idx: cifar10: folder: procedural; do expect demo.sh 0 "$kind" --help; done
options bench.sh --peers --python --cases --rounds
expect bench.sh 0 --save --help
options methods.sh --data --methods --seeds --epochs --threads
expect methods.sh 0 --page --help
options parity.sh --data --seeds --peers --python --threads --epochs --out
expect parity.sh 2 "not imagenet" --data imagenet

((status == 0)) && echo "the scripts' options behave"
exit $status
