import numpy as np
import pytest

from meshgait.data.layouts.frame_readers import RompFile
from meshgait.errors import DataError, UnsafeFileError
from meshgait.io import read
from meshgait.io.formats.romp_frame import people_of, read_romp_frame

ROW = np.random.default_rng(0).normal(size=85).astype(np.float32)
CAM, POSE, BETAS = ROW[:3], ROW[3:75], ROW[75:]
ELEVEN = np.append(BETAS, 0.5)  # BEV's shape
# What tools and their versions write for one person.
PEOPLE = {
    "list": [{"cam": CAM, "poses": POSE, "betas": BETAS}],
    "array of people": np.array([{"cam": CAM, "poses": POSE, "betas": BETAS}]),
    "rows": {"cam": CAM[None], "smpl_thetas": POSE[None], "smpl_betas": ELEVEN[None]},
    "flat": {"cam": CAM, "smpl_thetas": POSE, "smpl_betas": BETAS},
    "parts": {
        "cam": CAM[None], "global_orient": POSE[None, :3], "body_pose": POSE[None, 3:],
        "smpl_betas": BETAS[None],
    },
    "flat parts": {
        "cam": CAM, "global_orient": POSE[:3], "body_pose": POSE[3:], "betas": ELEVEN,
    },
    "list of parts": [
        {"cam": CAM, "global_orient": POSE[:3], "body_pose": POSE[3:].reshape(23, 3),
         "betas": BETAS},
    ],
}  # fmt: skip


def write(path, results):
    content = np.empty((), object)
    content[()] = results
    np.savez(path, results=content)
    return path


@pytest.mark.parametrize("form", PEOPLE)
def test_layouts_and_importers_read_the_same_of_every_form(tmp_path, form):
    path = write(tmp_path / "human_crop_f7.npz", PEOPLE[form])
    np.testing.assert_array_equal(RompFile()(path)[0], ROW)
    for source in (path, tmp_path):  # a file and a folder of files
        track = read(source).body()
        found = np.concatenate([track.camera.cam[0], track.pose[0].ravel(), track.betas[0]])
        np.testing.assert_array_equal(found, ROW)


def test_hands_that_are_not_there_rest():
    (person,) = people_of(
        {"cam": CAM, "global_orient": POSE[:3], "body_pose": POSE[3:66], "betas": BETAS}
    )
    np.testing.assert_array_equal(person.pose, np.append(POSE[:66], np.zeros(6)))


def test_several_people_keep_their_order_and_their_tracks(tmp_path):
    rows = {
        "cam": np.stack([CAM, -CAM]), "smpl_thetas": np.stack([POSE, -POSE]),
        "smpl_betas": np.stack([BETAS, -BETAS]), "track_ids": np.array([4, 2]),
    }  # fmt: skip
    first, second = people_of(rows)
    assert (first.track, second.track) == (4, 2)
    np.testing.assert_array_equal(second.pose, -POSE)
    np.testing.assert_array_equal(read_romp_frame(write(tmp_path / "x.npz", rows)), ROW)


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ([], "shows nobody"),
        ({"cam": np.zeros((0, 3)), "poses": np.zeros((0, 72)), "betas": np.zeros((0, 10))},
         "shows nobody"),
        ([{"cam": CAM, "betas": BETAS}], "its people have no poses"),
        ([{"cam": CAM, "poses": POSE}], "its people have no betas"),
        ([{"poses": POSE, "betas": BETAS}], "its people have no cam"),
        ([{"cam": CAM, "poses": POSE[:70], "betas": BETAS}], "70 numbers of poses, not 72"),
        ([{"cam": CAM, "poses": POSE, "betas": BETAS[:4]}], "4 numbers of betas, not 10"),
        ([{"cam": CAM, "poses": POSE * np.nan, "betas": BETAS}], "poses holds NaN"),
        ({"cam": CAM, "global_orient": POSE[:3], "body_pose": POSE[:60], "betas": BETAS},
         "60 numbers of body_pose, not 69"),
        ({"cam": np.zeros((2, 3)), "poses": POSE, "betas": BETAS}, "2 of cam"),
        (["nobody"], "neither people nor arrays"),
    ],
)  # fmt: skip
def test_what_is_no_person_is_refused_in_a_sentence(tmp_path, results, message):
    with pytest.raises(DataError, match=message):
        read_romp_frame(write(tmp_path / "x.npz", results))


def test_nothing_in_the_pickle_is_run(tmp_path):
    class Loud:
        def __reduce__(self):
            return print, ("run",)

    with pytest.raises(UnsafeFileError):
        read_romp_frame(write(tmp_path / "x.npz", Loud()))
