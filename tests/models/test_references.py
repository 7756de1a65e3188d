"""The modern reference networks: sizes, numbers of the originals, names in their checkpoints."""

from functools import partial

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, ShapeError
from meshgait.losses import BNNeckCrossEntropy
from meshgait.models import (
    DeepGaitV2,
    GaitBase,
    GaitGraph,
    GaitGraph2,
    ParsingGait,
    PoseGait,
    SkeletonGait,
    SkeletonGaitPP,
    XGait,
    deepgaitv2,
    gaitbase,
    gaitgraph,
    gaitgraph2,
    parsinggait,
    posegait,
    skeletongait,
    skeletongaitpp,
    xgait,
)
from meshgait.nn import Frames
from tests.golden import formula
from tests.tolerance import rounding_of_network


@pytest.mark.parametrize(
    ("model_class", "config", "parameters"),
    [
        (GaitBase, {}, 19_290_304),
        (DeepGaitV2, {"block": "2d"}, 23_718_592),
        (DeepGaitV2, {"block": "p3d"}, 25_492_160),
        (DeepGaitV2, {"block": "3d"}, 41_855_680),
        (ParsingGait, {}, 24_323_781),
        (XGait, {}, 67_629_443),
        (SkeletonGait, {}, 25_492_736),
        (SkeletonGaitPP, {}, 25_568_608),
    ],
)
@pytest.mark.parametrize("size", [(64, 44), (128, 88)])
def test_parameters_are_as_many_as_published(model_class, config, parameters, size):
    with torch.device("meta"):
        model = model_class(model_class.Config(size=size, **config))
        neck = BNNeckCrossEntropy(*model.embedding_shape, num_ids=3000)
    counts = [p.numel() for module in (model, neck) for p in module.parameters()]
    assert sum(counts) == parameters


@pytest.mark.parametrize(
    ("name", "model_class", "module"),
    [
        ("gaitbase", GaitBase, gaitbase),
        ("deepgaitv2", DeepGaitV2, deepgaitv2),
        ("deepgaitv2_2d", partial(DeepGaitV2, DeepGaitV2.Config(block="2d")), deepgaitv2),
        ("deepgaitv2_3d", partial(DeepGaitV2, DeepGaitV2.Config(block="3d")), deepgaitv2),
        ("parsinggait", ParsingGait, parsinggait),
        ("skeletongait", SkeletonGait, skeletongait),
        ("gaitgraph", GaitGraph, gaitgraph),
        ("gaitgraph2", GaitGraph2, gaitgraph2),
        ("skeletongaitpp", SkeletonGaitPP, skeletongaitpp),
        ("xgait", XGait, xgait),
    ],
)
def test_the_original_gives_the_same_numbers(name, model_class, module):
    golden, meta = formula.load(name)
    model = model_class().eval()
    model.load_state_dict(formula.translate(formula.weights(meta), module.OFFICIAL_NAMES))
    clips = [torch.from_numpy(golden[key]) for key in model.inputs]
    has_double = "out_embedding64" in golden
    expected = golden["out_embedding64" if has_double else "out_embedding"]
    expected = torch.from_numpy(expected).double().mT
    scale = float(expected.abs().max())
    with torch.inference_mode():
        bound = rounding_of_network(model, expected, torch.float32)
        assert_close(model(*clips).double(), expected, **bound)
        double = model.double()(*clips)
        assert_close(double, expected, **bound | ({"atol": 1e-12 * scale} if has_double else {}))


SMALL = {"width": 1 / 16}
VARIANTS = {
    "frames": DeepGaitV2.Config(block="2d", **SMALL),
    "volumes": DeepGaitV2.Config(block="3d", **SMALL),
    "shallow": DeepGaitV2.Config(depths=(1, 1, 1, 1), **SMALL),
    "large": DeepGaitV2.Config(size=(128, 88), depths=(1, 1, 1, 1), **SMALL),
}


@pytest.mark.parametrize("config", VARIANTS.values(), ids=VARIANTS)
def test_every_kind_of_block_sees_a_sequence_as_if_it_were_alone(config):
    model = DeepGaitV2(config).eval()
    clip = torch.rand(3, 6, *config.size)
    mask = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0, 1, 0, 1, 1, 0]]).bool()
    rotten = torch.where(mask[:, :, None, None], clip, torch.nan)
    alone = [model(clip[[i]][:, row]) for i, row in enumerate(mask)]
    alone = torch.cat(alone)
    assert_close(model(rotten, mask=mask), alone, **rounding_of_network(model, alone))


@pytest.mark.parametrize(("block", "matters"), [("2d", False), ("p3d", True), ("3d", True)])
def test_the_order_of_frames_matters_to_what_looks_along_time(block, matters):
    model = DeepGaitV2(DeepGaitV2.Config(block=block, depths=(1, 1, 1, 1), **SMALL)).eval()
    clip = torch.rand(1, 5, 64, 44)
    same = torch.allclose(model(clip), model(clip[:, [2, 0, 4, 1, 3]]), rtol=1e-5, atol=1e-6)
    assert same is not matters


@pytest.mark.parametrize("model_class", [ParsingGait, XGait])
def test_larger_images_have_as_many_parts(model_class):
    model = model_class(model_class.Config(size=(128, 88), **SMALL)).eval()
    clips = [torch.randint(0, 12, (2, 3, 128, 88), dtype=torch.uint8) for _ in model.inputs]
    assert model(*clips).shape == (2, *model.embedding_shape)


