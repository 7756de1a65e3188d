"""Kill a work at many moments, let it finish each time, and compare what it made.

python -m tests.kill_at_events WORK KILLS FOLDER. A moment is an event, not a time: the work ends
by SIGKILL just before it opens, renames, removes or makes the n-th file, or in the middle of a
change of a gallery. Everything is imported once and each run is a fork, so that it takes as long as
its work.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import torch

from meshgait.data import SubjectsAndClips
from meshgait.data.processes import shared_by
from meshgait.data.synthetic import dataset, rendered
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.gallery import Gallery
from meshgait.training.fit import fit
from meshgait.video import watch
from meshgait.video.pipeline import process
from meshgait.video.reader import open_video
from meshgait.video.several import process_all
from meshgait.weights.checkpoint import load_checkpoint
from tests.gallery.people import CHANNELS, PARTS, embeddings
from tests.small_training import DATA, RECIPE, tiny
from tests.video.film import crossing, some, write_frames


def train(out):
    model, criterion = tiny()
    recipe = replace(
        RECIPE, steps=8, batch=SubjectsAndClips(3, 2), log_every=2, save_every=2, validate_every=3
    )
    fit(model, DATA, recipe, loss=criterion, out=out, resume=True, report=len)


def film(out):
    rendered._PEOPLE_PER_SHARD = 1
    rendered.processes = lambda jobs: contextlib.nullcontext()
    config = WildConfig(clips=2, frames=(12, 12))
    dataset.SyntheticGait("train", identities=2, config=config, cache=out, progress=False)


def see(out):
    watch.PIECE = 6
    frames = out.parent / "frames"
    if not frames.exists():
        write_frames(frames, 40)
    video = open_video(frames, fps=30)
    process(video, out, tracker=crossing(), progress=False)


def see_all(out):
    """Two of boxes, one that cannot be read."""
    watch.PIECE = 6
    root = out.parent / "films"
    if not root.exists():
        root.mkdir()
        (root / "broken.mp4").write_text("no video")
        for name, count in (("a", 28), ("b", 8)):
            write_frames(root / name, count)
    sources = [root / name for name in ("a", "broken.mp4", "b")]
    with shared_by(workers=1):
        process_all(sources, out, fps=30, tracker=some, progress=False)


def enrol(out):
    """Three people, one command each; whoever is there already was not asked for again."""
    out = out / "g.db"
    plain = sqlite3.connect

    def connect(*arguments, **options):
        connection = plain(*arguments, **options)
        connection.set_progress_handler(lambda: sys.audit("os.step", os.fspath(out)), 1)
        return connection

    sqlite3.connect = connect
    for k, name in enumerate(("ann", "bob", "cid")):
        gallery = Gallery.open(out, "network", (PARTS, CHANNELS), create=True)
        if name not in [entry.name for entry in gallery.people()]:
            gallery.enrol(name, embeddings(1, 3, seed=k)[0], sources=["a", "b", "c"])


WORKS = {"train": train, "film": film, "see": see, "see all": see_all, "enrol": enrol}


def main(name, kills, folder):
    work = WORKS[name]
    (folder / "undisturbed").mkdir()
    _, events = run(work, folder / "undisturbed")
    expected = content(folder / "undisturbed")
    report = {"events": events, "killed": 0, "different": []}
    for moment in sorted(random.Random(0).sample(range(1, events + 1), kills)):
        out = folder / str(moment)
        out.mkdir()
        status, _ = run(work, out, moment)
        report["killed"] += os.WIFSIGNALED(status)
        run(work, out)
        found = content(out)
        if found != expected:
            names = [name for name in expected | found if found.get(name) != expected.get(name)]
            report["different"].append([moment, *names])
    print(json.dumps(report))


def run(work, out, moment=None):
    """The exit status of a fork that does the work, and how many events there were."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            events = kill_at(moment, out)
            work(out)
            os.write(write, str(len(events)).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(write)
    status = os.waitpid(child, 0)[1]
    with open(read) as pipe:
        count = int(pipe.read() or 0)
    assert moment is not None or status == 0
    return status, count


def kill_at(moment, out):
    """From now on, count the events in `out`, and die at one of them."""
    events, inside = [], os.fspath(out)

    def count(event, arguments):
        if event.startswith(("open", "os.")) and any(inside in str(a) for a in arguments):
            events.append(event)
            if len(events) == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    return events


def content(folder):
    """Every file but TensorBoard's, whose names hold the time."""
    files = (path for path in folder.rglob("*") if path.is_file() and "events" not in path.parts)
    return {os.fspath(path.relative_to(folder)): what_is_in(path) for path in files}


def what_is_in(path):
    """Bytes; of a checkpoint and a gallery the values, which may be stored in several ways."""
    if path.suffix == ".db":
        with sqlite3.connect(path) as connection:
            tables = ("about", "clips", "near")
            return [connection.execute(f"select * from {t}").fetchall() for t in tables]
    return path.read_bytes() if path.suffix != ".pt" else plain(load_checkpoint(path))


def plain(value):
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(member) for member in value]
    return value.numpy().tobytes() if isinstance(value, torch.Tensor) else value


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
