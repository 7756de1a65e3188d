import os
import pickle

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from meshgait.body.files import find_body, read_body
from meshgait.errors import BodyNotFoundError, DataError, UnsafeFileError
from tests.body.bodies import python2_pickle, small_body


@pytest.fixture(autouse=True)
def _no_bodies_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MESHGAIT_BODY_DIR", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("form", ["npz", "pickle", "python2"])
def test_every_form_of_file_gives_the_same_arrays(tmp_path, form):
    body = small_body()
    path = tmp_path / ("body.npz" if form == "npz" else "body.pkl")
    if form == "npz":
        np.savez(path, **body)
    else:
        path.write_bytes(pickle.dumps(body) if form == "pickle" else python2_pickle(body))
    assert (b"chumpy" in path.read_bytes()) == (form == "python2")
    found = read_body(path)
    assert found.keys() == body.keys()
    for name, array in body.items():
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("place", [".", "given/smpl", "given/models/smpl", "cache/bodies"])
@pytest.mark.parametrize(
    "stored", ["SMPL_NEUTRAL.pkl", "basicModel_neutral_lbs_10_207_0_v1.0.0.pkl"]
)
def test_a_body_is_found_under_its_official_names_in_every_place(
    monkeypatch, tmp_path, place, stored
):
    monkeypatch.setenv("MESHGAIT_BODY_DIR", str(tmp_path / "given"))
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / stored).touch()
    assert find_body("SMPL_NEUTRAL.pkl").samefile(tmp_path / place / stored)
    assert find_body("basicmodel_neutral_lbs_10_207_0_v1.1.0.pkl").name == stored


def test_a_folder_means_its_neutral_body(tmp_path):
    (tmp_path / "bodies").mkdir()
    (tmp_path / "bodies/SMPL_NEUTRAL.npz").touch()
    assert find_body(tmp_path / "bodies").name == "SMPL_NEUTRAL.npz"


def test_a_gender_is_not_replaced_by_another(tmp_path):
    (tmp_path / "SMPL_MALE.pkl").touch()
    with pytest.raises(BodyNotFoundError):
        find_body("SMPL_FEMALE.pkl")


def test_the_error_lists_the_places_and_the_way_out(monkeypatch, tmp_path):
    monkeypatch.setenv("MESHGAIT_BODY_DIR", str(tmp_path / "mine"))
    with pytest.raises(BodyNotFoundError) as error:
        find_body("SMPL_NEUTRAL.pkl")
    for words in ("mine/SMPL_NEUTRAL.pkl", "cache/bodies", "basicModel", "Body.embedded()"):
        assert words in str(error.value)


def test_code_in_a_body_file_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/ran",)

    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_bytes(pickle.dumps(dict(small_body(), v_template=Evil())))
    with pytest.raises(UnsafeFileError, match=r"posix\.system"):
        read_body(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.zeros((40, 23))}, "expected"),
        ({"v_template": np.full((40, 3), np.nan)}, "NaN"),
        ({"f": np.array([[0, 1, 40]])}, "vertices that do not exist"),
        ({"shapedirs": np.array(["text"])}, "expected numbers"),
        ({"kintree_table": np.array([[0, 2, 1, *range(21)], range(24)])}, "does not come before"),
        ({"v_template": np.array(3.0)}, "v_template is a single number"),
        ({"posedirs": np.zeros((40, 3, 200))}, r"posedirs is \(40, 3, 200\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path, change, message):
    np.savez(tmp_path / "body.npz", **{**small_body(), **change})
    with pytest.raises(DataError, match=message):
        read_body(tmp_path / "body.npz")


@pytest.mark.parametrize("name", ["SMPL.NPZ", "body", "body.pkl"])
def test_a_body_is_told_by_its_content_with_objects_in_it_and_few_shapes(tmp_path, name):
    body = small_body()
    stored = body | {
        "shapedirs": body["shapedirs"][..., :8],
        "J_regressor": np.array(csc_matrix(body["J_regressor"]), dtype=object),
        "bs_style": np.array("lbs", dtype=object),
    }
    with (tmp_path / name).open("wb") as file:
        np.savez(file, **stored)
    found = read_body(tmp_path / name)
    np.testing.assert_array_equal(found["J_regressor"], body["J_regressor"])
    np.testing.assert_array_equal(found["shapedirs"][..., :8], body["shapedirs"][..., :8])
    assert found["shapedirs"].shape == body["shapedirs"].shape
    assert not found["shapedirs"][..., 8:].any()


def test_other_files_are_refused_in_one_sentence(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 rubbish")
    (tmp_path / "b.pkl").write_bytes(pickle.dumps([1, 2]))
    (tmp_path / "c.pkl").write_bytes(pickle.dumps({"hands": 1}))
    np.savez(tmp_path / "d.npz", v_template=np.array([object()]))
    (tmp_path / "e.pkl").write_bytes(python2_pickle(small_body())[:3000])
    for name, message in (
        ("a.npz", "cannot be read"), ("b.pkl", "holds a list"), ("c.pkl", "found hands"),
        ("d.npz", "cannot be read"), ("e.pkl", "not a whole pickle|damaged"),
    ):  # fmt: skip
        with pytest.raises(DataError, match=message):
            read_body(tmp_path / name)
