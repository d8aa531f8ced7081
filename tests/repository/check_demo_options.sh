#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# check_demo_options.sh DEMO: help and wrong options are answered at once, before anything is installed or built.
set -u

readonly demo=$1
status=0
# expect EXIT_CODE TEXT OPTION...
expect() {
  local code_wanted=$1 text=$2 said code
  shift 2
  said=$(bash "$demo" "$@" 2>&1)
  code=$?
  if ((code != code_wanted)) || ! grep -qF -- "$text" <<<"$said"; then
    printf '%s\n' "demo.sh $* gave $code, expected $code_wanted and '$text'" "$said"
    status=1
  fi
}

for option in --data --epochs --images --out --seed --threads --checkpoint-every; do
  expect 0 "$option" --help
  expect 2 "$option needs a value" $option
done
expect 0 --resume --help
expect 2 "unknown option --epoch" --epoch 3
expect 2 "not imagenet" --data imagenet
expect 2 "not folder:" --data folder:
for kind in idx: cifar10: folder: procedural; do expect 0 "$kind" --help; done

((status == 0)) && echo "the demo's options behave"
exit $status
