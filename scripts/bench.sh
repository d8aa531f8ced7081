#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -eu
usage() {
  cat <<'TEXT'
bash scripts/bench.sh [options]

Builds the benchmarks for this machine and measures, one thread on one core, by turns with the same work in PyTorch; prints one table.
Take the machine for yourself: the figures of a busy one say little.

  --peers FOLDER    torch_peer.py, compare.py, ceiling.cpp (default: peers beside the reference tensors, where it exists)
  --python PROGRAM  a Python with the peers' requirements (default: python3)
  --cases A,B       only these cases of torch_peer.py --list
  --rounds N        turns of both sides (default: 7)
  --save            also writes benchmarks/results/<processor>-<date>.json
  --backends        also times every operation, layer, loss and step on each backend; the only thing done without peers
  --help
TEXT
}

peers= python=python3 cases= rounds=7 save= backends=
while (($# > 0)); do
  case $1 in
    --help) usage && exit 0 ;;
    --save) save=benchmarks/results && shift ;;
    --backends) backends=yes && shift ;;
    --peers | --python | --cases | --rounds)
      (($# > 1)) || { echo "$1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2" && shift 2 ;;
    *) echo "unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
done
[[ -n $peers ]] && peers=$(realpath "$peers")  # the caller's, before its folder is left
[[ $python == */* ]] && python=$(realpath -s "$python")
unset OPENBLAS_CORETYPE  # where preset, the peers' libraries take the kernels of an older processor

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh
require "$pretext_build_needs$pretext_benchmark_needs"
[[ -z $peers ]] && peers=$(shared_folder peers)
cmake --preset bench >/dev/null
cmake --build --preset bench -j "$(build_jobs)"
readonly built=build/bench/benchmarks

if [[ -n $backends || -z $peers ]]; then
  for program in "$built"/benchmark_*; do
    # The packaged library says that it was built with assertions itself; they are outside of what is timed.
    "$program" --benchmark_min_time=0.1 2> >(grep -v 'Library was built as DEBUG' >&2)
  done
fi
if [[ -z $peers ]]; then
  echo "There is no folder with peers (--peers): nothing to compare with."
  exit 0
fi
if ! "$python" -c 'import torch, safetensors' 2>/dev/null; then
  echo "$python has no torch and safetensors: install $peers/requirements.txt, or name another with --python." >&2
  exit 1
fi
ceiling=$built/ceiling
g++ -O3 -march=native -ffast-math -std=c++20 -pthread "$peers/ceiling.cpp" -o "$ceiling" 2>/dev/null || ceiling=
"$python" benchmarks/against_peers.py --program "$built/peer_cases" --peers "$peers" --rounds "$rounds" \
  ${ceiling:+--ceiling "$ceiling"} ${cases:+--cases "$cases"} ${save:+--save "$save"}
