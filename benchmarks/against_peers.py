#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures peer_cases by turns with the same work in PyTorch, and prints one table. scripts/bench.sh calls it.

Of each case the fastest float mode of the peer is looked for first; the ratio is against that one, both sides by turns, on one
core. Where the peer can write down its weights, loss and gradients, they must be this program's too before anything is timed.
"""
import argparse
import datetime
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

from figures import processor, write

EAGER, COMPILE, LAST, BOTH = "--mode eager", "--mode compile", "--mode channels_last", "--mode channels_last+compile"
TUNED = "--alloc tuned --mkl override"
SHIPPED = "--mode eager"  # as most users have it


class Case:
    """options: of both sides; peer: what the peer's modes are; floor: the least ratio; most_ms: the most this program may take."""

    def __init__(self, label, name, options="", peer=(EAGER, COMPILE), floor=None, most_ms=None, tuned=True, own="", agrees=False):
        self.label, self.name, self.options, self.own, self.agrees = label, name, options, own, agrees
        self.peer = [f"{p} {TUNED}" if tuned else p for p in peer]
        self.floor, self.most_ms = floor, most_ms


STEPS = (EAGER, LAST, BOTH)
CASES = [
    Case("tiny perceptron, step", "mlp_tiny", floor=5, agrees=True),
    Case("NT-Xent, 1,024 rows", "ntxent", floor=2, agrees=True),
    Case("SimCLR ConvNet-32, step", "simclr_convnet4w32", "--repeats 5", STEPS, floor=0.8, agrees=True),
    Case("SimCLR ResNet-20, step", "simclr_resnet20w16", "--repeats 5", STEPS, floor=0.8, agrees=True),
    Case("SimCLR ResNet-18, step", "simclr_resnet18_cifar", "--repeats 3 --warmup 1", STEPS, floor=0.7, agrees=True),
    Case("  as PyTorch is shipped", "simclr_resnet18_cifar", "--repeats 3 --warmup 1", (SHIPPED,), floor=1.1, tuned=False),
    Case("augmentation at 32, batched peer", "augment", "--impl torch_batched", (EAGER,), floor=2),
    Case("augmentation at 32, torchvision", "augment", "", ("--impl torchvision_uint8", "--impl pil"), floor=20),
    Case("augmentation at 224, torchvision", "augment", "--size 224 --repeats 5", ("--impl torchvision_uint8", "--impl pil")),
    Case("nearest neighbours", "knn", "--repeats 1 --warmup 1", (EAGER,), floor=1.2),
    Case("linear probe, epoch", "linear_probe", "--repeats 5", floor=3),
    Case("AdamW, 11 M parameters", "adamw_11m", "", ("--impl fused", "--impl flat"), floor=0.9),
    Case("SGD, 11 M parameters", "sgd_11m", "", ("--impl fused", "--impl foreach"), floor=0.9),
    Case("moving average, 11 M", "ema_11m", "", ("--impl fused", "--impl foreach")),
    Case("product 1024 x 1024 x 1024", "sgemm", "", (EAGER,)),
    Case("conv 64, 32 x 32, forward", "conv", "--shape 64,64,32,3,1,fwd", (EAGER, LAST)),
    Case("conv 64, 32 x 32, input gradient", "conv", "--shape 64,64,32,3,1,dgrad", (EAGER, LAST)),
    Case("conv 64, 32 x 32, weight gradient", "conv", "--shape 64,64,32,3,1,wgrad", (EAGER, LAST)),
    Case("process, start to end", "startup", "--repeats 3 --warmup 1", ("",), most_ms=100, tuned=False),
]


def last_json(command):
    done = subprocess.run(shlex.split(command), capture_output=True, text=True)
    for line in reversed(done.stdout.splitlines()):
        try:
            return json.loads(line)
        except ValueError:
            continue
    raise RuntimeError((done.stderr.strip() or "it printed no result").splitlines()[-1])


