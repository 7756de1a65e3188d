import contextlib
import os
import pickle
import sys
import zipfile
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from meshgait import models
from meshgait._version import __version__
from meshgait.cli import main
from meshgait.errors import ConfigError, DataError, UnsafeFileError
from meshgait.models import SLN
from meshgait.weights.checkpoint import (
    FORMAT,
    build_model,
    describe_model,
    load_checkpoint,
    load_model,
    save_checkpoint,
)
from tests.small_training import tiny

WIDER = {"size": (16, 11), "stages": ((64,), (128,)), "bins": (1, 2), "width": 1 / 8}


class Touches:
    """A pickle that makes a file when it is loaded."""

    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return os.system, (f"touch {self.witness}",)


@pytest.fixture
def content():
    return describe_model(tiny(SLN)[0])


@pytest.mark.parametrize("name", models.networks())
def test_every_model_comes_back_as_it_was(tmp_path, name):
    model_class = getattr(models, name)
    options = {"width": 1 / 16} if hasattr(model_class.Config, "width") else {}
    model = model_class(model_class.Config(**options))
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.add_(1)
    save_checkpoint(tmp_path / "model.pt", describe_model(model))
    again = load_model(tmp_path / "model.pt")
    assert type(again) is model_class
    assert again.config == model.config
    assert not again.training
    assert list(again.state_dict()) == list(model.state_dict())
    assert_close(again.state_dict(), model.state_dict(), rtol=0, atol=0)


def test_plain_values_keep_their_types(tmp_path):
    content = {"a": (1, 2.5, None, True), "b": [{"c": "text"}], "d": torch.arange(3).bfloat16()}
    save_checkpoint(tmp_path / "new" / "x.pt", content)
    found = load_checkpoint(tmp_path / "new" / "x.pt")
    assert torch.equal(found.pop("d"), content.pop("d"))
    assert found == {**content, "format": FORMAT, "version": __version__}


def test_a_missing_file_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pt"):
        load_checkpoint(tmp_path / "nowhere.pt")