def test_only_the_part_of_a_label_matters_to_xgaits_gates():
    model = XGait(XGait.Config(**SMALL)).eval()
    labels = torch.randint(0, 12, (2, 1, 64, 44)).float()
    exchanged = torch.where(labels == 3, 4.0, torch.where(labels == 4, 3.0, labels))
    headless = torch.where(labels == 1, 2.0, labels)
    sil, par = torch.rand(2, 2, 32, 16, 11)
    expected = model._align_parts(sil, par, labels)
    assert_close(model._align_parts(sil, par, exchanged), expected)
    assert not torch.allclose(model._align_parts(sil, par, headless), expected)


@pytest.mark.usefixtures("unchecked")
def test_modalities_of_other_frames_or_shapes_are_refused():
    images = torch.zeros(2, 3, 64, 44, dtype=torch.uint8)
    with pytest.raises(ShapeError, match="silhouette and parsing must be"):
        XGait(XGait.Config(**SMALL))(images, images[:, :2])
    with pytest.raises(ShapeError, match=r"pose_heatmap must be \(B, T, 2, H, W\)"):
        SkeletonGaitPP(SkeletonGaitPP.Config(**SMALL))(images, images.unsqueeze(2))
    for model_class in (GaitGraph, GaitGraph2):
        with pytest.raises(ShapeError, match=r"skeleton2d must be \(B, T, 17, 3\)"):
            model_class(model_class.Config(**SMALL))(torch.zeros(1, 2, 18, 3))
    with pytest.raises(ShapeError, match=r"skeleton3d must be \(B, T, 24, 3\)"):
        PoseGait(PoseGait.Config(**SMALL))(torch.zeros(1, 2, 17, 3))


@pytest.mark.usefixtures("unchecked")
def test_an_unknown_block_is_refused():
    with pytest.raises(ConfigError, match="block must be one of 2d, p3d, 3d, got '4d'"):
        DeepGaitV2.Config(block="4d")


@pytest.mark.parametrize(
    ("model_class", "parameters"), [(GaitGraph, 319_530), (GaitGraph2, 350_822)]
)
def test_graph_networks_have_as_many_parameters_as_published(model_class, parameters):
    assert sum(weight.numel() for weight in model_class().parameters()) == parameters


def test_gaitgraph_does_not_care_in_which_direction_a_clip_is_played():
    model = GaitGraph(GaitGraph.Config(width=1 / 4)).eval()
    skeleton = torch.rand(2, 9, 17, 3)
    assert_close(model(skeleton), model(skeleton.flip(1)))
    assert model.train()(skeleton).shape == (2, 1, 32)


def test_views_of_a_skeleton_are_what_they_say():
    skeleton = torch.rand(7, 17, 3)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]]).bool()
    views = gaitgraph2.skeleton_views(skeleton, Frames.of(mask, mask))
    ends = [4, 4, 4, 4, 7, 7, 7]
    for t, end in enumerate(ends):
        for joint in range(17):
            x, y, confidence = skeleton[t, joint]
            nose, inner = skeleton[t, 0], skeleton[t, gaitgraph2.TOWARDS_CENTRE[joint]]
            step, second = torch.zeros(2, 2)
            if t + 2 < end:
                step = skeleton[t + 1, joint, :2] - skeleton[t, joint, :2]
                second = skeleton[t + 2, joint, :2] - skeleton[t, joint, :2]
            bone = skeleton[t, joint, :2] - inner[:2]
            angle = torch.acos(bone[1] / (bone.norm() + 1e-4))
            expected = [
                [x, y, confidence, x - nose[0], y - nose[1]],
                [step[0], step[1], 0, confidence, second[1]],
                [bone[0], bone[1], 0, confidence, angle],
            ]
            assert_close(views[t, :, joint], torch.tensor(expected))


def test_gaitgraph2_puts_its_three_variants_side_by_side():
    model = GaitGraph2(GaitGraph2.Config(width=1 / 4)).eval()
    skeleton = torch.rand(2, 6, 17, 3)
    plain, backwards, mirrored = model(skeleton).chunk(3, dim=2)
    assert_close(model(skeleton.flip(1)).chunk(3, dim=2)[0], backwards)
    assert_close(model(skeleton[:, :, gaitgraph2.MIRRORED]).chunk(3, dim=2)[0], mirrored)
    assert not torch.allclose(plain, backwards)


def test_posegait_sees_neither_place_nor_size():
    model = PoseGait(PoseGait.Config(**SMALL)).eval()
    skeleton = torch.rand(2, 20, 24, 3)
    assert_close(model(2.5 * skeleton + 7), model(skeleton), rtol=1e-3, atol=1e-4)


def test_posegait_describes_long_clips_by_their_windows():
    model = PoseGait(PoseGait.Config(**SMALL)).eval()
    skeleton = torch.rand(1, 40, 24, 3)
    image = posegait.pose_features(skeleton, Frames.of(skeleton, None))
    windows = [image[:, start : start + 17] for start in (0, 11, 23)]
    one_by_one = [model.head(model._convolve(w.mT.unsqueeze(1)).flatten(1)) for w in windows]
    expected = torch.stack(one_by_one).mean(0)
    assert_close(model(skeleton)[:, 0], expected, rtol=1e-4, atol=1e-5)


def test_posegait_takes_a_person_without_a_body_for_nothing():
    features = posegait.pose_features(torch.zeros(1, 3, 24, 3), Frames.of(torch.zeros(1, 3), None))
    assert features.shape == (1, 3, 126)
    assert not features.any()
