"""Clips from a prepared store against the same clips from pickles, as the field reads them.

`python benchmarks/data.py --json data.json` writes a pickled tree in Gait3D's layout (silhouettes
and SMPL estimates), prepares it, and reads batches of random clips from both in turns. "cold" means
that the pages of the files were dropped from the system's cache before each batch; names and
folders stay cached, which favours the pickles. Lines with "cold" for the pickles alone are for a
machine whose memory holds the store and not the pickles. Everything is done for a tenth of the
people and for all; memory is the most that a process held that read all clips once, which keeps
what it read of pickles, as the field's cache does. A thousand people need 2.5 GB of disk.
"""

import argparse
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from _machine import machine, versions

from meshgait.data import Store
from meshgait.data.layouts import LAYOUTS
from meshgait.data.preparation.prepare import prepare
from meshgait.training.memory import keep_freed_memory

MODALITIES = ("silhouette", "smpl")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--identities", type=int, default=1000)
    parser.add_argument("--clips", type=int, default=6, help="of each person")
    parser.add_argument("--frames", type=int, default=60, help="of each clip")
    parser.add_argument("--grey", action="store_true", help="silhouettes with grey edges")
    parser.add_argument("--batch", type=int, default=128, help="clips read one after another")
    parser.add_argument("--rounds", type=int, default=9, help="batches of each kind")
    parser.add_argument("--folder", type=Path, help="where to write, a temporary one by default")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    parser.add_argument("--read", choices=["store", "pickles"], help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.read:
        return read_everything(options)
    keep_freed_memory()  # as meshgait train does; it helps both
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        report = measure(Path(folder), options)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))
    return None


def measure(folder, options):
    about = {name: value for name, value in vars(options).items() if isinstance(value, int)}
    report = {"machine": machine(), "versions": versions(["numpy"]), **about, "sizes": {}}
    print(report["machine"])
    for people in sorted({max(options.identities // 10, 2), options.identities}):
        place = folder / str(people)
        write_tree(place / "tree", people, options)
        start = time.perf_counter()
        prepare(LAYOUTS["gait3d"], place / "tree", place / "out", partition=place / "list.json")
        row = {"prepare_seconds": time.perf_counter() - start}
        start = time.perf_counter()
        Store(place / "out" / "train")
        row["open_seconds"] = time.perf_counter() - start
        row |= {"store_mb": megabytes(place / "out"), "pickles_mb": megabytes(place / "tree")}
        row["milliseconds_a_clip"] = speeds(place, options)
        row["reader_rss_mb"] = {how: memory(how, place) for how in ("store", "pickles")}
        report["sizes"][people] = row
        show(people, row)
        shutil.rmtree(place)
    return report


def write_tree(root, people, options):
    """Ellipses that walk, with the share of white of a normalised silhouette."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:64, :64]
    for person in range(people):
        for clip in range(options.clips):
            folder = root / f"{person:04d}" / f"camid{clip}_videoid0" / "seq0"
            folder.mkdir(parents=True)
            width = rng.uniform(8, 14) + 3 * np.sin(np.arange(options.frames) / 4)[:, None, None]
            inside = ((x - 32) / width) ** 2 + ((y - 32) / 32.0) ** 2
            edge = np.clip((1.1 - inside) * 5, 0, 1) if options.grey else inside < 1
            dump(folder / "sils-seq0.pkl", (edge * 255).astype(np.uint8))
            dump(folder / "smpls-seq0.pkl", rng.standard_normal((options.frames, 85)))
    names = [f"{person:04d}" for person in range(people)]
    lists = {"TRAIN_SET": names, "TEST_SET": []}
    (root.parent / "list.json").write_text(json.dumps(lists), encoding="utf-8")
    os.sync()


def dump(path, array):
    with path.open("wb") as file:
        pickle.dump(array, file)


def speeds(place, options):
    """Median milliseconds for a clip: warm and cold, whole or 30 frames of its silhouettes."""
    store, paths = Store(place / "out" / "train"), pickled(place / "tree")
    few = np.sort(np.random.default_rng(0).permutation(options.frames)[:30])
    ways = {
        "pickles, all": lambda batch: [load(path) for i in batch for path in paths[i]],
        "store, all": lambda batch: from_store(store, batch, MODALITIES, None),
        "pickles, 30 silhouettes": lambda batch: [load(paths[i][0])[few] for i in batch],
        "store, 30 silhouettes": lambda batch: from_store(store, batch, MODALITIES[:1], few),
    }
    rng, times = np.random.default_rng(1), {}
    for number in range(options.rounds):
        for cold in (True, False):
            batch = rng.choice(len(paths), options.batch, replace=len(paths) < options.batch)
            for name, read in ways.items():
                if cold:
                    forget(place)
                else:
                    read(batch)
                start = time.perf_counter()
                read(batch)
                seconds = time.perf_counter() - start
                if number:  # the first opens and imports
                    kind = f"{name}, {'cold' if cold else 'warm'}"
                    times.setdefault(kind, []).append(1e3 * seconds / options.batch)
    return {kind: statistics.median(own) for kind, own in sorted(times.items())}


def from_store(store, batch, modalities, frames):
    store.prefetch(batch.tolist(), modalities)
    found = []
    for index in batch:
        sequence = store[int(index)].only(modalities)
        sequence = sequence if frames is None else sequence.take(frames)
        found.append([sequence.frames[modality] for modality in modalities])
    return found


def pickled(tree):
    """The two pickles of each clip."""
    return [
        (path, path.with_name("smpls-seq0.pkl")) for path in sorted(tree.rglob("sils-seq0.pkl"))
    ]


def load(path):
    with path.open("rb") as file:
        return pickle.load(file)  # noqa: S301


def forget(place):
    for path in place.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def memory(how, place):
    """Most megabytes that a process held that read all clips of a tenth and of all people."""
    command = [sys.executable, __file__, "--read", how, "--folder", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout.split()[0])


def read_everything(options):
    """One pass over all clips: of the store one at a time, of the pickles as the field caches."""
    kept = []
    if options.read == "store":
        store = Store(options.folder / "out" / "train")
        for sequence in (store[index] for index in range(len(store))):
            for modality in MODALITIES:
                sequence.frames[modality].max()
    else:
        kept = [load(path) for pair in pickled(options.folder / "tree") for path in pair]
    status = Path("/proc/self/status").read_text().split("VmHWM:")[1]  # since the program began
    print(float(status.split()[0]) / 1024, len(kept))


def megabytes(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def show(people, row):
    print(f"{people} people: prepared in {row['prepare_seconds']:.1f} s, opened in "
          f"{row['open_seconds']:.3f} s, store "
          f"{row['store_mb']:.0f} MB, pickles {row['pickles_mb']:.0f} MB")  # fmt: skip
    times = row["milliseconds_a_clip"]
    for kind in (kind for kind in times if kind.startswith("store")):
        ours, theirs = times[kind], times[kind.replace("store", "pickles")]
        print(f"  {kind:35} {ours:8.3f} ms, pickles {theirs:8.3f} ms: {theirs / ours:6.1f} times")
        if kind.endswith("warm"):
            cold = times[kind.replace("store", "pickles").replace("warm", "cold")]
            print(
                f"  {kind:35} {ours:8.3f} ms, pickles {cold:8.3f} ms cold: {cold / ours:.1f} times"
            )
    print("  memory of a reader:", row["reader_rss_mb"], "MB")


if __name__ == "__main__":
    main()
