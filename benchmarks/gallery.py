"""Engines for galleries: SQLite with an exact search, Qdrant's local mode, Milvus Lite.

`python benchmarks/gallery.py` prints, for each engine that is installed, seconds to insert all
(ours: rows alone, in blocks) and four more clips of somebody (ours: compared with all others),
milliseconds of a search, bytes on the disk, recall of the first match against exact search, the
process's peak memory, and whether a process that was killed while it wrote left a file that opens.
Vectors are random directions around people, as long as embeddings of `--parts` x `--channels`, and
are drawn when they are needed. Engines are tried in processes of their own:
pip install qdrant-client pymilvus milvus-lite.
"""

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np

BLOCK = 500


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--parts", type=int, default=16)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--only", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--count", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.count:
        length = options.parts * options.channels
        print(ENGINES[options.run](options.folder, length).count())
        return
    if options.run:
        print(json.dumps(measure(options.run, options)))
        return
    print(f"{options.clips} clips of {options.parts} x {options.channels}")
    for name in options.only:
        if find_spec(MODULES[name]) is None:
            print(f"  {name}: {MODULES[name]} is not installed")
            continue
        with tempfile.TemporaryDirectory() as folder:
            row = in_process(name, options, folder)
        with tempfile.TemporaryDirectory() as folder:
            row["after a kill"] = after_a_kill(name, options, folder)
        print(f"  {name}: " + ", ".join(f"{key} {value}" for key, value in row.items()))


def vectors(start, stop, length, seed):
    """Unit vectors of some clips, four of each person."""
    found = np.empty((stop - start, length), np.float32)
    for row, clip in enumerate(range(start, stop)):
        person = np.random.default_rng([0, clip // 4]).standard_normal(length, np.float32)
        noise = np.random.default_rng([seed, clip]).standard_normal(length, np.float32)
        found[row] = person + 0.8 * noise
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def blocks(count, length):
    for start in range(0, count, BLOCK):
        yield start, vectors(start, min(start + BLOCK, count), length, 1)


def command(name, options, folder):
    numbers = [f"--{key}={getattr(options, key)}" for key in
               ("clips", "parts", "channels", "queries")]  # fmt: skip
    return [sys.executable, __file__, f"--run={name}", f"--folder={folder}", *numbers]


def in_process(name, options, folder):
    done = subprocess.run(  # noqa: S603
        command(name, options, folder), capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:150]}
    return json.loads(done.stdout.splitlines()[-1])


def after_a_kill(name, options, folder):
    """Kill it when it says that it has written three blocks of many; open what it left."""
    process = subprocess.Popen(  # noqa: S603
        command(name, options, folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    written = 0
    for line in process.stdout:
        written += line.startswith("block")
        if written == 3:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    done = subprocess.run(  # noqa: S603
        [*command(name, options, folder), "--count"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return "does not open"
    count = int(done.stdout.split()[-1])
    return f"{count} clips, {'whole blocks' if count % BLOCK == 0 else 'a part of a block'}"


def measure(name, options):
    count, length = options.clips, options.parts * options.channels
    probes = vectors(0, options.queries, length, 2)
    engine = ENGINES[name](options.folder, length)
    inserted, best, exact = 0.0, np.full(len(probes), -np.inf), np.zeros(len(probes), int)
    for start, rows in blocks(count, length):
        began = time.perf_counter()
        engine.insert(rows, start)
        inserted += time.perf_counter() - began
        print("block", start, flush=True)
        near = rows @ probes.T
        is_nearer = near.max(0) > best
        exact[is_nearer] = start + near.argmax(0)[is_nearer]
        best = np.maximum(best, near.max(0))
    engine.first(probes[0])
    began = time.perf_counter()
    found = [engine.first(probe) for probe in probes]
    searched = (time.perf_counter() - began) / len(probes)
    began = time.perf_counter()
    engine.add(vectors(count, count + 4, length, 1), count)
    added = time.perf_counter() - began
    size = sum(f.stat().st_size for f in Path(options.folder).rglob("*") if f.is_file())
    return {
        "insert (s)": round(inserted, 2), "four more (s)": round(added, 2),
        "search (ms)": round(1000 * searched, 1), "MB": round(size / 2**20, 1),
        "recall@1": float(np.mean(exact == found)),
        "peak memory (MB)": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }  # fmt: skip


class Sqlite:
    """Ours."""

    def __init__(self, folder, length):
        from meshgait.gallery.file import GalleryFile

        path, self.length = Path(folder) / "g.db", length
        self.file = GalleryFile.open(path) if path.exists() else GalleryFile.create(path, {})

    def insert(self, rows, start):
        clips = [("x", str(start + i), "-", "-", row.tobytes()) for i, row in enumerate(rows)]
        command = "insert into clips (name, source, consent, added, vector) values (?, ?, ?, ?, ?)"
        with self.file._writing() as connection:
            connection.executemany(command, clips)

    def add(self, rows, start):
        self.file.add("y", rows, [str(start + i) for i in range(len(rows))], "-", "-")

    def first(self, probe):
        blocks = [block @ probe for block in self.file.blocks(self.length)]
        return int(np.concatenate(blocks).argmax())

    def count(self):
        return len(self.file.rows())


class Qdrant:
    """Its local mode: without a server."""

    def __init__(self, folder, length):
        from qdrant_client import QdrantClient, models

        self.models, self.client = models, QdrantClient(path=str(folder))
        if not self.client.collection_exists("g"):
            about = models.VectorParams(size=length, distance=models.Distance.DOT)
            self.client.create_collection("g", vectors_config=about)

    def insert(self, rows, start):
        points = [
            self.models.PointStruct(id=start + i, vector=row.tolist(), payload={"name": "x"})
            for i, row in enumerate(rows)
        ]
        self.client.upsert("g", points)

    add = insert

    def first(self, probe):
        return self.client.query_points("g", query=probe.tolist(), limit=1).points[0].id

    def count(self):
        return self.client.count("g").count


class Milvus:
    """Milvus Lite: a server inside of the process."""

    def __init__(self, folder, length):
        from pymilvus import MilvusClient

        self.client = MilvusClient(str(Path(folder) / "g.db"))
        if not self.client.has_collection("g"):
            self.client.create_collection("g", dimension=length, metric_type="IP")

    def insert(self, rows, start):
        self.client.insert("g", [
            {"id": start + i, "vector": row.tolist(), "name": "x"} for i, row in enumerate(rows)
        ])  # fmt: skip

    add = insert

    def first(self, probe):
        return self.client.search("g", [probe.tolist()], limit=1)[0][0]["id"]

    def count(self):
        return int(self.client.get_collection_stats("g")["row_count"])


ENGINES = {"sqlite": Sqlite, "qdrant": Qdrant, "milvus": Milvus}
MODULES = {"sqlite": "sqlite3", "qdrant": "qdrant_client", "milvus": "milvus_lite"}


if __name__ == "__main__":
    main()
