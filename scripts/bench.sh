#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the benchmarks for this machine and measures whole steps and losses by turns with PyTorch, one thread, where the folder
# with the peers and a Python with their requirements are given:
#
#   bash scripts/bench.sh [PEERS_FOLDER [PYTHON]]
#
# Ratios above 1: this library is faster. Both sides run by turns in one sitting, on one core; take the machine for yourself.
set -eu
unset OPENBLAS_CORETYPE  # where preset, the peers' libraries take the kernels of an older processor

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh
peers=${1:-}
python=${2:-python3}

require "$pretext_build_needs$pretext_benchmark_needs"
cmake --preset bench >/dev/null
cmake --build --preset bench -j "$(build_jobs)"
readonly built=build/bench/benchmarks
"$built/benchmark_backends" --benchmark_min_time=0.2 --benchmark_counters_tabular=true

if [[ -z $peers ]]; then
  echo "No folder with peers was given: nothing to compare with."
  exit 0
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# compare CASE MODE...: agrees with the peer first, then times both by turns, against each of its modes.
compare() {
  local name=$1 mode
  shift
  "$python" "$peers/torch_peer.py" --case "$name" --dump "$scratch/dump" >/dev/null
  "$built/peer_cases" --case "$name" --load "$scratch/dump" --repeats 1 >/dev/null
  for mode in "$@"; do
    echo "$name against $mode"
    "$python" "$peers/compare.py" --rounds "${ROUNDS:-7}" \
      --a "taskset -c 0 $python $peers/torch_peer.py --case $name --mode $mode --alloc tuned --mkl override --json" \
      --b "taskset -c 0 $built/peer_cases --case $name --json"
  done
}
compare mlp_tiny eager
compare ntxent eager
compare simclr_convnet4w32 channels_last eager
