"""Kill `prepare` again and again, let it finish, and compare what it made.

python -m tests.data.kill_preparation KILLS FOLDER [pool]. Everything is imported once and each run
is a fork, so that it takes as long as its work. A run dies in the middle of a change to its files,
each time at another; with `pool` it shares the work as usual, and its processes outlive it.
"""

import json
import os
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

import loky

from meshgait.data.layouts import LAYOUTS
from meshgait.data.preparation import prepare as preparing
from tests.data.layouts import miniature

CHANGES = ("replace", "unlink", "mkdir", "fsync")


def main(kills, folder, pooled):
    loky.cpu_count = lambda: 2
    if not pooled:
        preparing.processes = lambda jobs: nullcontext()
    root, official = miniature.gait3d_raw(folder / "tree", frames=3)
    preparing.CLIPS_PER_SHARD = 1
    finish(root, official, folder / "warm")
    count = folder / "count"
    finish(root, official, folder / "undisturbed", count=count)
    changes = int(count.read_text())
    expected, report = content(folder / "undisturbed"), {"killed": 0, "shards": [], "different": []}
    for number in range(kills):
        out = folder / str(number)
        child = begin(root, official, out, moment=int(changes * (number + 0.5) / kills))
        report["killed"] += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        report["shards"].append(len(list(out.glob("*/0*.json"))))
        finish(root, official, out)
        if content(out) != expected:
            report["different"].append(number)
    print(json.dumps(report))


def begin(root, official, out, *, moment=None, count=None):
    child = os.fork()
    if child:
        return child
    try:
        done = watch_changes(moment)
        layout = LAYOUTS["gait3d"]
        preparing.prepare(layout, root, out, partition=official, progress=False)
        if count:
            count.write_text(str(len(done)))
    finally:
        os._exit(0)
    raise AssertionError


def watch_changes(moment):
    """A list that grows with every change to a file; the process dies before number `moment`."""
    done = []

    def watched(change):
        def make(*arguments, **options):
            if len(done) == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            done.append(change)
            return change(*arguments, **options)

        return make

    for name in CHANGES:
        setattr(os, name, watched(getattr(os, name)))
    return done


def finish(root, official, out, **options):
    os.waitpid(begin(root, official, out, **options), 0)


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] == ["pool"])