class Bench:
    def __init__(self, args):
        self.args = args
        pinned = f"taskset -c {args.core}"
        self.own = f"{pinned} {shlex.quote(args.program)} --json"
        self.peer = f"{pinned} {shlex.quote(sys.executable)} {shlex.quote(args.peers + '/torch_peer.py')} --json"
        self.compare = f"{shlex.quote(sys.executable)} {shlex.quote(args.peers + '/compare.py')} --rounds {args.rounds}"

    def fastest(self, case):
        """The peer's fastest mode, and what did not run."""
        times, failed = {}, []
        for mode in case.peer:
            try:
                times[mode] = last_json(f"{self.peer} --case {case.name} {case.options} {mode}")["ms"]["min"]
            except RuntimeError as e:
                failed.append(f"{mode}: {e}")
        if not times:
            raise RuntimeError("; ".join(failed))
        return min(times, key=times.get), times, failed

    def agree(self, case, scratch):
        dump = os.path.join(scratch, "dump.safetensors")
        subprocess.run(shlex.split(f"{self.peer} --case {case.name} --dump {dump}"), check=True, capture_output=True)
        last_json(f"{self.own} --case {case.name} --load {dump} --repeats 1 --warmup 1")

    def row(self, case, scratch):
        row = {"label": case.label, "case": case.name, "options": case.options, "floor": case.floor, "most_ms": case.most_ms}
        own = f"{self.own} --case {case.name} {case.options}"
        alone = last_json(own)
        if "skipped" in alone:
            return {**row, "skipped": alone["skipped"]}
        if case.agrees:
            self.agree(case, scratch)
        mode, times, failed = self.fastest(case)
        both = last_json(f"{self.compare} --a {shlex.quote(f'{self.peer} --case {case.name} {case.options} {mode}')} --b {shlex.quote(own)}")
        return {**row, "mode": mode.strip(), "modes_ms": times, "failed_modes": failed, "gflop": alone.get("gflop"),
                "gbyte": alone["gbytes_per_s"]["best"] * alone["ms"]["min"] / 1e3 if "gbytes_per_s" in alone else None, **both}


def read_ceiling(program, core):
    """Float multiply-adds, and an update in place of memory: what one core of this machine can do."""
    text = subprocess.run(["taskset", "-c", str(core), program, "1", "7"], capture_output=True, text=True, check=True).stdout
    fma = [float(m) for m in re.findall(r"^fma .* max ([\d.]+)", text, re.M)]
    update = re.search(r"^update in place .* max ([\d.]+)", text, re.M)
    return {"gflops": max(fma), "gbytes_per_s": float(update[1])}


def verdict(row):
    if row.get("most_ms"):
        return "met" if row["b_ms"]["median"] <= row["most_ms"] else "missed"
    if not row["floor"]:
        return ""
    ratio = row["ratio_of_medians"]
    return "met" if ratio["low"] >= row["floor"] else "missed" if ratio["high"] < row["floor"] else "unclear"


def interval_of(ratio):
    return f"{ratio['low']:.2f} to {ratio['high']:.2f}"


def line_of(row, ceiling):
    if "skipped" in row:
        return f"{row['label']:<34} skipped: {row['skipped']}"
    ms = row["b_ms"]["min"]
    rate, share = "", ""
    for amount, unit, most in (("gflop", "GF/s", "gflops"), ("gbyte", "GB/s", "gbytes_per_s")):
        if row.get(amount):
            value = row[amount] / ms * 1e3
            rate = f"{value:.1f} {unit}"
            share = f"{100 * value / ceiling[most]:.0f} %" if ceiling else ""
    ratio = row["ratio_of_medians"]
    wanted = f"< {row['most_ms']} ms" if row["most_ms"] else f"{row['floor']:g}" if row["floor"] else ""
    mode = re.sub(r"--(mode|impl) ", "", row["mode"].replace(TUNED, "tuned")).strip()
    return (f"{row['label']:<34} {row['b_ms']['median']:>9.3f} {row['a_ms']['median']:>9.3f}  {ratio['median']:>6.2f}  {interval_of(ratio):<16} "
            f"{rate:>11} {share:>6}  {wanted:>8}  {verdict(row):<8} {mode}").rstrip()


