"""The published networks: sizes, numbers of the originals, names in their checkpoints."""

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, ShapeError
from meshgait.losses import OFFICIAL_NAMES, BNNeckCrossEntropy
from meshgait.models import SLN, SMPLGait, sln, smplgait
from tests.golden import formula
from tests.tolerance import rounding_of_network


@pytest.mark.parametrize(
    ("model_class", "size", "parameters"),
    [
        (SLN, (64, 44), 26_999_872),
        (SLN, (128, 88), 26_999_872),
        (SMPLGait, (64, 44), 27_110_976),
        (SMPLGait, (128, 88), 27_309_888),
    ],
)
def test_parameters_are_as_many_as_published(model_class, size, parameters):
    with torch.device("meta"):
        model = model_class(model_class.Config(size=size))
        neck = BNNeckCrossEntropy(*model.embedding_shape, num_ids=3000)
    counts = [p.numel() for module in (model, neck) for p in module.parameters()]
    assert sum(counts) == parameters


@pytest.mark.parametrize(("name", "module"), [("sln", sln), ("smplgait", smplgait)])
def test_the_original_gives_the_same_numbers(name, module):
    golden, meta = formula.load(name)
    state = formula.weights(meta)
    model = {"sln": SLN, "smplgait": SMPLGait}[name]().eval()
    model.load_state_dict(formula.translate(state, module.OFFICIAL_NAMES))
    neck = BNNeckCrossEntropy(31, 256, meta["num_classes"]).eval()
    official = formula.translate(state, OFFICIAL_NAMES)
    neck.load_state_dict(
        {
            key: formula.part_major(value, 31) if "norm" in key else value
            for key, value in official.items()
        }
    )
    clips = [torch.from_numpy(golden[key]) for key in model.inputs]
    expected = torch.from_numpy(golden["out_embedding64"]).mT
    logits = torch.from_numpy(golden["out_logits"]).mT
    scale = float(expected.abs().max())
    with torch.inference_mode():
        single = model(*clips)
        bound = rounding_of_network(model, expected, torch.float32)
        assert_close(single.double(), expected, **bound)
        assert_close(neck.logits(single), logits, **rounding_of_network(model, logits))
        double = model.double()(*clips)
        assert_close(double, expected, rtol=0, atol=1e-12 * scale)


def test_the_published_smaller_and_larger_variants_can_be_written_down():
    oumvlp = SLN.Config(stages=((32, 32), (64, 64), (128, 128, 256, 256)), width=1 / 16)
    assert SLN(oumvlp).embedding_shape == (31, 16)
    assert SLN(SLN.Config(bins=(16,), width=1 / 16)).embedding_shape == (16, 16)
    large = SMPLGait(SMPLGait.Config(size=(128, 88), width=1 / 16))
    silhouette = torch.zeros(1, 2, 128, 88, dtype=torch.uint8)
    assert large(silhouette, torch.zeros(1, 2, 85)).shape == (1, 31, 16)


@pytest.mark.parametrize("camera", [True, False])
def test_without_the_camera_the_place_in_the_picture_does_not_matter(camera):
    model = SMPLGait(SMPLGait.Config(camera=camera, width=1 / 16)).eval()
    silhouette = torch.randint(0, 256, (1, 3, 64, 44), dtype=torch.uint8)
    smpl, moved = torch.randn(2, 1, 3, 85)
    moved[..., 3:] = smpl[..., 3:]
    assert torch.allclose(model(silhouette, smpl), model(silhouette, moved)) is not camera


@pytest.mark.usefixtures("unchecked")
def test_body_parameters_of_other_frames_are_refused():
    model = SMPLGait(SMPLGait.Config(width=1 / 16))
    silhouette = torch.zeros(2, 3, 64, 44, dtype=torch.uint8)
    for shape in ((2, 4, 85), (2, 3, 82)):
        with pytest.raises(ShapeError, match=r"smpl must be \(B, T, 85\)"):
            model(silhouette, torch.zeros(shape))


@pytest.mark.parametrize("model_class", [SLN, SMPLGait])
@pytest.mark.parametrize("width", [0, -1, float("nan")])
def test_a_width_that_leaves_nothing_is_refused(model_class, width):
    with pytest.raises(ConfigError, match="must be above 0"):
        model_class.Config(width=width)
