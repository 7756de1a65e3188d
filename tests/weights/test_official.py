"""Published checkpoints: told apart by their names, permuted, refused with a reason."""

import re

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, DataError, UnsafeFileError
from meshgait.files.safetensors_file import write_safetensors
from meshgait.losses import BNNeckCrossEntropy
from meshgait.models import SLN, LidarGaitPP, deepgaitv2
from meshgait.weights import load_official
from tests.golden import formula
from tests.tolerance import rounding_of_network

GOLDEN = {
    "deepgaitv2": "DeepGaitV2",
    "gaitbase": "GaitBase",
    "gaitgl": "GaitGL",
    "gaitgraph": "GaitGraph",
    "gaitpart": "GaitPart",
    "gaitset": "GaitSet",
    "gln": "GLN",
    "skeletongaitpp": "SkeletonGaitPP",
    "smplgait": "SMPLGait",
    "xgait": "XGait",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_a_published_file_becomes_the_network_that_wrote_it(name):
    golden, meta = formula.load(name)
    model, head = load_official({"model": formula.weights(meta), "iteration": 180_000})
    assert type(model).__name__ == GOLDEN[name]
    clips = [torch.from_numpy(golden[key])[:1] for key in model.inputs]
    key = "out_embedding64" if "out_embedding64" in golden else "out_embedding"
    expected = torch.from_numpy(golden[key]).float().mT[:1]
    with torch.inference_mode():
        embedding = model(*clips)
        assert_close(embedding, expected, **rounding_of_network(model, expected))
        assert (head is None) == ("out_logits" not in golden)
        if head is not None:
            logits = torch.from_numpy(golden["out_logits"]).mT[:1]
            assert_close(head.logits(embedding), logits, **rounding_of_network(model, logits))


def _small_sln(ids=3):
    """Weights of SLN under their published names, statistics counted c * P + p."""
    torch.manual_seed(1)
    model, neck = SLN(), BNNeckCrossEntropy(31, 256, num_ids=ids)
    for values in (neck.norm.bias, neck.norm.running_mean):
        torch.nn.init.normal_(values)
    names = {f"Backbone.forward_block.feature.{i}.conv.weight": f"backbone.{i}.weight"
             for i in (0, 2, 5, 7, 10, 12)} | {"FCs.fc_bin": "head.weight"}  # fmt: skip
    state = model.state_dict()
    weights = {original: state[ours] for original, ours in names.items()}
    for key, value in neck.state_dict().items():
        original = {"weight": "BNNecks.fc_bin"}.get(key, key.replace("norm.", "BNNecks.bn1d."))
        is_counted = "norm" in key and value.ndim
        weights[original] = value.reshape(31, 256).T.reshape(-1) if is_counted else value
    return weights, model, neck


def test_networks_with_the_same_weights_must_be_named():
    weights, _, _ = _small_sln()
    with pytest.raises(
        ConfigError, match=r"fits (SLN and MTSGait|MTSGait and SLN), which have the same weights"
    ):
        load_official(weights)
    for name in ("SLN", "MTSGait"):
        model, _ = load_official(weights, name)
        assert type(model).__name__ == name


def test_the_first_releases_counted_the_classifier_in_another_order(tmp_path):
    weights, model, neck = _small_sln()
    embedding = torch.randn(2, 31, 256)
    expected = neck.eval().logits(embedding)
    _, later = load_official(weights, "SLN")
    assert_close(later.logits(embedding), expected)
    for key in ("weight", "bias", "running_mean", "running_var"):
        values = weights[f"BNNecks.bn1d.{key}"]
        weights[f"BNNecks.bn1d.{key}"] = values.reshape(256, 31).T.reshape(-1)
    path = tmp_path / "128pixel-Baseline-180000.pt"
    torch.save({"model": weights, "iteration": 180_000}, path)
    first, head = load_official(path, "SLN")
    assert first.config.size == (128, 88)
    assert_close(head.logits(embedding), expected)
    assert_close(first.state_dict(), model.state_dict())
    _, told = load_official(weights, "SLN", part_major=True)
    assert_close(told.logits(embedding), expected)


def test_counters_may_be_missing_and_a_wrapper_in_front():
    weights, model, _ = _small_sln()
    del weights["BNNecks.bn1d.num_batches_tracked"]
    found, head = load_official({f"module.{k}": v for k, v in weights.items()}, "SLN")
    assert_close(found.state_dict(), model.state_dict())
    assert head is not None


def test_without_a_classifier_there_is_no_head_and_half_of_one_is_refused():
    weights, _, _ = _small_sln()
    bare = {k: v for k, v in weights.items() if not k.startswith("BNNecks")}
    assert load_official(bare, "SLN")[1] is None
    del weights["BNNecks.bn1d.running_var"]
    with pytest.raises(DataError, match=r"classifier does not fit.*running_var"):
        load_official(weights, "SLN")


def test_what_is_missing_and_what_is_too_much_is_listed():
    weights, _, _ = _small_sln()
    del weights["Backbone.forward_block.feature.7.conv.weight"]
    weights["surprise.weight"] = torch.zeros(2)
    weights["FCs.fc_bin"] = weights["FCs.fc_bin"][:, :7]
    pattern = r"nearest is SLN, which misses backbone\.7\.weight and does not expect .*surprise"
    with pytest.raises(DataError, match=pattern) as caught:
        load_official(weights, "SLN")
    assert "FCs.fc_bin (31, 7, 256)" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({}, "no weights by name"),
        ({"model": {}}, "no weights by name"),
        ([1, 2], "no weights by name"),
        ({"a": torch.zeros(1), "b": "text"}, "no tensors, such as 'b'"),
        ({"a": torch.tensor([np.nan])}, "a in x.pt holds NaN"),
    ],
)
def test_other_files_are_refused(tmp_path, content, reason):
    path = tmp_path / "x.pt"
    torch.save(content, path)
    with pytest.raises(DataError, match=re.escape(reason)):
        load_official(path)


