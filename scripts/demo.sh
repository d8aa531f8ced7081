#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Pre-trains a small convolutional encoder on real images by SimCLR, judges it, and saves it. Installs what is missing
# (Debian 12, Ubuntu 24.04 or newer; as root or with sudo). A second run builds nothing anew.
set -eu

usage() {
  cat <<'TEXT'
bash scripts/demo.sh [options]

  --data KIND     fashion-mnist    70,000 real images, Debian's package dataset-fashion-mnist (default)
                  idx:DIR          a folder with the four MNIST files, plain, gzip or xz
                  cifar10:DIR      a folder with CIFAR-10's binary files, plain, gzip or xz
                  folder:DIR       your own JPEG and PNG images; subfolders, where there are some, are classes
                  procedural       textured shapes drawn by the program
  --epochs N      passes over the images
  --images N      how many training images
  --out DIR       where encoder.safetensors, metrics.jsonl and summary.json go (default: out)
  --seed N        seed of every random draw
  --threads N     threads (default: all cores)
  --checkpoint-every N
                  epochs from one checkpoint to the next, in DIR/checkpoints (default: none)
  --resume        go on from the newest checkpoint in DIR/checkpoints, if there is one
  --help          this text
TEXT
}

data=fashion-mnist
out=out
options=()
while (($# > 0)); do
  case $1 in
    --help) usage; exit 0 ;;
    --resume) options+=("$1"); shift ;;
    --data | --epochs | --images | --out | --seed | --threads | --checkpoint-every)
      (($# > 1)) || { echo "$1 needs a value" >&2; exit 2; }
      case $1 in
        --data) data=$2 ;;
        --out) out=$2 ;;
        *) options+=("$1" "$2") ;;
      esac
      shift 2 ;;
    *) echo "unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
done
# Paths are the caller's: make them absolute before leaving the caller's folder.
case $data in
  fashion-mnist | procedural) ;;
  idx:?* | cifar10:?* | folder:?*) data=${data%%:*}:$(realpath -m "${data#*:}") ;;
  *) echo "--data is fashion-mnist, idx:DIR, cifar10:DIR, folder:DIR or procedural, not $data" >&2; exit 2 ;;
esac
out=$(realpath -m "$out")

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh

require "$pretext_build_needs"
cmake_is_recent
if [[ $data == fashion-mnist ]]; then
  want "$pretext_data_needs"
  if [[ -n $(missing_packages "$pretext_data_needs") ]]; then
    echo "Fashion-MNIST is not here and could not be installed: using the procedural images."
    data=procedural
  fi
fi

readonly build=build/demo
if [[ ! -f $build/build.ninja ]]; then
  echo "Configuring in $build"
  mkdir -p build
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPRETEXT_NATIVE=ON -DPRETEXT_BUILD_TESTS=OFF \
    -DPRETEXT_WARNINGS_AS_ERRORS=OFF -DPRETEXT_INSTALL=OFF >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
fi
ninja -C "$build" -n pretrain_simclr | grep -q 'no work to do' || echo "Building for this machine (once)"
ninja --quiet -C "$build" -j "$(build_jobs)" pretrain_simclr

mkdir -p "$out"
exec "$build/examples/pretrain_simclr" --data "$data" --out "$out" ${options[@]+"${options[@]}"}
