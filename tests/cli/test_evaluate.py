"""`meshgait evaluate` of embeddings under protocols by name and by file."""

import csv
import json

import pytest
import torch

from meshgait.cli import main
from meshgait.data import PROTOCOLS, Protocol, write_protocols
from meshgait.evaluation import HID, Embeddings, evaluate, write_submission
from meshgait.sequence import Record


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Embeddings of a small CASIA-B, as a file."""
    torch.manual_seed(0)
    kinds = ["nm-01", "nm-02", "nm-05", "bg-01", "cl-01"]
    records = [
        Record(p, c, v) for p in ("075", "076", "077") for c in kinds for v in ("000", "090")
    ]
    embeddings = Embeddings(torch.randn(len(records), 2, 4), records)
    path = tmp_path_factory.mktemp("lab") / "e.npz"
    embeddings.save(path)
    return embeddings, path


def test_a_published_protocol_gives_tables_as_text_json_and_csv(lab, tmp_path, capsys):
    embeddings, path = lab
    for name in ("s.json", "s.csv"):
        out = f"--out={tmp_path / name}"
        assert main(["evaluate", str(path), "--protocol=casia-b", "--verify", out]) == 0
    expected = evaluate(embeddings, PROTOCOLS["casia-b"], verify=True)
    found = json.loads((tmp_path / "s.json").read_text())
    assert found == expected.to_plain()
    shown = capsys.readouterr().out
    assert "CL view pairs" in shown
    assert "TAR@FAR=0.1%" in shown
    with (tmp_path / "s.csv").open(newline="") as file:
        rows = {(r["table"], r["row"], r["column"]): r["value"] for r in csv.DictReader(file)}
    assert float(rows["all", "", "rank1"]) == expected["rank1"]
    assert float(rows["conditions", "BG", "rank1"]) == expected.tables["conditions"]["BG", "rank1"]


def test_a_protocol_of_a_file_and_another_average(lab, tmp_path, capsys):
    embeddings, path = lab
    probes = frozenset(r.name for r in embeddings.records if r.condition == "cl-01")
    write_protocols(tmp_path / "p.json", [Protocol("mine", probes=probes)])
    command = ["evaluate", str(path), f"--protocol={tmp_path / 'p.json'}"]
    assert main([*command, "--rerank", "--metric=euclidean"]) == 0
    assert "mINP" in capsys.readouterr().out
    assert main([*command, "--average=views"]) == 0
    assert "rank1 by view" in capsys.readouterr().out


def test_a_submission_is_written_instead_of_scores(tmp_path, capsys):
    known = [Record(f"{person:04d}", "gallery", f"v{person}") for person in range(6)]
    asked = [Record("probe", "probe", f"video{number}") for number in range(9)]
    some, path = Embeddings(torch.randn(15, 2, 4), known + asked), tmp_path / "e.npz"
    some.save(path)
    command = ["evaluate", str(path), "--protocol=hid", "--form=hid", "--rerank"]
    assert main([*command, f"--submission={tmp_path / 'answer.csv'}"]) == 0
    write_submission(tmp_path / "s.csv", some, PROTOCOLS["hid"], HID, rerank=HID.reranking)
    assert (tmp_path / "answer.csv").read_text() == (tmp_path / "s.csv").read_text()
    assert "rank1" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--protocol=casia-bb"], "no protocol 'casia-bb'; did you mean 'casia-b'"),
        (["--protocol=nowhere.csv"], "nowhere.csv: No such file"),
        (["--protocol=ou-mvlp"], "OU-MVLP has no probe sequence in this data"),
        (["--protocol=casia-b", "--unknown"], "with and without a match"),
        (["--protocol=casia-b", "--average=people"], "average"),
    ],
)
def test_a_mistake_is_one_sentence(lab, options, reason, tmp_path, capsys):
    data = ["--data.identities=2", "--data.config.clips=2", "--data.config.frames=[12,12]"]
    data += [f"--data.cache={tmp_path}", "--data.progress=false"]
    assert main(["evaluate", str(lab[1]), *options, *data]) == 2
    error = capsys.readouterr().err
    assert reason in error
    assert error.count("\n") == 1