class Bomb:
    def __reduce__(self):
        return print, ("boom",)


def test_nothing_in_a_file_is_run(tmp_path, capsys):
    torch.save({"model": Bomb()}, tmp_path / "x.pt")
    with pytest.raises(UnsafeFileError):
        load_official(tmp_path / "x.pt")
    assert "boom" not in capsys.readouterr().out


def test_a_name_that_is_no_model_is_refused():
    with pytest.raises(ConfigError, match="no published checkpoint of 'Baseline' is known"):
        load_official({"a": torch.zeros(1)}, "Baseline")


def test_the_authors_gaitset_counts_its_parts_scale_by_scale():
    head = torch.arange(62.0)[:, None, None].expand(62, 128, 256)
    shapes = {1: (32, 1, 5), 2: (32, 32, 3), 3: (64, 32, 3), 4: (64, 64, 3), 5: (128, 64, 3),
              6: (128, 128, 3)}  # fmt: skip
    weights = {
        f"module.set_layer{i}.forward_block.conv.weight": torch.full((o, n, k, k), float(i))
        for i, (o, n, k) in shapes.items()
    }
    for i in range(1, 5):
        o, n, k = shapes[i + 2]
        weights[f"module.gl_layer{i}.conv.weight"] = torch.full((o, n, k, k), 10.0 + i)
    model, classifier = load_official(weights | {"module.fc_bin.0": head})
    assert type(model).__name__ == "GaitSet"
    assert classifier is None
    theirs = model.head.weight[:, 0, 0].tolist()
    before = {1: 0, 2: 2, 4: 6, 8: 14, 16: 30}
    offset = {16: 0, 8: 16, 4: 24, 2: 28, 1: 30}
    for scale, first in before.items():
        for j in range(scale):
            assert theirs[offset[scale] + j] == first + j
            assert theirs[31 + offset[scale] + j] == first + scale + j
    state = model.state_dict()
    first_of = {key: float(value.flatten()[0]) for key, value in state.items()}
    assert sorted(v for k, v in first_of.items() if k != "head.weight") == [
        1,
        2,
        3,
        4,
        5,
        6,
        11,
        12,
        13,
        14,
    ]


@pytest.mark.parametrize("preset", ["FRAMES", "VOLUMES", "SHALLOW", "SHALLOW_VOLUMES"])
def test_presets_are_found_by_their_shapes(preset):
    config = getattr(deepgaitv2, preset)
    with torch.device("meta"):
        state = deepgaitv2.DeepGaitV2(config).state_dict()
    weights = {_deepgaitv2_name(key, config.block): torch.zeros(value.shape)
               for key, value in state.items()}  # fmt: skip
    model, _ = load_official(weights)
    assert model.config == config


