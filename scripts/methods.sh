#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -eu
usage() {
  cat <<'TEXT'
bash scripts/methods.sh [options]

Trains every method of the program examples/05_methods on the same images, judges it and writes docs/methods.md, a row at a time. What was
done is kept in benchmarks/results/methods-NAME.json, so that the same command goes on where it was stopped. Take the machine for
yourself: the seconds of a busy one say little.

  --data FOLDER   CIFAR-10's binary files (default: the excerpt beside the reference tensors, 5,000 + 2,000 images)
  --methods A,B   only these rows (default: all)
  --seeds N       runs of each method, seeds 1 to N (default: 3)
  --epochs N      passes over the images (default: 10, those of the table; others stand below it)
  --threads N     threads (default: all cores)
  --page          only writes the page, of what there is
  --help
TEXT
}

data= methods= seeds=3 epochs=10 threads=0 page=
while (($# > 0)); do
  case $1 in
    --help) usage && exit 0 ;;
    --page) page=--page && shift ;;
    --data | --methods | --seeds | --epochs | --threads)
      (($# > 1)) || { echo "$1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2" && shift 2 ;;
    *) echo "unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
done
[[ -n $data ]] && data=$(realpath "$data")  # the caller's, before its folder is left
unset OPENBLAS_CORETYPE

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh
require "$pretext_build_needs"
[[ -z $data ]] && data=$(shared_folder data/cifar10)

readonly build=build/methods
if [[ -z $page ]]; then
  [[ -d $data ]] || { echo "there is no folder '$data': name that of CIFAR-10's files with --data" >&2; exit 1; }
  mkdir -p build
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPRETEXT_NATIVE=ON -DPRETEXT_BUILD_TESTS=OFF \
    -DPRETEXT_WARNINGS_AS_ERRORS=OFF -DPRETEXT_INSTALL=OFF -DPRETEXT_EXAMPLE_METHODS=all >"$build.log" 2>&1 ||
    { cat "$build.log" >&2; exit 1; }
  ninja --quiet -C "$build" -j "$(build_jobs)" methods
fi
python3 benchmarks/methods_table.py --program "$build/examples/05_methods/methods" --data "$data" --epochs "$epochs" --seeds "$seeds" \
  --threads "$threads" ${methods:+--methods "$methods"} $page
