import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from meshgait.errors import DataError
from meshgait.io import read, write_bvh
from meshgait.sequence.motion import Motion
from tests.io.samples import body, motion, shows_the_walk, write_bvh_file


def test_what_is_written_comes_back(tmp_path):
    track = read(write_bvh_file(tmp_path)).body()
    assert track.fps == pytest.approx(motion().fps, rel=1e-6)
    shows_the_walk(track)
    assert track.frames.tolist() == list(range(len(motion().pose)))


def test_any_rotation_survives_the_angles_of_euler(tmp_path):
    generator = np.random.default_rng(0)
    pose = Rotation.random(24 * 40, random_state=generator).as_rotvec().reshape(40, 72)
    pose[0] = np.tile([np.pi / 2, 0, 0], 24)  # where two of the axes coincide
    whole = Motion(pose.astype(np.float32), np.zeros(10, np.float32),
                   np.zeros((40, 3), np.float32), 25.0)  # fmt: skip
    write_bvh(tmp_path / "x.bvh", whole, body())
    found = read(tmp_path / "x.bvh").body().pose.reshape(-1, 3)
    error = Rotation.from_rotvec(pose.reshape(-1, 3)) * Rotation.from_rotvec(found).inv()
    assert error.magnitude().max() < 1e-4


def test_channels_in_another_order_and_unit(tmp_path):
    """Centimetres, and x before y before z."""
    lines = write_bvh_file(tmp_path).read_text().splitlines()
    out = []
    for line in lines:
        words = line.split()
        new = line.replace("Zrotation Xrotation Yrotation", "Xrotation Yrotation Zrotation")
        if words and words[0] == "OFFSET":
            new = "OFFSET " + " ".join(str(100 * float(x)) for x in words[1:])
        if len(words) == 75:
            values = np.array(words, dtype=float)
            turns = Rotation.from_euler("ZXY", values[3:].reshape(24, 3), degrees=True)
            xyz = turns.as_euler("XYZ", degrees=True).ravel()
            new = " ".join(map(str, [*(100 * values[:3]), *xyz]))
        out.append(new)
    (tmp_path / "x.bvh").write_text("\n".join(out))
    shows_the_walk(read(tmp_path / "x.bvh").body())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Frames: 6", "Frames: 7", "are not 7 frames of 75 channels; the file is cut"),
        ("MOTION", "", "no MOTION"),
        ("Zrotation", "Wrotation", "a channel 'Wrotation'"),
        ("Frame Time: 0.0", "Frame Time: -1.0", "a frame takes -1.0"),
        ("Frames:", "Films:", "damaged"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, message):
    path = write_bvh_file(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DataError, match=rf"walk.bvh.*{message}"):
        read(path)
