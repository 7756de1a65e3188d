import numpy as np
import pytest
import torch

from meshgait.data import Backwards, Erase, Flip, JointNoise, Perspective, Rotate
from meshgait.data.batches import augment
from meshgait.errors import ConfigError, DataError
from meshgait.sequence import GaitSequence
from tests.tolerance import rounding

IMAGE_CHANGES = [Perspective(1.0), Flip(1.0), Rotate(1.0), Erase(1.0)]
every_image_change = pytest.mark.parametrize("change", IMAGE_CHANGES, ids=repr)


def clip(size=(64, 44), frames=3):
    generator = np.random.default_rng(5)
    body = np.zeros((frames, *size), np.uint8)
    body[:, size[0] // 8 : -size[0] // 8, size[1] // 3 : -size[1] // 3] = 200
    return GaitSequence(
        "anna", "normal", "000",
        {
            "silhouette": body,
            "pose_heatmap": np.stack([body, body], axis=1),
            "parsing": (body > 0) * generator.integers(1, 12, body.shape).astype(np.uint8),
        },
    )  # fmt: skip


def chance(seed=0):
    return np.random.default_rng(seed)


@every_image_change
@pytest.mark.parametrize("size", [(64, 44), (128, 88), (64, 64)])
def test_all_images_of_a_clip_change_alike_and_keep_their_kind(change, size):
    before = clip(size)
    after = change(before, chance())
    shape = after.frames["silhouette"]
    assert not np.array_equal(shape, before.frames["silhouette"])
    assert np.array_equal(shape[0], shape[2])
    assert np.array_equal(after.frames["pose_heatmap"][:, 0], shape)
    for name, array in after.frames.items():
        assert array.shape == before.frames[name].shape
        assert array.dtype == np.uint8
    assert set(np.unique(after.frames["parsing"])) <= set(range(12))
    assert (shape > 0).mean() > 0.5 * (before.frames["silhouette"] > 0).mean()


@every_image_change
def test_the_clip_itself_and_chance_are_respected(change):
    before, untouched = clip(), clip()
    change(before, chance())
    for name, array in before.frames.items():
        assert np.array_equal(array, untouched.frames[name])
    same = type(change)(0.0)(before, chance())
    assert same is before
    first, second = (change(before, chance(3)).frames["silhouette"] for _ in range(2))
    assert np.array_equal(first, second)


def test_a_mirror_image_exchanges_left_and_right_labels_and_is_its_own_inverse():
    before = clip()
    before.frames["parsing"][0, 0, 0] = 3
    once = Flip(1.0)(before, chance())
    assert once.frames["parsing"][0, 0, -1] == 4
    assert np.array_equal(once.frames["silhouette"], before.frames["silhouette"][..., ::-1])
    twice = Flip(1.0)(once, chance())
    for name, array in twice.frames.items():
        assert np.array_equal(array, before.frames[name])


@pytest.mark.parametrize(("joints", "left", "right"), [(17, 1, 2), (18, 5, 2)])
def test_a_mirrored_skeleton_keeps_its_middle(joints, left, right):
    skeleton = np.random.default_rng(0).random((4, joints, 3), np.float32)
    before = GaitSequence("a", "b", "c", {"skeleton2d": skeleton})
    once = Flip(1.0)(before, chance()).frames["skeleton2d"]
    middle, exact = skeleton[..., 0].mean(1), rounding(torch.float32, terms=joints + 2)
    np.testing.assert_allclose(once[..., 0].mean(1), middle, **exact)
    np.testing.assert_array_equal(once[:, left, 1:], skeleton[:, right, 1:])
    twice = Flip(1.0)(GaitSequence("a", "b", "c", {"skeleton2d": once}), chance())
    np.testing.assert_allclose(twice.frames["skeleton2d"], skeleton, **exact)


def test_of_other_skeletons_left_and_right_are_not_known():
    skeleton = {"skeleton2d": np.zeros((4, 33, 3), np.float32)}
    with pytest.raises(DataError, match="33 joints left and right are not known, only of 17 and"):
        Flip(1.0)(GaitSequence("a", "b", "c", skeleton), chance())


def test_noise_leaves_confidence_alone_and_has_the_deviation_it_says():
    skeleton = np.zeros((2000, 17, 3), np.float32)
    before = GaitSequence("a", "b", "c", {"skeleton2d": skeleton})
    after = JointNoise(point=0.5, joint=2.0)(before, chance()).frames["skeleton2d"]
    assert not after[..., 2].any()
    assert abs(after[..., :2].std(axis=0).mean() - 0.5) < 0.02
    assert 1.4 < after[..., :2].mean(axis=0).std() < 2.6
    assert after.dtype == np.float32


def test_a_rotation_turns_about_the_middle():
    before = clip((64, 64))
    frames = {"silhouette": np.zeros((1, 64, 64), np.uint8)}
    frames["silhouette"][0, 30:34, 30:34] = 255
    middle = GaitSequence("a", "b", "c", frames)
    turned = Rotate(1.0, degrees=90.0)(middle, chance(1)).frames["silhouette"][0]
    rows, columns = np.nonzero(turned > 100)
    assert abs(rows.mean() - 31.5) < 1
    assert abs(columns.mean() - 31.5) < 1
    assert before is not middle


def test_an_erased_box_has_the_share_it_says():
    frames = {"silhouette": np.full((2, 64, 44), 255, np.uint8)}
    white = GaitSequence("a", "b", "c", frames)
    for seed in range(20):
        black = Erase(1.0)(white, chance(seed)).frames["silhouette"] == 0
        assert 0.04 < black[0].mean() < 0.21
        rows, columns = np.nonzero(black[0])
        assert black[0][rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].all()


@pytest.mark.parametrize("aspect", [0.5, 2.0])
def test_a_box_has_the_share_of_the_image_and_the_form_asked_for(aspect):
    white = GaitSequence("a", "b", "c", {"silhouette": np.full((2, 64, 44), 255, np.uint8)})
    erase = Erase(1.0, area=(0.1, 0.1), aspect=(aspect, aspect))
    black = erase(white, chance()).frames["silhouette"][0] == 0
    pixels = 0.1 * 64 * 44
    assert abs(black.any(1).sum() - (pixels * aspect) ** 0.5) <= 0.5
    assert abs(black.any(0).sum() - (pixels / aspect) ** 0.5) <= 0.5


def test_boxes_lie_in_every_corner():
    white = GaitSequence("a", "b", "c", {"silhouette": np.full((1, 64, 44), 255, np.uint8)})
    erase = Erase(1.0, area=(0.1, 0.1), aspect=(1.0, 1.0))
    black = np.stack(
        [erase(white, chance(seed)).frames["silhouette"][0] == 0 for seed in range(60)]
    )
    rows, columns = (np.nonzero(black.any(0).any(axis))[0] for axis in (1, 0))
    assert max(rows.min(), columns.min()) <= 2
    assert rows.max() >= 61
    assert columns.max() >= 41


def test_backwards_plays_everything_from_the_end():
    before = GaitSequence("a", "b", "c", {"smpl": np.arange(3.0)[:, None].repeat(85, 1)})
    assert Backwards(1.0)(before, chance()).frames["smpl"][:, 0].tolist() == [2, 1, 0]


@pytest.mark.parametrize("change", [*IMAGE_CHANGES, JointNoise()], ids=repr)
def test_what_it_does_not_know_is_refused_rather_than_left_behind(change):
    frames = {"silhouette": np.zeros((2, 64, 44), np.uint8), "smpl": np.zeros((2, 85))}
    with pytest.raises(DataError, match=r"cannot change .*smpl"):
        change(GaitSequence("a", "b", "c", frames), chance())


@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_a_chance_is_a_probability(value):
    for kind in (Perspective, Flip, Rotate, Erase, Backwards):
        with pytest.raises(ConfigError, match="probability"):
            kind(value)


def test_both_tables_of_sides_are_their_own_inverse():
    assert augment.SIDES[augment.SIDES].tolist() == list(range(12))
    for joints, table in augment.MIRRORED.items():
        mirrored = np.array(table)
        assert mirrored[mirrored].tolist() == list(range(joints))