@pytest.mark.parametrize("kind", ["empty", "half", "noise", "text", "folder", "other zip"])
def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path, content, kind):
    path = tmp_path / "x.pt"
    save_checkpoint(path, content)
    whole = path.read_bytes()
    noise = torch.randint(0, 256, (3000,), dtype=torch.uint8).numpy().tobytes()
    files = {"empty": b"", "half": whole[: len(whole) // 2], "noise": noise, "text": b"weights\n"}
    if kind == "folder":
        path.unlink()
        path.mkdir()
    elif kind == "other zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
    else:
        path.write_bytes(files[kind])
    with pytest.raises(DataError, match=r"x\.pt is (not a whole checkpoint: \S|a folder)") as error:
        load_checkpoint(path)
    assert len(str(error.value).splitlines()) == 1


def test_a_changed_weight_is_noticed(tmp_path, content):
    path = tmp_path / "x.pt"
    save_checkpoint(path, content)
    whole = path.read_bytes()
    raw = content["weights"]["head.weight"].numpy().tobytes()
    where = whole.index(raw) + len(raw) // 2
    path.write_bytes(whole[:where] + bytes([whole[where] ^ 1]) + whole[where + 1 :])
    with pytest.raises(DataError, match=r"x\.pt is damaged: the checksum of .* is wrong"):
        load_checkpoint(path)


@settings(max_examples=150)
@given(st.data())
def test_damage_is_an_error_or_does_no_harm(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.pt"
    content = {"weights": {"a": torch.arange(20.0)}, "step": 3, "names": ["x", (1, 2)]}
    save_checkpoint(path, content)
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged[: data.draw(st.integers(len(damaged) // 2, len(damaged)))])
    with contextlib.suppress(DataError):
        found = load_checkpoint(path)
        assert torch.equal(found["weights"]["a"], content["weights"]["a"])
        assert (found["step"], found["names"]) == (content["step"], content["names"])


@pytest.mark.parametrize("name", ["posix.system", "meshgait.models.sln.SLN"])
def test_code_in_a_checkpoint_is_named_and_not_run(tmp_path, name):
    witness, path = tmp_path / "ran", tmp_path / "evil.pt"
    torch.save({"format": FORMAT, "x": Touches(witness) if "system" in name else SLN}, path)
    with pytest.raises(
        UnsafeFileError, match=rf"evil\.pt names {name}, which .* nothing .* run \[unsafe-file\]$"
    ):
        load_checkpoint(path)
    assert not witness.exists()


@pytest.mark.parametrize("protocol", range(6))
def test_a_bare_pickle_is_not_even_opened(tmp_path, protocol):
    witness, path = tmp_path / "ran", tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps(Touches(witness), protocol=protocol))
    with pytest.raises(DataError, match="not a whole checkpoint"):
        load_checkpoint(path)
    torch.save({"x": Touches(witness)}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(DataError, match="not a whole checkpoint"):
        load_checkpoint(path)
    assert not witness.exists()


@pytest.mark.parametrize("thing", [[1, 2], {"state_dict": {}}, torch.zeros(2), None])
def test_tensors_of_others_are_no_checkpoint(tmp_path, thing):
    torch.save(thing, tmp_path / "x.pt")
    with pytest.raises(DataError, match=r"x\.pt is no checkpoint of meshgait"):
        load_checkpoint(tmp_path / "x.pt")


def test_another_format_says_who_can_read_it(tmp_path):
    torch.save({"format": 99, "version": "7.0"}, tmp_path / "x.pt")
    with pytest.raises(DataError, match=r"format 99 .* reads 1; .* that wrote it, 7\.0"):
        load_checkpoint(tmp_path / "x.pt")


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        ({"model": "SLM"}, ConfigError, r"no model 'SLM' .* only .*GEI, .*SLN"),
        ({"model": None}, ConfigError, "no model None"),
        ({"config": {"widht": 1}}, ConfigError, "SLN has no setting widht, only size, .* width"),
        ({"config": {"width": -1.0}}, ConfigError, "width scales the channels"),
        ({"config": {"width": "wide"}}, DataError, "make no SLN: .* 'str'"),
        ({"config": None}, DataError, "make no SLN"),
        ({"config": WIDER}, DataError, r"make no SLN: size mismatch for .* \(and \d more\)$"),
        ({"weights": {}}, DataError, r"make no SLN: Missing key.*backbone\.0\.weight"),
        ({"weights": {1: 2}}, DataError, "make no SLN"),
        ({"weights": [1]}, DataError, "make no SLN"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_what_makes_no_model_is_refused_in_one_sentence(tmp_path, content, change, error, reason):
    save_checkpoint(tmp_path / "x.pt", {**content, **change})
    with pytest.raises(error, match=rf"x\.pt: .*{reason}") as found:
        load_model(tmp_path / "x.pt")
    assert len(str(found.value).splitlines()) == 1


def test_a_key_that_is_missing_is_refused(content):
    for key in ("model", "config", "weights"):
        part = {name: value for name, value in content.items() if name != key}
        with pytest.raises((ConfigError, DataError)):
            build_model(part)


def test_a_save_that_fails_leaves_the_old_file(tmp_path, content):
    path = tmp_path / "x.pt"
    save_checkpoint(path, content)
    before = path.read_bytes()
    with pytest.raises((AttributeError, pickle.PicklingError)):
        save_checkpoint(path, {"weights": torch.zeros(1000), "function": lambda: 0})
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["x.pt"]


class Settings(dict):
    """What an outside network may keep as its config."""


class Outside(nn.Module):
    """A network of somebody else, whose constructor has settings."""

    inputs, embedding_shape = ("silhouette",), (1, 4)

    def __init__(self, width=2, *, size=(16, 11)):
        super().__init__()
        self.config = {"width": width, "size": size}
        self.map = nn.Linear(size[0] * size[1], width)
        self.out = nn.Linear(width, 4)

    def forward(self, silhouette, mask=None):
        return self.out(self.map(silhouette.flatten(2) / 255)).mean(1, keepdim=True)


class Layered(Outside):
    """One with a Config that holds another."""

    @dataclass(frozen=True)
    class Config:
        @dataclass(frozen=True)
        class Head:
            width: int = 3

        head: Head = Head()
        size: tuple[int, int] = (16, 11)

    def __init__(self, config):
        super().__init__(config.head.width, size=config.size)
        self.config = config


Layered.Config.__annotations__["head"] = Layered.Config.Head


class Needy(Outside):
    """One that keeps nothing of what it was built with."""

    def __init__(self, width):
        super().__init__(width)
        del self.config


def saved(tmp_path, model):
    save_checkpoint(tmp_path / "model.pt", describe_model(model))
    return tmp_path / "model.pt"


@pytest.mark.parametrize(
    "model", [Outside(5), Layered(Layered.Config(Layered.Config.Head(7)))], ids=["plain", "layered"]
)
def test_an_outside_network_comes_back_by_its_class_or_into_an_instance(tmp_path, model):
    path = saved(tmp_path, model)
    again = load_model(path, type(model))
    assert type(again) is type(model)
    assert again.config == model.config
    assert not again.training
    assert_close(again.state_dict(), model.state_dict(), rtol=0, atol=0)
    other = Outside(model.map.out_features)
    assert load_model(path, other) is other
    assert_close(other.state_dict(), model.state_dict(), rtol=0, atol=0)


def test_the_error_about_an_outside_network_says_what_to_pass(tmp_path):
    path = saved(tmp_path, Outside(5))
    with pytest.raises(ConfigError) as caught:
        load_model(path)
    assert f"{path}: this is a checkpoint of {__name__}:Outside" in str(caught.value)
    assert "load_model(path, model=Outside)" in str(caught.value)
    assert f"--model {__name__}:Outside" in str(caught.value)


def test_a_network_that_kept_no_settings_is_given_built(tmp_path):
    path = saved(tmp_path, Needy(5))
    with pytest.raises(ConfigError, match=r"Needy needs width, .* model=Needy\(width=...\)"):
        load_model(path, Needy)
    assert load_model(path, Needy(5)).map.out_features == 5
    with pytest.raises(DataError, match="make no Needy: size mismatch"):
        load_model(path, Needy(6))


def test_a_class_of_another_network_is_refused(tmp_path):
    path = saved(tmp_path, Outside(5))
    with pytest.raises(DataError, match="make no SLN: Missing key"):
        load_model(path, SLN)
    with pytest.raises(ConfigError, match=r"a network is a torch\.nn\.Module, got dict"):
        load_model(path, dict)


def test_what_a_checkpoint_names_is_never_imported(tmp_path, monkeypatch, content):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "named_by_a_file.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    metadata = tmp_path / "evil-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[meshgait.models]\nEvil = named_by_a_file:Net\n")
    for name in ("named_by_a_file:Net", "named_by_a_file.Net", "named_by_a_file", "Evil", "evil"):
        save_checkpoint(tmp_path / "model.pt", {**content, "model": name})
        with pytest.raises(ConfigError):
            load_model(tmp_path / "model.pt")
    for verb in (["evaluate"], ["embed"], ["explain"], ["info"], ["zoo", "export", "-o", "a.onnx"]):
        save_checkpoint(tmp_path / "model.pt", {**content, "model": "named_by_a_file:Net"})
        main([*verb, str(tmp_path / "model.pt")])
    assert "named_by_a_file" not in sys.modules
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", [None, 3, [], {}, "a:b\x1b[2J", "\n:x"])
def test_a_strange_name_in_a_checkpoint_is_one_sentence(content, name):
    with pytest.raises(ConfigError, match="there is no model") as caught:
        build_model({**content, "model": name})
    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_plain_settings_alone_are_kept():
    model = Outside()
    for value in (torch.float32, {1, 2}, Settings(a=1), object()):
        model.config = {"kind": value}
        with pytest.raises(ConfigError, match="config of Outside holds kind"):
            describe_model(model)
    model.config = SimpleNamespace(a=1, b=[(2.5, None)])
    assert describe_model(model)["config"] == {"a": 1, "b": [(2.5, None)]}
    model.config = 7
    with pytest.raises(ConfigError, match="is no dataclass and no mapping"):
        describe_model(model)


def test_settings_may_not_ask_for_a_network_far_larger_than_its_weights(tmp_path):
    content = describe_model(SLN(SLN.Config(width=1 / 16)))
    content["config"]["width"] = 100
    save_checkpoint(tmp_path / "x.pt", content)
    with pytest.raises(DataError, match=r"x\.pt: its settings make a network of [\d,]+ numbers"):
        load_model(tmp_path / "x.pt")
