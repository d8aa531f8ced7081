# SPDX-License-Identifier: Apache-2.0
"""The runs behind docs/methods.md, and the page itself; scripts/methods.sh calls it."""
import argparse
import glob
import json
import os
import re
import shutil
import statistics as st
import subprocess

from figures import processor, write

RESULTS = "benchmarks/results"
PAGE = "docs/methods.md"
BUILT = "build/methods/examples/05_methods/methods.inc"
# In the order of the page; a method that is not named here comes behind, by its name.
ORDER = ["relative_position", "rotation", "jigsaw", "colorization", "inpainting", "simclr", "moco_v1", "moco_v2", "moco_v3", "byol",
         "simsiam", "barlow_twins", "vicreg", "swav", "emp_ssl", "dino", "dino_vit", "mae", "dinov2", "supervised"]
JUDGED_BY_FINE_TUNING = {"mae"}  # too, on the first 1,000 labels: pre-training is for images of which few have any
FINE_TUNING = ["--resume", "--judge", "fine-tune", "--labels", "1000"]
EPOCHS = 10  # of the table; other lengths stand below it
# These must stand above the random encoder by two standard errors.
MUST = {"simclr", "moco_v1", "moco_v2", "moco_v3", "byol", "simsiam", "barlow_twins", "vicreg", "swav", "dino", "rotation"}


def names():
    """Methods that have figures, and those that were built."""
    found = {os.path.basename(f)[len("methods-"):-len(".json")] for f in glob.glob(f"{RESULTS}/methods-*.json")}
    if os.path.exists(BUILT):
        with open(BUILT) as file:
            found |= set(re.findall(r"METHOD\((\w+)\)", file.read()))
    return sorted(found, key=lambda n: (ORDER.index(n) if n in ORDER else len(ORDER), n))


def path_of(method):
    return f"{RESULTS}/methods-{method}.json"


def read(method):
    """The runs that were done: by epochs, then by seed."""
    if not os.path.exists(path_of(method)):
        return {}
    with open(path_of(method)) as file:
        return json.load(file)


def judged(command, out):
    subprocess.run(command, check=True)
    with open(f"{out}/summary.json") as file:
        return json.load(file)


def run(a, method, seed):
    out = f"build/methods-runs/{method}-{seed}"
    shutil.rmtree(out, ignore_errors=True)
    command = [a.program, method, "--data", f"cifar10:{a.data}", "--epochs", str(a.epochs), "--seed", str(seed), "--threads",
               str(a.threads), "--out", out]
    if method in JUDGED_BY_FINE_TUNING:
        command += ["--checkpoint-every", str(a.epochs)]
    summary = judged(command, out)
    if method in JUDGED_BY_FINE_TUNING:
        tuned = judged(command + FINE_TUNING, out)
        summary |= {key: tuned[key] for key in ("fine_tuned", "from_scratch", "encoder_rate")} | {"tuned_on": tuned["labels"]}
    del summary["data"]  # a folder of this machine
    return summary | {"processor": processor(), "threads": a.threads or os.cpu_count()}


def standard_error(values):
    return st.stdev(values) / len(values) ** 0.5


def spread(runs, key, scale=1.0, digits=1):
    values = [r[key] * scale for r in runs if r.get(key) is not None]
    if not values:
        return "-"
    error = f" ± {standard_error(values):.{digits}f}" if len(values) > 1 else ""
    return f"{st.mean(values):.{digits}f}{error}"


def gain(runs, trained="probe_trained", untrained="probe_random_encoder"):
    """Difference of the means, in its standard errors."""
    a, b = [r[trained] for r in runs], [r[untrained] for r in runs]
    if len(runs) < 2:
        return None
    error = (standard_error(a) ** 2 + standard_error(b) ** 2) ** 0.5
    return (st.mean(a) - st.mean(b)) / error if error > 0 else float("inf")


def tuned_gain(runs):
    return gain(runs, "fine_tuned", "from_scratch")


def in_errors(difference):
    return "-" if difference is None else f"{difference:+.1f}"


def tuned_row(method, runs):
    return (f"| {method} | {runs[0]['tuned_on']} | {spread(runs, 'from_scratch', 100)} | {spread(runs, 'fine_tuned', 100)} | "
            f"{in_errors(tuned_gain(runs))} |")


def row(method, runs):
    return (f"| {method} | {spread(runs, 'knn_random_encoder', 100)} | {spread(runs, 'knn_trained', 100)} | "
            f"{spread(runs, 'probe_random_encoder', 100)} | {spread(runs, 'probe_trained', 100)} | "
            f"{in_errors(gain(runs))} | {spread(runs, 'loss', 1, 3)} | "
            f"{spread([r | {'share': r['feature_std'] / r['healthy_std']} for r in runs], 'share', 1, 2)} | "
            f"{spread(runs, 'effective_rank')} | {st.mean(r['seconds_train'] for r in runs):.0f} |")


