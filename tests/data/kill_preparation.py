"""Kill `prepare` again and again, let it finish, and compare what it made.

python -m tests.data.kill_preparation KILLS FOLDER [pool]. Everything is imported once and each run
is a fork, so that it takes as long as its work; `pool` lets it share the work as usual.
"""

import json
import os
import signal
import sys
import time
from contextlib import nullcontext
from pathlib import Path

from meshgait.data.layouts import LAYOUTS
from meshgait.data.preparation import prepare as preparing
from tests.data.layouts import miniature


def main(kills, folder, pooled):
    if not pooled:
        preparing.processes = lambda jobs: nullcontext()
    root, official = miniature.gait3d_raw(folder / "tree", frames=3)
    preparing.CLIPS_PER_SHARD = 1
    finish(root, official, folder / "warm")
    start = time.perf_counter()
    finish(root, official, folder / "undisturbed")
    seconds = time.perf_counter() - start
    expected, report = content(folder / "undisturbed"), {"killed": 0, "shards": [], "different": []}
    for number in range(kills):
        out = folder / str(number)
        child = begin(root, official, out)
        time.sleep(seconds * (number + 0.5) / kills)
        os.kill(child, signal.SIGKILL)
        report["killed"] += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        report["shards"].append(len(list(out.glob("*/0*.json"))))
        finish(root, official, out)
        if content(out) != expected:
            report["different"].append(number)
    print(json.dumps(report))


def begin(root, official, out):
    child = os.fork()
    if child:
        return child
    try:
        layout = LAYOUTS["gait3d"]
        preparing.prepare(layout, root, out, partition=official, progress=False)
    finally:
        os._exit(0)
    raise AssertionError


def finish(root, official, out):
    os.waitpid(begin(root, official, out), 0)


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] == ["pool"])
