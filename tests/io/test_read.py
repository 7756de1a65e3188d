import contextlib
import os
import pickle
import shutil

import joblib
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait.errors import DataError, UnsafeFileError
from meshgait.io import FORMATS, read, recognise
from tests.io.samples import PICKLES, WRITERS


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A file of every format, each in a folder of its own."""
    return {name: write(tmp_path_factory.mktemp(name)) for name, write in WRITERS.items()}


def test_every_format_but_c3d_has_a_sample():
    assert {kind.name for kind in FORMATS} == {*WRITERS, "c3d"}


@pytest.mark.parametrize("name", WRITERS)
def test_a_format_is_told_by_content_whatever_the_name(samples, tmp_path, name):
    path = samples[name]
    assert recognise(path).name == name
    for file in path.parent.glob("*"):
        if path.is_dir():
            shutil.copytree(file, tmp_path / "x.dat")
        else:
            shutil.copy(file, tmp_path / ("x.dat" if file == path else file.name))
    assert read(tmp_path / "x.dat").format.name == name


def test_no_two_formats_claim_one_file(samples):
    from meshgait.io.content import read_content

    for name, path in samples.items():
        content = read_content(path)
        assert [kind.name for kind in FORMATS if kind.claims(content)] == [name]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"weights": np.zeros(3), "bias": 1}, r"keys weights, bias"),
        ({"a": {"inner": 2}}, r"keys a; in the first, a dictionary with the keys inner"),
        (np.zeros((4, 5)), r"array of shape \(4, 5\)"),
        ([], "a list of 0"),
    ],
)
def test_an_unknown_file_is_refused_with_what_it_holds_and_what_is_known(tmp_path, content, found):
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(DataError, match=rf"x.pkl is of no known format: .*{found}.*ROMP.*BVH"):
        read(tmp_path / "x.pkl")


def test_what_is_no_file_at_all(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.npz")
    with pytest.raises(DataError, match="a folder with no files"):
        read(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(DataError, match="empty"):
        read(tmp_path / "empty")


class _Runs:
    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return os.system, (f"touch {self.witness}",)


@pytest.mark.parametrize("name", [*PICKLES, "romp", "tram", "gvhmr"])
def test_a_file_that_would_run_code_is_refused_and_nothing_ran(samples, tmp_path, name):
    witness, path = tmp_path / "ran", tmp_path / samples[name].name
    evil = _Runs(witness)
    if name == "romp":
        np.savez(path, results=np.array([evil], object))
    elif name == "tram":
        np.save(path, {"pred_rotmat": evil, "pred_shape": 0, "pred_trans": 0})
    elif name == "gvhmr":
        torch.save({"smpl_params_global": {"body_pose": evil, "global_orient": 0}}, path)
    else:
        content = joblib.load(samples[name])
        is_dict = isinstance(content, dict)
        content = content | {"x": evil} if is_dict else [content, evil]
        joblib.dump(content, path)
    with pytest.raises(UnsafeFileError, match=f"{path.name}"):
        read(path)
    assert not witness.exists()


ABSURD = {
    "a huge number": lambda x: x * 0 + 1e30,
    "NaN": lambda x: x * np.nan,
    "a wrong shape": lambda x: x.reshape(-1)[: x.size // 2 + 1],
    "text": lambda x: np.full(x.shape, "x"),
}


@pytest.mark.parametrize("change", ABSURD)
@pytest.mark.parametrize(
    ("name", "key"), [("amass", "poses"), ("amass", "trans"), ("meshgait", "pose")]
)
def test_absurd_numbers_end_in_one_sentence_with_the_path(samples, tmp_path, name, key, change):
    with np.load(samples[name]) as arrays:
        content = dict(arrays)
    content[key] = ABSURD[change](content[key].astype(np.float64))
    path = tmp_path / "walk.npz"
    np.savez(path, **content)
    with pytest.raises(DataError, match=r"walk.npz") as caught:
        read(path)
    assert "\n" not in str(caught.value)


def _damage(whole, data):
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    if data.draw(st.booleans()):
        damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    return bytes(damaged)


def _try_damaged(samples, folder, name, data):
    path = samples[name]
    source = sorted(path.iterdir())[0] if path.is_dir() else path
    target = folder / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(path if path.is_dir() else path.parent, target)
    (target / source.name).write_bytes(_damage(source.read_bytes(), data))
    with contextlib.suppress(DataError):
        read(target if path.is_dir() else target / source.name)


@pytest.mark.parametrize("name", WRITERS)
def test_damaged_files_end_in_our_error_and_nothing_else(samples, tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("damaged")

    @settings(max_examples=12)
    @given(st.data())
    def check(data):
        _try_damaged(samples, folder, name, data)

    check()


@pytest.mark.fuzz
@pytest.mark.parametrize("name", WRITERS)
def test_damaged_files_end_in_our_error_at_length(samples, tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("damaged")

    @given(st.data())
    def check(data):
        _try_damaged(samples, folder, name, data)

    check()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["people", "pose_keypoints_2d", "image_id", "keypoints", "frames",
                         "landmarks", "images", "annotations", "idx", "x", "y", "person_id"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60)
@given(content=JSON)
def test_any_json_is_read_or_refused(tmp_path_factory, content):
    import json

    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(content))
    with contextlib.suppress(DataError):
        read(path)
