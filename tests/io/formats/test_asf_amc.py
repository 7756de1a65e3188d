import re

import numpy as np
import pytest

from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError
from meshgait.io import read
from tests.io.samples import FRAMES, body, write_amc, write_vibe


def test_the_thigh_that_swings_is_smpls_and_the_rest_stands(tmp_path):
    motion = read(write_amc(tmp_path)).body().to_motion(body(), fps=120)
    joints = motion.decode(body()).joints.numpy()
    thigh = joints[:, JOINT_INDEX["left_knee"]] - joints[:, JOINT_INDEX["left_hip"]]
    other = joints[:, JOINT_INDEX["right_knee"]] - joints[:, JOINT_INDEX["right_hip"]]
    assert np.ptp(other, axis=0).max() < 1e-5
    # The bone turns about the x of its own axes, which are turned about z: 10 degrees a frame.
    cosine = (thigh[1:] * thigh[:-1]).sum(-1) / np.linalg.norm(thigh, axis=-1)[0] ** 2
    np.testing.assert_allclose(np.degrees(np.arccos(cosine)), 10, atol=0.1)
    assert (np.diff(thigh[:, 2]) > 0).all()  # forwards


def test_who_stands_is_put_on_the_floor_and_bones_keep_their_direction(tmp_path):
    track = read(write_amc(tmp_path)).body()
    mesh = track.to_motion(body(), fps=120).decode(body())
    joints = mesh.joints.numpy()
    assert abs(float(mesh.vertices[..., 1].amin(-1).median())) < 0.01
    bones = [joints[0, JOINT_INDEX[f"right_{a}"]] - joints[0, JOINT_INDEX[f"right_{b}"]]
             for a, b in (("hip", "knee"), ("knee", "ankle"))]  # fmt: skip
    leg = sum(np.linalg.norm(bone) for bone in bones)
    metre = 0.0254 / 0.45
    assert abs(leg / (metre * (7.2 + 7.4)) - 1) < 0.02  # its own size, not everybody's
    np.testing.assert_allclose(np.diff(joints[:, 0, 2]), leg / (7.2 + 7.4), rtol=1e-3)
    np.testing.assert_allclose(-bones[0] / np.linalg.norm(bones[0]), [-0.342, -0.94, 0], atol=0.03)
    assert track.notes == ("lengths are read as units of 1 / 0.45 inch, y up",)


def test_a_rate_is_asked_for_or_guessed_with_a_warning(tmp_path):
    track = read(write_amc(tmp_path)).body()
    assert track.to_motion(body(), fps=60).fps == 60
    with pytest.warns(UserWarning, match=r"does not say its frame rate; 120 a second"):
        assert track.to_motion(body()).fps == 120


def test_a_film_that_does_not_say_its_rate_has_25_frames_a_second_and_a_note(tmp_path):
    timed = read(write_vibe(tmp_path)).body().timed()
    assert timed.fps == 25
    assert "does not say its frame rate; 25 a second" in timed.notes[-1]


def test_a_head_that_hangs_on_two_bones_points_where_both_take_it(tmp_path):
    """CMU's neck is two bones, of which the upper one nods here."""
    path = write_amc(tmp_path)
    text = path.read_text().replace("lowerneck 0 0 0", "lowerneck 0 0 0\nupperneck 40 0 0")
    skeleton = tmp_path / "07.asf"
    bone = re.search(
        r"  begin\n     id \d+\n     name lowerneck.*?  end\n", skeleton.read_text(), re.S
    )
    upper = bone[0].replace("lowerneck", "upperneck").replace("axis 0 0 20", "axis 0 0 0")
    asf = skeleton.read_text().replace(bone[0], bone[0] + upper)
    skeleton.write_text(asf.replace("lowerneck head", "lowerneck upperneck\n    upperneck head"))
    path.write_text(text)
    joints = read(path).body().to_motion(body(), fps=120).decode(body()).joints[0].numpy()
    found = joints[JOINT_INDEX["head"]] - joints[JOINT_INDEX["neck"]]
    nod = np.radians(40)
    wanted = np.array([0, 1.7 + 1.7 * np.cos(nod), 1.7 * np.sin(nod)])
    cosine = found @ wanted / np.linalg.norm(found) / np.linalg.norm(wanted)
    assert np.degrees(np.arccos(min(cosine, 1.0))) < 0.5