INTRODUCTION = """# Methods, side by side

<!-- Written by scripts/methods.sh; nothing here is edited by hand. -->
Each method of [examples/05_methods](../examples/05_methods) with its numbers for small images, trained on the same images and judged
alike. All train the same small convolutional encoder (width 32, four stages, 256 features), `moco_v3`, `dino_vit`, `mae` and `dinov2` a
small vision transformer (patches of 4, width 96, depth 4). The figures are those of short runs on few images: they say that a method
works here, not how good it becomes. The views that each saw are in `build/methods-runs/NAME-SEED/views.png`.

```sh
bash scripts/methods.sh    # makes this page, a row at a time; goes on where it was stopped
```
"""
LEGEND = """
Accuracies on the test images in per cent, mean ± standard error over the seeds: 20 nearest neighbours and a linear probe, of the random
and of the trained encoder. *Gain*: trained over random probe, in standard errors of the difference. *Deviation*: of the unit features,
over the healthy 1/sqrt(width); 0 is collapse. *Rank*: effective rank of the features. *Seconds*: of training.

| method | kNN, random | kNN, trained | probe, random | probe, trained | gain | loss | deviation | rank | seconds |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""
TUNED = """
Fine-tuned on some training labels, against the same training from random weights; gain as above:

| method | labels | from random weights | fine-tuned | gain |
| --- | --- | --- | --- | --- |"""


LONGER = """
Other lengths, for methods that ask for more than the table gives them:

| method | epochs | seeds | probe, random | probe, trained | loss | seconds |
| --- | --- | --- | --- | --- | --- | --- |"""


def longer_row(method, epochs, runs):
    return (f"| {method} | {epochs} | {len(runs)} | {spread(runs, 'probe_random_encoder', 100)} | "
            f"{spread(runs, 'probe_trained', 100)} | {spread(runs, 'loss', 1, 3)} | {st.mean(r['seconds_train'] for r in runs):.0f} |")


def page(done):
    """`done`: what `read` gives, of every method."""
    lists = {m: {int(e): [seeds[s] for s in sorted(seeds, key=int)] for e, seeds in by_epochs.items()} for m, by_epochs in done.items()}
    table = {m: runs[EPOCHS] for m, runs in lists.items() if EPOCHS in runs}
    lines = [INTRODUCTION]
    if table:
        first = next(iter(table.values()))
        some = first[0]
        most = max(len(runs) for runs in table.values())
        machines = sorted({f"{r['threads']} threads of {r['processor']}" for runs in table.values() for r in runs})
        lines += [f"Images of CIFAR-10: {some['train_images']:,} for training, {some['epochs']} epochs, so that every method sees",
                  f"{some['images_seen']:,}; {most} seed{'s' * (most > 1)}; {' and '.join(machines)}.", LEGEND,
                  f"| raw pixels | | {spread(first, 'knn_raw_pixels', 100)} | | {spread(first, 'probe_raw_pixels', 100)} | | | | | |"]
        lines += [row(method, runs) for method, runs in table.items()]
    longer = [longer_row(m, e, r) for m, runs in lists.items() for e, r in sorted(runs.items()) if e != EPOCHS]
    lines += [LONGER, *longer] if longer else []
    tuned = {m: r for m, r in table.items() if all("fine_tuned" in x for x in r)}
    if tuned:
        lines.append(TUNED)
        lines += [tuned_row(m, r) for m, r in tuned.items()]
    write(PAGE, "\n".join(lines) + "\n")
    return table


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--program", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--methods", default="")
    p.add_argument("--epochs", type=int, default=EPOCHS)
    p.add_argument("--seeds", type=int, required=True)
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--page", action="store_true")
    a = p.parse_args()

    asked = a.methods.split(",") if a.methods else names()
    unknown = [m for m in asked if m not in names()]
    if unknown:
        p.error(f"no method {', '.join(unknown)}; expected some of {', '.join(names())}")
    done = {m: read(m) for m in names()}
    for method in asked if not a.page else []:
        runs = done[method].setdefault(str(a.epochs), {})
        for seed in (str(s) for s in range(1, a.seeds + 1)):
            if seed not in runs:
                runs[seed] = run(a, method, seed)
                write(path_of(method), json.dumps(done[method], indent=1) + "\n")
                page(done)
    table = page(done)
    for method in sorted((MUST | JUDGED_BY_FINE_TUNING) & set(table)):
        difference = (tuned_gain if method in JUDGED_BY_FINE_TUNING else gain)(table[method])
        if difference is not None and difference < 2:
            print(f"{method}: only {difference:+.1f} standard errors above the random encoder")


if __name__ == "__main__":
    main()
