#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
set -eu

usage() {
  cat <<'TEXT'
bash scripts/parity.sh [options]

Trains the same recipe here and in PyTorch, with the same seeds on both sides, and compares the means of what the features are worth.
Random draws differ, so single runs differ; no run is left out. Runs that are done are kept: called again, it goes on where it stopped.

  --data A,B        fashion: 10,000 images of Fashion-MNIST; cifar: 5,000 of CIFAR-10 (default: fashion,cifar)
  --seeds N         1 to N (default: 5)
  --peers FOLDER    with simclr_parity.py, and ../data beside it (default: peers beside the reference tensors)
  --python PROGRAM  a Python with the peers' requirements (default: python3)
  --threads N       of both sides (default: all cores)
  --epochs N        instead of the recipe's 25: to try the script, not to compare
  --out FOLDER      where the runs are kept (default: out/parity)
  --help
TEXT
}

data=fashion,cifar seeds=5 peers= python=python3 threads=$(nproc) epochs=25 out=out/parity
while (($# > 0)); do
  case $1 in
    --help) usage && exit 0 ;;
    --data | --seeds | --peers | --python | --threads | --epochs | --out)
      (($# > 1)) || { echo "$1 needs a value" >&2; exit 2; }
      declare "${1#--}=$2" && shift 2 ;;
    *) echo "unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
done
for name in ${data//,/ }; do
  [[ $name == fashion || $name == cifar ]] || { echo "--data is fashion or cifar, not $name" >&2; exit 2; }
done
[[ -n $peers ]] && peers=$(realpath "$peers")  # the caller's, before its folder is left
[[ $python == */* ]] && python=$(realpath -s "$python")
out=$(realpath -m "$out")
unset OPENBLAS_CORETYPE  # where preset, the peers' libraries take the kernels of an older processor

cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/dependencies.sh
require "$pretext_build_needs"
[[ -z $peers ]] && peers=$(shared_folder peers)
[[ -f $peers/simclr_parity.py ]] || { echo "'$peers' has no simclr_parity.py: name its folder with --peers" >&2; exit 1; }
mkdir -p "$out"

# ours DATA SEED: prints the summary of the demo program.
ours() {
  local folder=idx:$peers/../data/fashion-mnist images=10000
  [[ $1 == cifar ]] && folder=cifar10:$peers/../data/cifar10 images=5000
  bash scripts/demo.sh --data "$folder" --images "$images" --epochs "$epochs" --seed "$2" --threads "$threads" --out "$out/newest" >&2 &&
    cat "$out/newest/summary.json"
}
# peer DATA SEED: prints the lines of the same in PyTorch.
peer() {
  "$python" "$peers/simclr_parity.py" --data "$1" --seed "$2" --epochs "$epochs" --threads "$threads" --channels-last --eval-every 1000
}

missing=()
for ((seed = 1; seed <= seeds; ++seed)); do
  for name in ${data//,/ }; do
    for side in ours peer; do
      [[ -e $out/$name-$epochs-$side-$seed.json ]] || missing+=("$name $side $seed")
    done
  done
done

# A run that fails or is stopped leaves no result. The time left is told from the runs that this call has finished.
left=${#missing[@]} finished=0
for run in ${missing[@]+"${missing[@]}"}; do
  read -r name side seed <<<"$run"
  hope=$( ((finished == 0)) || echo ", about $((SECONDS * left / finished / 60 + 1)) minutes")
  echo "$(date +%H:%M) $name, $side, seed $seed; $left of $((seeds * 2 * $(wc -w <<<"${data//,/ }"))) runs left$hope"
  file=$out/$name-$epochs-$side-$seed.json
  "$side" "$name" "$seed" >"$file.part" 2>"$out/log" || { tail -n 3 "$out/log" >&2; break; }
  mv "$file.part" "$file"
  ((finished += 1, left -= 1)) || true
done

"$python" - "$out" "$data" "$epochs" "$seeds" <<'PYTHON'
import json, os, statistics as st, sys

out, data, epochs, seeds = sys.argv[1], sys.argv[2].split(","), int(sys.argv[3]), int(sys.argv[4])
# figure: its name in our summary, event and name in the peer's lines, the most that the means may differ by, in points
FIGURES = {
    "raw pixels, probe": ("probe_raw_pixels", "raw_pixels", "linear", {"fashion": 0.2, "cifar": 0.2}),
    "raw pixels, kNN": ("knn_raw_pixels", "raw_pixels", "knn20", {"fashion": 0.2, "cifar": 0.2}),
    "untrained, probe": ("probe_random_encoder", "random_init", "linear", {}),
    "untrained, kNN": ("knn_random_encoder", "random_init", "knn20", {}),
    "trained, probe": ("probe_pretrained", "final", "linear", {"fashion": 1.0, "cifar": 1.5}),
    "trained, kNN": ("knn_pretrained", "final", "knn20", {"cifar": 2.5}),
}


def text(name, side, seed):
    path = f"{out}/{name}-{epochs}-{side}-{seed}.json"
    return open(path).read() if os.path.exists(path) else None


def spread(values):
    return f"{st.mean(values):6.2f} +- {st.stdev(values) if len(values) > 1 else 0:4.2f}"


good = True
for name in data:
    mine = [text(name, "ours", s) for s in range(1, seeds + 1)]
    peer = [text(name, "peer", s) for s in range(1, seeds + 1)]
    print(f"\n{name}, {epochs} epochs, seeds 1 to {seeds}")
    if None in mine + peer:
        print(f"  incomplete: {sum(m is not None for m in mine)} of {seeds} runs here, {sum(p is not None for p in peer)} in PyTorch")
        good = False
        continue
    mine = [json.loads(m) for m in mine]
    peer = [{e["event"]: e for e in map(json.loads, p.splitlines())} for p in peer]
    print(f"  {'per cent':<20} {'here':^14}  {'PyTorch':^14}  {'difference':>10}  {'at most':>8}")
    for label, (own, event, key, most) in FIGURES.items():
        a, b = [100 * m[own] for m in mine], [100 * p[event][key] for p in peer]
        difference, allowed = st.mean(a) - st.mean(b), most.get(name)
        met = "" if allowed is None else "met" if abs(difference) <= allowed else "MISSED"
        good &= met != "MISSED"
        print(f"  {label:<20} {spread(a)}  {spread(b)}  {difference:>+10.2f}  {allowed if allowed is not None else '':>8}  {met}".rstrip())
    seconds = [m["seconds_train"] for m in mine], [p["final"]["train_s"] for p in peer]
    print(f"  {'seconds of training':<20} {st.mean(seconds[0]):6.1f}{'':>9} {st.mean(seconds[1]):6.1f}")
if epochs != 25:
    print("\nThis is not the recipe, which has 25 epochs: nothing is shown by it.")
else:
    print("\nEvery criterion is met." if good else "\nNot every criterion is met.")
sys.exit(0 if good else 1)
PYTHON