def test_without_the_skeleton_beside_it_the_way_out_is_said(tmp_path):
    path = write_amc(tmp_path)
    (tmp_path / "07.asf").unlink()
    with pytest.raises(DataError, match=r"skeleton is not beside it: give .*07.asf"):
        read(path)


@pytest.mark.parametrize(
    ("old", "new"), [(f"{FRAMES}\nroot 0", f"{FRAMES}\nroot"), ("lfemur", "x")]
)
def test_a_frame_that_is_not_whole_is_refused(tmp_path, old, new):
    path = write_amc(tmp_path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError, match=r"has not its \d numbers in all 6 frames"):
        read(path)


def test_a_damaged_skeleton_is_named(tmp_path):
    path = write_amc(tmp_path)
    skeleton = tmp_path / "07.asf"
    skeleton.write_text(skeleton.read_text().replace(":bonedata", ":boredata"))
    with pytest.raises(DataError, match=r"07.asf is not a whole ASF skeleton"):
        read(path)


def test_a_skeleton_in_radians_is_the_same(tmp_path):
    path = write_amc(tmp_path)
    before = read(path).body()
    skeleton = tmp_path / "07.asf"
    text = skeleton.read_text().replace("angle deg", "angle rad")
    skeleton.write_text(text.replace("axis 0 0 20 XYZ", f"axis 0 0 {np.radians(20)} XYZ"))
    np.testing.assert_allclose(read(path).body().pose, before.pose, atol=1e-5)


def in_radians(path):
    """The same walk with all angles of the skeleton and of the motion in radians, unsaid."""
    skeleton = path.parent / "07.asf"
    text = skeleton.read_text().replace("angle deg", "angle rad")
    skeleton.write_text(text.replace("axis 0 0 20 XYZ", f"axis 0 0 {np.radians(20)} XYZ"))
    rows = []
    for line in path.read_text().replace(":DEGREES\n", "").splitlines():
        name, *values = line.split()
        kept = 3 if name == "root" else 0
        turned = [*values[:kept], *(str(np.radians(float(x))) for x in values[kept:])]
        rows.append(" ".join([name, *turned]))
    return rows


@pytest.mark.parametrize("said", [":RADIANS", ":radians", "  :Radians", None])
def test_angles_are_in_the_unit_of_the_motion_or_else_of_its_skeleton(tmp_path, said):
    path = write_amc(tmp_path)
    before = read(path).body()
    rows = in_radians(path)
    path.write_text("\n".join([rows[0], *([said] if said else []), *rows[1:]]))
    np.testing.assert_allclose(read(path).body().pose, before.pose, atol=1e-5)


def test_a_root_that_was_turned_in_radians_is_the_same(tmp_path):
    path = write_amc(tmp_path)
    path.write_text(path.read_text().replace("0 0 0\nlowerback", "0 20 30\nlowerback"))
    skeleton, found = tmp_path / "07.asf", []
    whole = skeleton.read_text()
    for unit, axis, turn in (("deg", 20, 90), ("rad", np.radians(20), np.pi / 2)):
        text = whole.replace("angle deg", f"angle {unit}").replace("0 0 20 X", f"0 0 {axis} X")
        skeleton.write_text(text.replace("orientation 0 0 0", f"orientation 0 0 {turn}"))
        found.append(read(path).body().pose)
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)


def frames_of(path):
    return re.split(r"(?m)^(?=\d+$)", path.read_text())


def test_frames_are_those_that_the_file_numbers(tmp_path):
    path = write_amc(tmp_path)
    head, *frames = frames_of(path)
    whole = read(path).body()
    assert whole.frames.tolist() == list(range(1, FRAMES + 1))
    path.write_text(head + "".join([*frames[:2], *frames[:2:-1]]))  # the third is missing
    found = read(path).body()
    assert found.frames.tolist() == [1, 2, *range(4, FRAMES + 1)]
    kept = [0, 1, *range(3, FRAMES)]
    np.testing.assert_allclose(found.pose, whole.pose[kept], atol=1e-4)
    path.write_text(head + "".join([*frames, frames[0]]))
    with pytest.raises(DataError, match="a frame id occurs twice"):
        read(path)