def progress(row):
    if "skipped" in row:
        return f"skipped: {row['skipped']}"
    ratio = row["ratio_of_medians"]
    return f"{row['b_ms']['median']:.3f} ms, {ratio['median']:.2f} times as fast as the peer ({interval_of(ratio)})"


def print_table(rows, ceiling):
    print()
    print(f"{'':<34} {'ours':>9} {'peer':>9}  {'ratio':>6}  {'95 % interval':<16} {'':>11} {'of the':>6}")
    print(f"{'case':<34} {'ms':>9} {'ms':>9}  {'':>6}  {'':<16} {'ours':>11} {'limit':>6}  {'wanted':>8}  {'':<8} peer's fastest mode")
    print("-" * 140)
    for row in rows:
        print(line_of(row, ceiling))
    print("-" * 140)
    print("Times are medians of the rounds; ratio: peer's time over ours, the median of the rounds. Rates are of our fastest sample.")
    if ceiling:
        print(f"The limit is what one core was measured to do: {ceiling['gflops']:.0f} GF/s of float multiply-adds, "
              f"{ceiling['gbytes_per_s']:.0f} GB/s of an update in place.")
        print("Work is counted as the peers count it: taps on padding and both halves of a symmetric matrix too, so a case may exceed the limit.")


def better(ceiling, other):
    return {rate: max(ceiling[rate], other[rate]) for rate in ceiling} if ceiling and other else ceiling or other


def save(folder, rows, ceiling, rounds):
    """The file of this processor and day; rows of cases that this run did not measure stay in it."""
    name = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    path = os.path.join(folder, f"{name}-{datetime.date.today().isoformat()}.json")
    os.makedirs(folder, exist_ok=True)
    kept = {"rows": [], "ceiling": None}
    if os.path.exists(path):
        with open(path) as file:
            kept = json.load(file)
    of_case = {(r["case"], r["label"]): r for r in kept["rows"] + rows}
    in_order = [of_case[key] for key in ((c.name, c.label) for c in CASES) if key in of_case]
    result = {"processor": processor(), "cores": os.cpu_count(), "rounds": rounds, "ceiling": better(ceiling, kept["ceiling"]), "rows": in_order}
    write(path, json.dumps(result, indent=1) + "\n")
    return path


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--program", required=True, help="peer_cases")
    p.add_argument("--peers", required=True, help="folder with torch_peer.py and compare.py")
    p.add_argument("--ceiling", default="", help="the compiled ceiling.cpp")
    p.add_argument("--rounds", type=int, default=7)
    p.add_argument("--core", type=int, default=os.cpu_count() - 1)
    p.add_argument("--cases", default="", help="comma-separated names; all if empty")
    p.add_argument("--save", default="", help="folder for the result as JSON")
    args = p.parse_args()

    os.environ.pop("OPENBLAS_CORETYPE", None)
    if os.getloadavg()[0] > 0.5:
        print(f"Other programs are running (load {os.getloadavg()[0]:.1f}): expect wide intervals.")
    ceiling = read_ceiling(args.ceiling, args.core) if args.ceiling else None
    wanted = [c for c in CASES if not args.cases or c.name in args.cases.split(",")]
    bench, rows = Bench(args), []
    with tempfile.TemporaryDirectory() as scratch:
        for i, case in enumerate(wanted):
            print(f"[{i + 1}/{len(wanted)}] {case.label.strip()}", flush=True)
            try:
                rows.append(bench.row(case, scratch))
            except (RuntimeError, subprocess.CalledProcessError) as e:
                rows.append({"label": case.label, "case": case.name, "skipped": f"FAILED, {e}"})
            print(f"        {progress(rows[-1])}", flush=True)
            if args.save:  # what a stopped run has measured is not lost
                save(args.save, rows, ceiling, args.rounds)
    if ceiling:  # before and after: the better counts
        ceiling = better(ceiling, read_ceiling(args.ceiling, args.core))
    print_table(rows, ceiling)
    if args.save:
        print(f"written: {save(args.save, rows, ceiling, args.rounds)}")
    bad = [r for r in rows if r.get("skipped", "").startswith("FAILED") or ("ratio_of_medians" in r and verdict(r) == "missed")]
    sys.exit(1 if bad else 0)


main()