def _deepgaitv2_name(ours, block):
    """The published names, from the description of the checkpoints."""
    if ours == "head.weight":
        return "FCs.fc_bin"
    name = ours.removeprefix("backbone.")
    name = name.replace("stem.conv.", "layer0.forward_block.0.")
    name = name.replace("stem.norm.", "layer0.forward_block.1.")
    if name.startswith("layer1.") or (block == "2d" and name.startswith("layer")
                                      and not name.startswith("layer0")):  # fmt: skip
        return name.replace(".", ".forward_block.", 1)
    if block == "p3d":
        name = re.sub(r"\.conv([12])\.weight", r".conv\1.forward_block.0.weight", name)
        name = re.sub(r"\.bn([12])\.", r".conv\1.forward_block.1.", name)
        name = name.replace("time_conv", "shortcut3d").replace("time_bn", "sbn")
    return name


def test_settings_that_neither_weights_nor_name_tell_can_be_given(tmp_path):
    weights, ours, _ = _small_sln()
    path, name = tmp_path / "64pixel-SLN.pt", "SLN"
    torch.save(weights, path)
    model, _ = load_official(path, name, size=(128, 88))
    assert model.config.size == (128, 88)
    assert load_official(path, name)[0].config.size == (64, 44)
    assert torch.equal(model.head.weight, ours.head.weight)
    assert load_official(weights, name, config={"size": (32, 22)})[0].config.size == (32, 22)
    with pytest.raises(ConfigError, match="weights are those of another SLN than one with wi"):
        load_official(weights, name, config={"width": 2.0})
    with pytest.raises(ConfigError, match=r"SLN has no setting 'widht'; did you mean 'width'\?"):
        load_official(weights, name, config={"widht": 2.0})


@pytest.mark.usefixtures("unchecked")
def test_settings_that_no_preset_has_are_looked_for():
    weights = {}
    for key, value in LidarGaitPP(base=8).state_dict().items():
        stage, _, rest = key.partition(".")
        rest = rest.removeprefix("layers.").replace("convs.", "mlp_convs.")
        weights[f"{stage}.{rest.replace('norms.', 'mlp_bns.')}"] = value
    weights["FCs.fc_bin"] = weights.pop("head.weight")
    with pytest.raises(DataError, match="nearest is LidarGaitPP"):
        load_official(weights)
    model, _ = load_official(
        weights, config={"base": 8, "pooling": "uap", "bins": [1, 2, 4, 8, 16]}
    )
    assert (model.config.base, model.config.pooling) == (8, "uap")
    assert torch.equal(model.head.weight, weights["FCs.fc_bin"])


@pytest.mark.parametrize("kind", ["int8", "bool", "complex64"])
def test_weights_that_are_no_floating_point_numbers_are_refused(kind):
    weights = {key: value.to(getattr(torch, kind)) for key, value in _small_sln()[0].items()}
    with pytest.raises(
        DataError, match=f"in the checkpoint is of type {kind} where the network has floating"
    ):
        load_official(weights, "SLN")


@pytest.mark.parametrize("kind", ["bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_weights_of_fewer_bits_are_taken_as_they_are(kind):
    weights = {key: value.to(getattr(torch, kind)) if value.is_floating_point() else value
               for key, value in _small_sln()[0].items()}  # fmt: skip
    model, _ = load_official(weights, "SLN")
    assert torch.equal(model.head.weight, weights["FCs.fc_bin"].float())


def test_weights_may_be_safetensors_whatever_the_name_says(tmp_path):
    weights, _, _ = _small_sln()
    for name in ("x.safetensors", "x.pt"):
        write_safetensors(tmp_path / name, weights, {"format": "pt"})
        model, head = load_official(tmp_path / name, "SLN")
        assert torch.equal(model.head.weight, weights["FCs.fc_bin"])
        assert head is not None


def test_a_lone_tensor_is_no_weights_by_name(tmp_path):
    torch.save(torch.zeros(3), tmp_path / "x.pt")
    with pytest.raises(DataError, match="holds no weights by name"):
        load_official(tmp_path / "x.pt")
