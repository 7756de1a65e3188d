import numpy as np
import pytest
import torch

from meshgait.data import PROTOCOLS, Group, Protocol
from meshgait.errors import DataError
from meshgait.evaluation import HID, Embeddings, write_submission
from meshgait.evaluation.submission import Form
from meshgait.metrics import part_distance, rerank
from meshgait.sequence import Record

PROTOCOL = PROTOCOLS["grew"]
known = [Record(f"{i:05d}", condition, f"v{i}") for i in range(12) for condition in ("01", "02")]
asked = [Record("probe", "03", f"video{i}") for i in range(300)]
embeddings = Embeddings(torch.randn(len(known) + len(asked), 2, 3), known + asked)


def test_every_probe_is_answered_by_the_people_nearest_to_it(tmp_path):
    write_submission(tmp_path / "s.csv", embeddings, PROTOCOL)
    head, *lines = (tmp_path / "s.csv").read_text().splitlines()
    assert head == "videoId," + ",".join(f"rank{k}" for k in range(1, 21))
    assert len(lines) == 300
    values = embeddings.values
    for i in (0, 255, 256, 299):
        far = part_distance(values[24 + i : 25 + i], values[:24])[0]
        order = np.argsort(far.numpy(), kind="stable")[:20]
        assert lines[i] == f"video{i}," + ",".join(str(int(known[g].subject)) for g in order)


def test_another_competition_asks_for_the_nearest_only(tmp_path):
    write_submission(tmp_path / "s.csv", embeddings, PROTOCOL, HID)
    head, first, *_ = (tmp_path / "s.csv").read_text().splitlines()
    assert head == "videoID,label"
    assert first.startswith("video0,")


def test_hid_is_answered_by_reranking_with_the_names_of_the_folders(tmp_path):
    people = [Record(f"{i:04d}", "gallery", f"v{i}") for i in range(12)]
    videos = [Record("probe", "probe", f"video{i}") for i in range(20)]
    some = Embeddings(torch.randn(32, 2, 3), people + videos)
    write_submission(tmp_path / "s.csv", some, PROTOCOLS["hid"], HID, rerank=HID.reranking)
    everyone = some.values[[*range(12, 32), *range(12)]]
    far = part_distance(everyone, everyone, "euclidean").numpy()
    assert (HID.reranking.k1, HID.reranking.k2, HID.reranking.keep) == (6, 6, 0.3)
    nearest = rerank(far, 20, HID.reranking).argmin(1)
    _, *lines = (tmp_path / "s.csv").read_text().splitlines()
    assert lines == [f"video{i},{people[g].subject}" for i, g in enumerate(nearest)]


def test_people_without_a_number_and_too_few_are_refused(tmp_path):
    named = [Record("ann", "g", str(i)) for i in range(3)] + [Record("probe", "p", "x")]
    some = Embeddings(torch.randn(4, 1, 2), named)
    protocol = Protocol("p", probes=(Group("all", conditions=frozenset("p")),))
    with pytest.raises(DataError, match="20 ranks need as many gallery sequences, got 3"):
        write_submission(tmp_path / "s.csv", some, protocol)
    with pytest.raises(DataError, match="by whole numbers, got 'ann'"):
        write_submission(tmp_path / "s.csv", some, protocol, Form("videoId", ("rank1",)))
    twins = Embeddings(torch.randn(4, 1, 2), [*named[:2], *[Record("probe", "p", "default")] * 2])
    with pytest.raises(DataError, match="2 probes are called default; the view of a probe names"):
        write_submission(tmp_path / "s.csv", twins, protocol, HID)
    broken = Embeddings(torch.full_like(embeddings.values, torch.nan), embeddings.records)
    with pytest.raises(DataError, match="look for NaN"):
        write_submission(tmp_path / "s.csv", broken, PROTOCOL)
    assert not list(tmp_path.iterdir())


def test_people_whose_names_are_one_number_are_refused(tmp_path):
    twice = [Record("7", "01", "w"), *known, *asked[:1]]
    with pytest.raises(DataError, match="would name 7 and 00007 alike"):
        write_submission(
            tmp_path / "s.csv", Embeddings(torch.randn(len(twice), 2, 3), twice), PROTOCOL
        )
