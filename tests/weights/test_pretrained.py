"""Networks in folders as Hugging Face lays them out."""

import json
import sys
from dataclasses import asdict
from pathlib import Path, PureWindowsPath
from types import ModuleType

import pytest
import safetensors.torch
import torch
from torch import nn
from torch.testing import assert_close

from meshgait import models
from meshgait.errors import ConfigError, DataError, DependencyError
from meshgait.models import SLN
from meshgait.weights import from_pretrained, load_model, save_pretrained
from meshgait.weights.checkpoint import _make_config
from meshgait.weights.folder import _with_tuples
from tests.small_training import tiny

SETTINGS = {"size": (16, 11), "stages": ((64,), (128,)), "bins": (1, 2), "width": 1 / 8}


@pytest.fixture
def folder(tmp_path):
    save_pretrained(tiny(SLN)[0], tmp_path / "net")
    return tmp_path / "net"


@pytest.mark.parametrize("name", models.networks())
def test_config_json_keeps_the_settings_of_every_network(name):
    config = getattr(models, name).Config()
    kept = json.loads(json.dumps(asdict(config)))
    assert _make_config(name, type(config), _with_tuples(kept)) == config


@pytest.mark.parametrize("name", ["SLN", "SkeletonGCN", "GaitBase"])
def test_a_network_comes_back_as_it_was(tmp_path, name):
    model_class = getattr(models, name)
    options = {"width": 1 / 16} if hasattr(model_class.Config, "width") else {}
    model = model_class(model_class.Config(**options))
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point():
                tensor.add_(1)
    save_pretrained(model, tmp_path / name)
    again = from_pretrained(tmp_path / name)
    assert type(again) is model_class
    assert again.config == model.config
    assert not again.training
    assert_close(again.state_dict(), model.state_dict(), rtol=0, atol=0)


def test_the_folder_is_laid_out_as_theirs_are(folder):
    assert {path.name for path in folder.iterdir()} == {
        "config.json", "model.safetensors", "README.md",
    }  # fmt: skip
    config = json.loads((folder / "config.json").read_text())
    assert config["architectures"] == ["SLN"]
    assert config["library_name"] == "meshgait"
    tensors = safetensors.torch.load_file(folder / "model.safetensors")
    assert_close(tensors, dict(tiny(SLN)[0].state_dict()), rtol=0, atol=0)
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: meshgait\n")
    assert "reads silhouette, gives 3 parts x 16" in card.replace("\n", " ")


def test_half_precision_rounds_matrices_and_spares_what_does_not_fit(tmp_path):
    model, _ = tiny(SLN)
    with torch.no_grad():
        model.head.weight[0, 0, 0] = 1e6
        model.backbone[0].weight[0] = 1 / 3
    save_pretrained(model, tmp_path, numbers="float16")
    kept = safetensors.torch.load_file(tmp_path / "model.safetensors")
    assert kept["head.weight"].dtype == torch.float32
    again = from_pretrained(tmp_path)
    for name, value in model.state_dict().items():
        found = again.state_dict()[name]
        half = kept[name].dtype == torch.float16
        assert found.dtype == value.dtype
        assert_close(found, value.half().float() if half else value, rtol=0, atol=0)
    assert torch.float16 in {value.dtype for value in kept.values()}


@pytest.mark.usefixtures("unchecked")
def test_other_numbers_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="float32 or float16"):
        save_pretrained(tiny(SLN)[0], tmp_path, numbers="int8")


def test_statistics_with_one_axis_stay_in_single_precision(tmp_path):
    model = models.SkeletonGCN(models.SkeletonGCN.Config(width=1 / 16))
    with torch.no_grad():
        model.encoder.norm_in.running_var.fill_(1e-9)
    save_pretrained(model, tmp_path, numbers="float16")
    assert from_pretrained(tmp_path).encoder.norm_in.running_var.max() == torch.tensor(1e-9)


def test_a_folder_is_read_wherever_a_checkpoint_is(folder):
    assert type(load_model(folder)) is SLN
    assert type(load_model(str(folder))) is SLN


class Outside(nn.Module):
    inputs = ("smpl",)

    def __init__(self, channels=3):
        super().__init__()
        self.config = {"channels": channels}
        self.layer = nn.Linear(85, channels)
        self.embedding_shape = (1, channels)

    def forward(self, smpl, mask=None):
        return self.layer(smpl).mean(1, keepdim=True)


def test_a_network_of_somebody_elses_is_built_by_the_class_that_is_given(tmp_path):
    model = Outside(5)
    save_pretrained(model, tmp_path)
    with pytest.raises(ConfigError, match="Outside, which is not of meshgait"):
        from_pretrained(tmp_path)
    assert_close(from_pretrained(tmp_path, Outside).state_dict(), model.state_dict())
    model.config = {"channels": 5, "more": {1: 2}}
    with pytest.raises(ConfigError, match=r"config\.json does not keep the settings"):
        save_pretrained(model, tmp_path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"library_name": "transformers"}, "not of a network that meshgait saved"),
        ({"format": 2}, "has format 2 and this version"),
        ({"architectures": ["BertModel"]}, "no model 'BertModel'"),
        ({"architectures": []}, "needs architectures, of one name"),
        ({"architectures": [["SLN"]]}, "no model"),
        ({"config": {"depth": 3}}, "has no setting depth"),
        ({"config": {"width": 300.0}}, "its settings make a network of"),
        ({"config": {"width": "wide"}}, "configuration and weights make no SLN"),
        ({"config": []}, "needs architectures, of one name, and config"),
        ({"about": 3}, "not of a network that meshgait saved"),
    ],
)
def test_a_config_that_is_none_is_refused_in_one_sentence(folder, change, sentence):
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises((DataError, ConfigError), match=sentence) as caught:
        from_pretrained(folder)
    assert "\n" not in str(caught.value)
    assert "net" in str(caught.value)


def test_a_folder_without_all_its_files_is_told_of(folder, tmp_path):
    (folder / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=r"model\.safetensors"):
        from_pretrained(folder)
    (folder / "config.json").write_text("[]")
    with pytest.raises(DataError, match=r"config\.json is not of a network"):
        from_pretrained(folder)
    with pytest.raises(DataError, match="no folder of a network"):
        from_pretrained(tmp_path)


def test_weights_of_another_network_are_refused(folder, tmp_path):
    other = models.SLN(models.SLN.Config(**SETTINGS))
    save_pretrained(other, tmp_path / "other")
    (tmp_path / "other/model.safetensors").replace(folder / "model.safetensors")
    with pytest.raises(DataError, match="configuration and weights make no SLN"):
        from_pretrained(folder)


@pytest.mark.parametrize("kind", [str, Path, PureWindowsPath])
def test_a_name_of_the_hub_is_downloaded_by_its_own_package(folder, monkeypatch, unchecked, kind):
    asked = []

    def snapshot_download(name, *, allow_patterns):
        asked.append((name, sorted(allow_patterns)))
        return str(folder)

    package = ModuleType("huggingface_hub")
    package.snapshot_download = snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", package)
    assert type(from_pretrained(kind("somebody/gait-net"))) is SLN
    assert asked == [("somebody/gait-net", ["README.md", "config.json", "model.safetensors"])]


def test_a_mistyped_folder_is_no_name_of_the_hub(folder, monkeypatch):
    monkeypatch.chdir(folder.parent.parent)
    with pytest.raises(DataError, match="is no folder of a network"):
        from_pretrained(f"{folder.parent.name}/nett")


def test_without_that_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises((DependencyError, ImportError), match="hub"):
        from_pretrained("somebody/gait-net")
