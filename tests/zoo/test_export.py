import numpy as np
import onnxruntime
import pytest
import torch

from meshgait import models
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.zoo.export import ANY, SUPPORT, check_onnx, to_onnx, to_program
from meshgait.zoo.inputs import random_clips
from tests.models.test_contract import MODELS, small

SHALLOW = {"depths": (1, 1, 1, 1)}
OPTIONS = {"DeepGaitV2": SHALLOW, "SkeletonGait": SHALLOW, "SkeletonGaitPP": SHALLOW}

QUICK = ("GEI", "SLN", "SMPLGait")  # the others are left to make test-slow

exported = [
    pytest.param(m, marks=() if m.__name__ in QUICK else pytest.mark.slow)
    for m in MODELS
    if not SUPPORT.get(m.__name__, ANY).obstacle
]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("model_class", exported)
def test_onnxruntime_gives_the_same_for_another_batch_and_length(model_class, tmp_path):
    support = SUPPORT.get(model_class.__name__, ANY)
    options = OPTIONS.get(model_class.__name__, {}) | dict(support.settings)
    model = small(model_class, **options)
    to_onnx(model, tmp_path / "x.onnx", frames=max(4, support.least))
    lengths = (support.least, support.least + 8) if support.any_length else (4,)
    for batch, frames in zip((5, 1), lengths, strict=False):
        assert check_onnx(model, tmp_path / "x.onnx", batch=batch, frames=frames) < 1e-5


@pytest.mark.usefixtures("unchecked")
def test_a_file_names_its_inputs_and_says_which_sizes_are_free(tmp_path):
    path = tmp_path / "new" / "x.onnx"
    model = small(models.SMPLGait).train()
    to_onnx(model, path)
    assert model.training
    session = onnxruntime.InferenceSession(str(path))
    shapes = {x.name: (x.shape, x.type) for x in session.get_inputs()}
    assert shapes == {
        "silhouette": (["batch", "time", 64, 44], "tensor(uint8)"),
        "smpl": (["batch", "time", 85], "tensor(float)"),
    }
    assert [x.name for x in session.get_outputs()] == ["embedding"]
    assert [file.name for file in path.parent.iterdir()] == ["x.onnx"]


@pytest.mark.usefixtures("unchecked")
def test_a_file_of_other_weights_is_seen(tmp_path):
    to_onnx(small(models.SLN), tmp_path / "x.onnx")
    assert check_onnx(small(models.SLN), tmp_path / "x.onnx", frames=4) > 1e-2
    clips = random_clips(small(models.SLN), 1, 2)
    program = to_program(small(models.SLN)).module()
    assert program(**clips).shape == (1, 31, 16)


@pytest.mark.usefixtures("unchecked")
def test_what_cannot_be_exported_says_why(tmp_path):
    with pytest.raises(ConfigError, match="CGI cannot be exported: the steps"):
        to_onnx(models.CGI(), tmp_path / "x.onnx")
    with pytest.raises(ConfigError, match="for 18 frames or more, got 3"):
        to_program(small(models.PoseGait), frames=3)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("unchecked")
def test_a_length_that_a_file_has_no_room_for_is_refused(tmp_path):
    model = small(models.ASTSN)
    to_onnx(model, tmp_path / "x.onnx", frames=4)
    with pytest.raises(ShapeError, match="does not run on 2 x 6 frames"):
        check_onnx(model, tmp_path / "x.onnx", batch=2, frames=6)


def test_every_remark_is_about_a_model_there_is():
    assert set(SUPPORT) <= set(models.networks())
    assert str(ANY) == "any length"


class Lidar(torch.nn.Module):
    """A network of somebody else, without a config, that reads what is not known here."""

    inputs, embedding_shape = ("lidar",), (1, 2)

    def __init__(self):
        super().__init__()
        self.map = torch.nn.Linear(6, 2)

    def forward(self, lidar, mask=None):
        return self.map(lidar.flatten(2)).amax(1, keepdim=True)


def test_a_network_of_other_inputs_is_exported_by_a_clip(tmp_path):
    model, clip = Lidar(), {"lidar": np.random.default_rng(0).random((4, 3, 2), np.float32)}
    with pytest.raises(ConfigError, match="what lidar looks like is not known here; give a clip"):
        to_onnx(model, tmp_path / "lidar.onnx")
    with pytest.raises(DataError, match="the clip has no lidar, only smpl"):
        to_onnx(model, tmp_path / "lidar.onnx", like={"smpl": np.zeros((4, 85))})
    to_onnx(model, tmp_path / "lidar.onnx", like=clip)
    # Both sum 6 products and a bias: 7 roundings of half an epsilon each.
    assert check_onnx(model, tmp_path / "lidar.onnx", batch=2, like=clip) < 2 * 7 * 2**-24 * 8


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_network_is_not_exported(tmp_path):
    with pytest.raises(ConfigError, match="Linear has no inputs"):
        to_onnx(torch.nn.Linear(2, 2), tmp_path / "linear.onnx")
