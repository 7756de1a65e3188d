import numpy as np
import pytest

from meshgait.data.batches import collate
from meshgait.errors import DataError, ShapeError
from meshgait.sequence import Clips, GaitSequence, load_clip, save_clip


def clip(subject: str = "anna", frames: int = 4) -> GaitSequence:
    generator = np.random.default_rng(frames)
    silhouette = generator.integers(0, 2, (frames, 64, 44)).astype(np.uint8) * 255
    smpl = generator.standard_normal((frames, 85)).astype(np.float32)
    return GaitSequence(subject, "bag00", "090", {"silhouette": silhouette, "smpl": smpl})


def test_a_saved_clip_comes_back_bit_for_bit(tmp_path):
    before = clip("Ærtebølge 7")
    save_clip(tmp_path / "a.npz", before)
    after = load_clip(tmp_path / "a.npz")
    assert after.record == before.record
    assert {name: array.dtype for name, array in after.frames.items()} == {
        "silhouette": np.uint8,
        "smpl": np.float32,
    }
    for name, array in before.frames.items():
        np.testing.assert_array_equal(after.frames[name], array)


@pytest.mark.parametrize("kind", [bool, np.int64, np.float32, np.float64, np.uint16])
def test_silhouettes_up_to_255_of_any_type_are_the_same_images(tmp_path, kind):
    levels = clip().frames["silhouette"]
    given = levels > 0 if kind is bool else levels.astype(kind)
    np.savez(tmp_path / "x.npz", silhouette=given)
    found = load_clip(tmp_path / "x.npz").frames["silhouette"]
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, levels)


def test_a_file_without_a_record_is_named_after_itself(tmp_path):
    np.savez(tmp_path / "lab3.npz", silhouette=np.zeros((2, 64, 44), np.uint8))
    assert load_clip(tmp_path / "lab3.npz").subject == "lab3"


@pytest.mark.parametrize(
    ("arrays", "error", "words"),
    [
        ({}, DataError, "is an .npz without arrays, not a clip"),
        ({"silhouette": np.zeros((0, 64, 44))}, ShapeError, "no frames"),
        ({"silhouette": np.zeros((3, 64, 44)), "smpl": np.zeros((4, 85))}, ShapeError, "differ"),
        ({"smpl": np.full((3, 85), np.nan)}, DataError, "NaN"),
    ],
)
def test_what_is_no_sequence_is_refused_with_its_path(tmp_path, arrays, error, words):
    path = tmp_path / "walk.npz"
    np.savez(path, **arrays)
    with pytest.raises(error, match=words) as caught:
        load_clip(path)
    assert str(path) in str(caught.value)


def test_what_is_no_array_of_frames_is_left_out_and_said(tmp_path):
    silhouette, notes = clip().frames["silhouette"], np.array({"camera": 3}, dtype=object)
    subject = np.array("anna", dtype=object)
    np.savez(tmp_path / "x.npz", silhouette=silhouette, fps=25.0, notes=notes, subject=subject)
    with pytest.warns(UserWarning, match="no array of frames, so left out: fps, notes"):
        found = load_clip(tmp_path / "x.npz")
    assert list(found.frames) == ["silhouette"]
    assert found.subject == Clips([tmp_path / "x.npz"]).records[0].subject == "anna"


def test_files_are_a_data_set(tmp_path):
    for name in ("anna", "ben"):
        save_clip(tmp_path / f"{name}.npz", clip(name))
    clips = Clips(sorted(tmp_path.iterdir()))
    assert [record.subject for record in clips.records] == ["anna", "ben"]
    assert collate([clips[i] for i in range(len(clips))]).mask.shape == (2, 4)


def test_masks_of_0_and_1_are_black_and_white_and_floats_stay(tmp_path):
    mask = np.arange(24).reshape(2, 3, 4) % 2
    for kind in (np.uint8, bool, np.int64, np.float32):
        np.savez(tmp_path / "a.npz", silhouette=mask.astype(kind))
        found = load_clip(tmp_path / "a.npz").frames["silhouette"]
        assert found.dtype == (np.float32 if kind is np.float32 else np.uint8)
        np.testing.assert_array_equal(found, mask * (1 if kind is np.float32 else 255))
    np.savez(tmp_path / "a.npz", silhouette=np.array([[[0, 3, 39]]]))
    with pytest.raises(DataError, match=r"a\.npz: has 39 as its brightest"):
        load_clip(tmp_path / "a.npz")
