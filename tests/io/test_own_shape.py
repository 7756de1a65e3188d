import numpy as np
import pytest

from meshgait.body.kinds import SMPLH, SMPLX
from meshgait.errors import DataError
from meshgait.io.own_shape import OwnShape, of_shared_joints
from tests.io.samples import matrices, motion


@pytest.mark.parametrize("joints", [22, 24, 53, 55])
def test_shared_joints_are_taken_from_any_form(joints):
    pose = np.zeros((6, joints, 3), np.float32)
    pose[:, :22] = motion().pose.reshape(6, 24, 3)[:, :22]
    pose[:, 22:] = 0.1
    for given in (pose, pose.reshape(6, -1), matrices(pose)):
        found = of_shared_joints(given)
        assert found.shape == (6, 24, 3)
        np.testing.assert_allclose(found[:, :22], pose[:, :22], atol=1e-5)
        assert not found[:, 22:].any()


@pytest.mark.parametrize("shape", [(6, 63), (6, 21, 3), (6,), (6, 70), (6, 24, 3, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(DataError, match="expected 22 joints or more"):
        of_shared_joints(np.zeros(shape))


@pytest.mark.parametrize(
    ("gender", "file"),
    [("male", "SMPLX_MALE.npz"), (np.array("FEMALE"), "SMPLX_FEMALE.npz"), (b"male", "SMPLX_MALE"),
     (None, "SMPLX_NEUTRAL"), (np.zeros(3), "SMPLX_NEUTRAL"), ("\n" * 100, "SMPLX_NEUTRAL")],
)  # fmt: skip
def test_the_file_is_that_of_the_gender(gender, file):
    own = OwnShape.of(SMPLX, np.ones((2, 10)), gender)
    assert own.file.startswith(file)
    assert own.file in own.note
    assert "\n" not in own.note


def test_a_shape_is_the_mean_of_its_rows():
    assert OwnShape.of(SMPLH, np.arange(6.0).reshape(3, 2)).betas.tolist() == [2, 3]
    with pytest.raises(DataError, match="betas are empty"):
        OwnShape.of(SMPLH, np.zeros((0, 10)))
