"""The command line as a user meets it: what it prints, and one sentence for every mistake."""

import argparse
import json
import pickle
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch

from meshgait.cli import COMMANDS, main
from meshgait.data import Store
from meshgait.files import limits
from meshgait.sequence import GaitSequence, save_clip

TINY = [
    "--model.width=0.0625", "--recipe.steps=2", "--recipe.frames.frames=3",
    "--recipe.batch.subjects=3", "--recipe.batch.clips=2",
]  # fmt: skip
DATA = ["--data.identities=3", "--data.config.clips=2", "--data.config.frames=[12,14]"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a cache of SyntheticGait and a checkpoint."""
    folder = tmp_path_factory.mktemp("trained")
    data = [*DATA, f"--data.cache={folder / 'cache'}", "--data.progress=false"]
    assert main(["train", "SMPLGait", *TINY, *data, f"--out={folder}"]) == 0
    return folder, data


def refused(arguments, capsys) -> str:
    """The one sentence that a mistake ends in."""
    assert main(list(map(str, arguments))) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("meshgait: ")
    assert captured.err.count("\n") == 1, captured.err
    assert "Traceback" not in captured.err
    return captured.err


def clip_with(**frames) -> GaitSequence:
    sound = {
        "silhouette": np.zeros((12, 64, 44), np.uint8),
        "smpl": np.zeros((12, 85), np.float32),
    }
    return GaitSequence("anna", "normal", "000", sound | frames)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    assert name in capsys.readouterr().out


def test_the_list_of_commands_gives_the_purpose_of_each(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    for name in COMMANDS:
        assert (import_module(f"meshgait.cli.{name}").__doc__ or "").split("\n")[0] in shown


def test_train_embed_and_evaluate_agree(trained, tmp_path, capsys):
    folder, data = trained
    checkpoint = str(folder / "checkpoint.pt")
    assert main(["evaluate", checkpoint, *data, f"--out={tmp_path / 'direct.json'}"]) == 0
    assert main(["embed", checkpoint, *data, f"--out={tmp_path / 'e.npz'}"]) == 0
    assert main(["evaluate", str(tmp_path / "e.npz"), *data, f"--out={tmp_path / 'b.json'}"]) == 0
    direct, by_file = (json.loads((tmp_path / n).read_text()) for n in ("direct.json", "b.json"))
    assert direct == by_file
    assert "rank1" in capsys.readouterr().out


def test_clip_files_are_embedded(trained, tmp_path, capsys):
    folder, _ = trained
    save_clip(tmp_path / "anna.npz", clip_with())
    out = tmp_path / "e.npz"
    assert main(["embed", f"{folder}/checkpoint.pt", f"{tmp_path}/anna.npz", f"--out={out}"]) == 0
    assert "1 embeddings of 31 parts x 16 channels" in capsys.readouterr().out


def test_info_describes_checkpoints_clips_and_stores(trained, tmp_path, capsys):
    folder, _ = trained
    save_clip(tmp_path / "anna.npz", clip_with())
    store = next((folder / "cache").glob("train-*"))
    for path in (folder / "checkpoint.pt", tmp_path / "anna.npz", store):
        assert main(["info", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "model: 'SMPLGait'" in shown
    assert "smpl: (12, 85) float32" in shown
    assert "clips: ['train00000-" in shown


def test_settings_survive_the_way_through_yaml(tmp_path, capsys):
    arguments = ["train", "SLN", *TINY, *DATA]
    printed = []
    for last in (arguments, ["train", "SLN", f"--config={tmp_path / 'c.yaml'}"]):
        with pytest.raises(SystemExit):
            main([*last, "--print_config"])
        printed.append(capsys.readouterr().out)
        (tmp_path / "c.yaml").write_text(printed[0])
    assert printed[0] == printed[1]
    assert "width: 0.0625" in printed[0]


def test_a_command_that_does_not_exist(capsys):
    assert "did you mean 'train'" in refused(["trian"], capsys)


def test_a_model_that_does_not_exist(capsys):
    assert "did you mean 'SMPLGait'" in refused(["train", "smplgate"], capsys)


@pytest.mark.parametrize(
    ("yaml", "nearest"),
    [
        ("model: {widht: 0.5}", "model.width"),
        ("modle: {width: 0.5}", "model.width"),
        ("recipe: {batch: {subjcts: 4}}", "recipe.batch.subjects"),
        ("resum: true", "resume"),
    ],
)
def test_a_wrong_key_in_yaml_names_the_nearest(tmp_path, capsys, yaml, nearest):
    (tmp_path / "c.yaml").write_text(yaml)
    told = refused(["train", "SLN", "--config", tmp_path / "c.yaml"], capsys)
    assert f"did you mean '{nearest}'" in told


def test_a_wrong_flag_names_the_nearest(capsys):
    told = refused(["synth", "--data.identitis", "3"], capsys)
    assert "did you mean 'data.identities'" in told


def test_a_value_out_of_range(capsys):
    assert "steps must be 1 or more" in refused(["train", "SLN", "--recipe.steps=0"], capsys)


@pytest.mark.parametrize("arguments", [["info"], ["evaluate"], ["embed"]])
def test_a_missing_file(arguments, tmp_path, capsys):
    path = tmp_path / "nothing.npz" if arguments == ["info"] else tmp_path / "nothing.pt"
    assert "No such file" in refused([*arguments, path], capsys)


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ({"silhouette": np.zeros((0, 64, 44), np.uint8), "smpl": np.zeros((0, 85))}, "no frames"),
        ({"smpl": np.full((12, 85), np.nan, np.float32)}, "NaN"),
        ({"smpl": np.zeros((11, 85), np.float32)}, "differ in frames: silhouette 12, smpl 11"),
    ],
    ids=["empty sequence", "NaN in pose", "different length"],
)
def test_a_broken_clip(trained, tmp_path, capsys, unchecked, frames, words):
    folder, _ = trained
    sound = {"silhouette": np.zeros((12, 64, 44), np.uint8), "smpl": np.zeros((12, 85))}
    np.savez(tmp_path / "walk.npz", **(sound | frames))
    told = refused(["embed", folder / "checkpoint.pt", tmp_path / "walk.npz"], capsys)
    assert words in told
    assert "walk.npz" in told


def test_a_truncated_cache_is_found_and_made_anew(trained, capsys):
    folder, data = trained
    store = next((folder / "cache").glob("train-*"))
    file = max(store.glob("*silhouette*"), key=lambda path: path.stat().st_size)
    file.write_bytes(file.read_bytes()[:-7])
    assert "silhouette" in refused(["info", store], capsys)
    with pytest.warns(UserWarning, match="made anew"):
        assert main(["synth", "--data.split=train", *data]) == 0
    assert main(["info", str(store)]) == 0


class _Harmful:
    def __reduce__(self):
        return Path.touch, (Path("harm"),)


def test_a_pickle_with_code_is_refused_and_not_run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("walk.pkl").write_bytes(pickle.dumps({"pose": _Harmful()}))
    torch.save({"weights": _Harmful()}, "model.pt")
    refused(["info", "walk.pkl"], capsys)
    refused(["info", "model.pt"], capsys)
    refused(["evaluate", "model.pt"], capsys)
    assert not Path("harm").exists()


def test_a_folder_that_was_trained_into_is_not_overwritten(trained, capsys):
    folder, data = trained
    told = refused(["train", "SMPLGait", *TINY, *data, f"--out={folder}"], capsys)
    assert re.search("there already.*resume", told)


def test_doctor_names_every_optional_part(capsys):
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    for part in ("GPU", "training", "rendering", "3D windows", "SMPL body"):
        assert re.search(rf"^(ok|found|missing) +.*{part}", shown, re.MULTILINE), part


def test_a_store_stands_in_for_the_walkers(trained, tmp_path, capsys):
    _, data = trained
    cache = f"--data.cache={tmp_path / 'cache'}"
    assert main(["train", "SMPLGait", *TINY, *data, cache, f"--out={tmp_path / 'one'}"]) == 0
    (store,) = (tmp_path / "cache").glob("train-*")
    same = ["--store", str(store)]
    assert main(["train", "SMPLGait", *TINY, *same, f"--out={tmp_path / 'two'}"]) == 0
    logs = [(tmp_path / run / "log.csv").read_text(encoding="utf-8") for run in ("one", "two")]
    assert logs[0] == logs[1]
    capsys.readouterr()
    said = refused(["evaluate", tmp_path / "two" / "checkpoint.pt", *same], capsys)
    assert "no protocols.json" in said
    table = tmp_path / "mine.csv"
    rows = ["id,sequence,role,view,condition"]
    for number, record in enumerate(Store(store).records):
        role = "gallery" if number % 2 else "probe"
        rows.append(f"{record.subject},,{role},{record.view},{record.condition}")
    table.write_text("\n".join(rows), encoding="utf-8")
    told = ["--protocol", str(table), "--average", "probes"]
    assert main(["evaluate", str(tmp_path / "two" / "checkpoint.pt"), *same, *told]) == 0
    assert "rank1" in capsys.readouterr().out


def test_info_shows_published_weights_with_objects_beside_them(tmp_path, capsys):
    content = {"model": {"a": torch.ones(2)}, "opt": argparse.Namespace(lr=1), "best": 3}
    torch.save(content, tmp_path / "published.bin")
    assert main(["info", str(tmp_path / "published.bin")]) == 0
    said = capsys.readouterr().out
    assert "model.a: (2,) float32, 1 to 1" in said
    assert "opt: <argparse.Namespace, not loaded>" in said


def test_info_shows_what_convert_reads(tmp_path, capsys):
    np.save(tmp_path / "a.npy", {"pose": np.zeros((3, 72))}, allow_pickle=True)
    (tmp_path / "b.json").write_bytes('{"pose": [1, 2]}'.encode("utf-16"))
    (tmp_path / "c.pkl").write_bytes(pickle.dumps({"pose": np.ones((3, 72))}, protocol=0))
    torch.save(({"weight": torch.ones(2)}, {torch.ones(1): 3}), tmp_path / "d.pt")
    for path, line in zip(
        sorted(tmp_path.iterdir()),
        ("pose: (3, 72) float64", "pose: [1, 2]", "pose: (3, 72) float64", "0.weight: (2,)"),
        strict=True,
    ):
        assert main(["info", str(path)]) == 0
        assert capsys.readouterr().out.startswith(line)


def test_a_file_that_asks_for_much_is_read_when_it_is_trusted(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(limits, "LEAST", 100)
    np.savez_compressed(tmp_path / "x.npz", a=np.zeros(100_000))
    assert "--trust-size" in refused(["info", tmp_path / "x.npz"], capsys)
    assert main(["info", str(tmp_path / "x.npz"), "--trust-size"]) == 0
    assert "a: (100000,) float64" in capsys.readouterr().out


def test_help_is_a_word_too(capsys):
    assert main(["help"]) == 0
    overview = capsys.readouterr().out
    assert main([]) == 0
    assert capsys.readouterr().out == overview
    with pytest.raises(SystemExit):
        main(["help", "train"])
    assert "--resume" in capsys.readouterr().out
    assert "did you mean 'train'" in refused(["help", "trian"], capsys)


@pytest.mark.parametrize("name", ["nothing.pt", "runs/nothing", "./SLN"])
def test_a_network_that_is_a_missing_file_is_not_another_network(name, capsys):
    told = refused(["zoo", "export", name, "-o", "x.onnx"], capsys)
    assert told.startswith(f"meshgait: {name} is not there")
    assert "did you mean" not in told


@pytest.mark.parametrize("name", ["GaitBase", "SMPLGait", "PointNet", "SLN"])
def test_a_network_is_named_once(name, capsys):
    assert main(["info", name]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(r"model +(\S.*)", first)
    assert first.count(name) == 1 or name in ("PointNet", "SLN")
    assert f"{name}: {name}" not in first


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("out: a\nresume: true\nout: b\n", "out is given twice, in lines 1 and 3"),
        (
            "recipe:\n  steps: 3\n  batch: {subjects: 2, subjects: 3}\n",
            "subjects is given twice, in lines 3 and 3",
        ),
        ("recipe: {steps: 3}\nrecipe: {seed: 1}\n", "recipe is given twice, in lines 1 and 2"),
    ],
)
def test_a_key_that_is_given_twice_is_refused_by_name(tmp_path, capsys, text, where):
    (tmp_path / "c.yaml").write_text(text)
    told = refused(["train", "SLN", f"--config={tmp_path / 'c.yaml'}"], capsys)
    assert told == f"meshgait: {tmp_path / 'c.yaml'}: the key {where}; keep one of them\n"


def test_people_who_were_trained_on_are_told_of_when_they_are_tested(trained, tmp_path, capsys):
    folder, data = trained
    (store,) = (folder / "cache").glob("train-*")
    (tmp_path / "both").mkdir()
    for split in ("train", "test"):
        (tmp_path / "both" / split).symlink_to(store)
    protocol = f"--protocol={tmp_path / 'p.csv'}"
    rows = [f"{r.subject},,{'gallery' if n % 2 else 'probe'},{r.view},{r.condition}"
            for n, r in enumerate(Store(store).records)]  # fmt: skip
    (tmp_path / "p.csv").write_text("\n".join(["id,sequence,role,view,condition", *rows]))
    both = [f"--store={tmp_path / 'both'}"]
    told = "3 of 3 people to be tested (train00000, train00001, train00002) have the names of"
    checkpoint = str(folder / "checkpoint.pt")
    assert main(["evaluate", checkpoint, *both, protocol, "--average", "probes"]) == 0
    assert f"{told} people that {checkpoint} was trained on" in capsys.readouterr().err
    assert main(["train", "SMPLGait", *TINY, *both, f"--out={tmp_path / 'run'}"]) == 0
    assert f"{told} people that {tmp_path / 'both'} trains on" in capsys.readouterr().err
    assert main(["evaluate", checkpoint, *data]) == 0
    assert "people to be tested" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "package", "extra"),
    [
        (["train", "SLN"], "lightning_fabric", "train"),
        (["demo"], "lightning_fabric", "train"),
        (["benchmark"], "lightning_fabric", "train"),
        (["experiment", "frames"], "lightning_fabric", "train"),
        (["synth"], "cv2", "data"),
        (["zoo", "export", "SLN", "-o", "x.onnx"], "onnxruntime", "onnx"),
    ],
)
def test_what_is_not_installed_is_asked_for_before_the_work(
    tmp_path, monkeypatch, capsys, arguments, package, extra
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, package, None)
    told = refused(arguments, capsys)
    assert f"pip install 'meshgait[{extra}]'" in told
    assert list(tmp_path.iterdir()) == []


HEAVY = {
    "lightning_fabric", "matplotlib", "onnx", "onnxscript", "open3d", "pandas", "scipy.signal",
    "scipy.stats", "sklearn", "smplx", "sympy", "tensorboard", "torch._dynamo", "torch_geometric",
    "trimesh",
}  # fmt: skip
SMALL = {
    "--help": {"torch", "numpy", "jsonargparse"},
    "--version": {"torch", "numpy", "jsonargparse"},
    "zoo": {"torch", "numpy"},
    "info --help": {"torch", "numpy"},
    "doctor --help": {"torch", "numpy"},
    "zoo formats": {"torch", "numpy"},
    "doctor": {"scipy.spatial", "numba"},
    "info SLN": {"torch", "numpy"},
}


@pytest.mark.parametrize("line", SMALL)
def test_small_commands_load_nothing_heavy(line):
    code = (
        "import sys\nfrom meshgait.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, *line.split()], capture_output=True, text=True, check=True
    )
    loaded = set(found.stdout.splitlines()[-1].split())
    assert not loaded & (HEAVY | SMALL[line])


OUTSIDE = """
import torch
from torch import nn

class Net(nn.Module):
    inputs = ("silhouette",)
    def __init__(self, width: int = 3):
        super().__init__()
        self.embedding_shape = (1, width)
        self.map = nn.Linear(44, width)
    def forward(self, silhouette, mask=None):
        image = self.map((silhouette / 255).mean(2))
        if mask is not None:
            image = image.masked_fill(~mask[..., None], -torch.inf)
        return image.amax(1, keepdim=True)
"""


def test_a_network_of_ones_own_is_trained_and_embedded_from_the_current_folder(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "own_nets.py").write_text(OUTSIDE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    data = ["--data.identities", "2", "--data.config.clips", "2", "--data.cache", str(tmp_path)]
    short = ["--recipe.steps", "1", "--recipe.milestones", "[]", "--recipe.batch.subjects", "2"]
    arguments = ["own_nets:Net", "--model.width", "5", *short, *data, "--out", "run"]
    assert main(["train", *arguments, "--recipe.batch.clips", "2"]) == 0
    assert main(["embed", "run/checkpoint.pt", *data]) == 2
    assert "--model own_nets:Net" in capsys.readouterr().err
    assert main(["embed", "run/checkpoint.pt", "--model", "own_nets:Net", *data]) == 0
    assert "1 parts x 5 channels" in capsys.readouterr().out
    sys.modules.pop("own_nets")
