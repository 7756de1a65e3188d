from pathlib import Path

import distributed
import numpy as np
import pytest
import torch

from meshgait.cli import main
from meshgait.data.processes import shared_by
from meshgait.errors import DataError
from meshgait.evaluation import Embeddings, embed
from meshgait.evaluation.sharing import embed_shared
from meshgait.models import SLN
from meshgait.sequence import GaitSequence, save_clip
from meshgait.weights.checkpoint import describe_model, save_checkpoint
from tests.random_walks import RandomWalks
from tests.small_training import tiny
from tests.tolerance import rounding_of_network

DATA = RandomWalks(people=14)  # two pieces


@pytest.fixture(scope="module")
def model():
    return tiny(SLN)[0].eval()


def test_a_cluster_gives_the_embeddings_of_one_process_to_the_last_bit(model, machines):
    threads = torch.get_num_threads()
    with shared_by(workers=1):
        alone = embed_shared(model, DATA, progress=False)
    with shared_by(cluster=machines):
        shared = embed_shared(model, DATA, progress=False)
    assert torch.equal(shared.values, alone.values)
    assert shared.records == alone.records == DATA.records
    assert torch.get_num_threads() == threads
    plain = embed(model, DATA, progress=False).values
    torch.testing.assert_close(alone.values, plain, **rounding_of_network(model, plain))


def test_clips_are_cut_and_told_of_once_as_by_one_process(model):
    long = RandomWalks(people=1, clips=1)
    long.__class__ = _Long
    with shared_by(workers=1):
        with pytest.warns(UserWarning, match="of 1 of 1 sequences only the first 720"):
            cut = embed_shared(model, long, progress=False)
        some = embed_shared(model, long, limit=720, progress=False)
    assert torch.equal(cut.values, some.values)


class _Long(RandomWalks):
    def __getitem__(self, index):
        frames = {"silhouette": np.full((721, *self.size), 9, np.uint8)}
        frames["silhouette"][720] = 255
        return GaitSequence("a", "b", "c", frames)


def test_without_a_sequence_there_is_a_sentence(model):
    with pytest.raises(DataError, match="no sequence to embed"):
        embed_shared(model, RandomWalks(people=0), progress=False)


def test_the_command_line_sends_files_to_a_cluster(tmp_path, monkeypatch, machines):
    monkeypatch.chdir(tmp_path)
    lines = _prepared(tmp_path, people=1)
    assert main([*lines, "--workers=1", "--out=alone.npz"]) == 0
    assert main([*lines, f"--cluster={machines}", "--out=shared.npz"]) == 0
    alone, shared = (Embeddings.load(f"{name}.npz") for name in ("alone", "shared"))
    assert torch.equal(alone.values, shared.values)
    assert alone.records == shared.records


def _prepared(folder, people):
    """A line of meshgait embed on three files of each person."""
    data = RandomWalks(people)
    names = [f"{record.name}.npz" for record in data.records]
    for name, walk in zip(names, data, strict=False):
        walk.frames["silhouette"][:, 0, 0] = 255  # without white it would be no silhouette
        save_clip(folder / name, walk)
    save_checkpoint(folder / "ours.pt", describe_model(tiny(SLN)[0]))
    return ["embed", "ours.pt", *names]


@pytest.mark.slow
def test_processes_and_a_cluster_of_processes_write_the_bytes_of_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = _prepared(tmp_path, people=24)
    with distributed.LocalCluster(
        3, processes=True, threads_per_worker=1, dashboard_address=":0"
    ) as started:
        for way in ("--workers=1", "--workers=2", f"--cluster={started.scheduler_address}"):
            assert main([*lines, way, f"--out=e{len(list(tmp_path.glob('e?.npz')))}.npz"]) == 0
    first, *others = (Path(f"e{number}.npz").read_bytes() for number in range(3))
    assert all(other == first for other in others)
