import warnings

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError
from meshgait.io import read, write_bvh
from meshgait.sequence.motion import Motion
from tests.io.samples import body, motion, shows_the_walk, write_bvh_file


def test_what_is_written_comes_back(tmp_path):
    track = read(write_bvh_file(tmp_path)).body()
    assert track.fps == pytest.approx(motion().fps, rel=1e-6)
    shows_the_walk(track)
    assert track.frames.tolist() == list(range(len(motion().pose)))


def test_offsets_add_up_to_the_joints_at_rest(tmp_path):
    """As any program adds them, from each joint to the one that it stands in."""
    found, chain = {}, []
    for line in write_bvh_file(tmp_path).read_text().split("MOTION")[0].splitlines():
        key, *words = line.split()
        if key in ("ROOT", "JOINT", "End"):
            chain.append((words[0], np.zeros(3)))
        elif key == "OFFSET":
            chain[-1][1][:] = np.array(words, dtype=float)
            found.setdefault(chain[-1][0], sum(offset for _, offset in chain))
        elif key == "}":
            chain.pop()
    rest = body().rest_joints(torch.from_numpy(motion().betas)).numpy()
    places = np.stack([found[name] for name in JOINT_INDEX])
    np.testing.assert_allclose(places, rest, atol=len(rest) * 1e-6)  # of six decimals each


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


def test_a_channel_that_comes_twice_turns_twice(tmp_path):
    """Euler's own angles: about z, x and z again."""
    lines = write_bvh_file(tmp_path).read_text().splitlines()
    for index, line in enumerate(lines):
        values = np.array(line.split(), dtype=float) if len(line.split()) == 75 else None
        if values is not None:
            turns = Rotation.from_euler("ZXY", values[3:].reshape(24, 3), degrees=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the joints at rest two axes coincide
                angles = turns.as_euler("ZXZ", degrees=True).ravel()
            lines[index] = " ".join(map(str, [*values[:3], *angles]))
    text = "\n".join(lines)
    (tmp_path / "x.bvh").write_text(text.replace("Xrotation Yrotation", "Xrotation Zrotation"))
    shows_the_walk(read(tmp_path / "x.bvh").body())


def test_a_root_without_a_place_is_noted(tmp_path):
    lines = write_bvh_file(tmp_path).read_text().splitlines()
    bare = [" ".join(row[3:]) if len(row := line.split()) == 75 else line for line in lines]
    text = "\n".join(bare).replace("6 Xposition Yposition Zposition", "3")
    (tmp_path / "x.bvh").write_text(text)
    assert "does not say where the person is" in read(tmp_path / "x.bvh").body().notes[-1]


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
        ("Zrotation", "Wrotation", "a channel 'wrotation'"),
        ("Frame Time: 0.0", "Frame Time: -1.0", "a frame takes -1.0"),
        ("Frame Time: 0.0", "Frame Time: 33.0", "a frame takes 33.* seconds"),
        ("Zrotation Xrotation", "Zrotation Zposition", "the channels .*zposition, yrotation; one"),
        ("6 Xposition", "9 Xscale Yscale Zscale Xposition", "there is a channel 'xscale'"),
        ("Frames:", "Films:", "no MOTION with 'Frames: ...'"),
        ("Frame Time:", "Film Time:", "does not begin with"),
        ("MOTION", "ROOT Hat { OFFSET 0 0 0 CHANNELS 0 } MOTION", r"2 roots \(pelvis, Hat\)"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, old, new, message):
    path = write_bvh_file(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(DataError, match=rf"walk.bvh.*{message}"):
        read(path)


STANDING = """HIERARCHY
ROOT Base
{ OFFSET 0 0 0
  CHANNELS 3 Zrotation Xrotation Yrotation
  JOINT Hips
  { OFFSET 0 95 0
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    LEGS
    JOINT Head { OFFSET 0 65 0 CHANNELS 0 End Site { OFFSET 0 10 0 } }
  }
}
MOTION
Frames: 5
Frame Time: 0.04
"""
LEG = """JOINT {side}UpLeg { OFFSET {x} 0 0 CHANNELS 0
      JOINT {side}Leg { OFFSET 0 -43 0 CHANNELS 0
        JOINT {side}Foot { OFFSET 0 -43 0 CHANNELS 0 End Site { OFFSET 0 -5 15 } } } }"""


def write_standing(path, *, middle=(0, 95, 0), turn=(0, 0, 0)):
    """Somebody who is moved 10 cm a frame along z, on stiff legs under a root that stands."""
    legs = [LEG.replace("{side}", side).replace("{x}", x)
            for side, x in (("Left", "9"), ("Right", "-9"))]  # fmt: skip
    rows = [(*turn, *middle[:2], middle[2] + 10 * t, 0, 0, 0) for t in range(5)]
    text = STANDING.replace("LEGS", "\n".join(legs))
    path.write_text(text + "\n".join(" ".join(map(str, row)) for row in rows) + "\n")
    return path


def joints_of(path):
    return read(path).body().to_motion(body()).decode(body()).joints.numpy()


@pytest.mark.parametrize("middle", [(0, 95, 0), (0, 0, 0)])
def test_hips_below_a_root_that_stands_go_where_the_chain_takes_them(tmp_path, middle):
    """Channels of position that stand for the offset, and such that are added to it."""
    joints = joints_of(write_standing(tmp_path / "x.bvh", middle=middle))
    hips = joints[:, [JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]].mean(axis=1)
    leg = joints[0, JOINT_INDEX["left_hip"]] - joints[0, JOINT_INDEX["left_ankle"]]
    scale = np.linalg.norm(leg) / 0.86  # a body's leg may be a little longer or shorter
    assert 0.95 < scale < 1.03
    np.testing.assert_allclose(np.diff(hips[:, 2]), 0.1 * scale, atol=1e-4)
    np.testing.assert_allclose(np.diff(hips[:, :2], axis=0), 0, atol=1e-4)
    assert np.ptp(joints[0, :, 1]) > 1.4  # it stands
    assert 0.05 < joints[0, JOINT_INDEX["left_ankle"], 1] < 0.1  # on the floor
    assert 0.9 < joints[0, 0, 1] < 1.02


def test_a_root_that_turns_carries_all_below_it(tmp_path):
    ahead = joints_of(write_standing(tmp_path / "x.bvh"))
    aside = joints_of(write_standing(tmp_path / "y.bvh", turn=(0, 0, 90)))  # z becomes x
    turned = ahead @ np.array([[0, 0, -1.0], [0, 1, 0], [1, 0, 0]])
    np.testing.assert_allclose(aside, turned, atol=2e-3)


def foreign(folder, *, unit=1.0, turn=None, spaces=False):
    """The walk on a skeleton of another program's names, in another unit and other axes."""
    whole = motion(frames=30)
    if turn is not None:
        pose = whole.pose.reshape(-1, 24, 3).astype(np.float64)
        pose[:, 0] = (turn * Rotation.from_rotvec(pose[:, 0])).as_rotvec()
        place = turn.apply(whole.transl).astype(np.float32)
        whole = Motion(pose.reshape(-1, 72).astype(np.float32), whole.betas, place, whole.fps)
    write_bvh(folder / "x.bvh", whole, body())
    head, tail = (folder / "x.bvh").read_text().split("MOTION")
    gap = " " if spaces else ""
    for ours, theirs in (("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "Toe")):
        for side in ("Left", "Right"):
            head = head.replace(f"{side.lower()}_{ours}\n", f"{side}{gap}{theirs}\n")
    lines = [head.replace("pelvis", "Hips"), "MOTION"]
    words = [line.split() for line in lines[0].splitlines()]
    lines[0] = "\n".join(
        "OFFSET " + " ".join(str(float(x) / unit) for x in row[1:]) if row[0] == "OFFSET"
        else " ".join(row) for row in words
    )  # fmt: skip
    rows = [line.split() for line in tail.strip().splitlines()]
    lines += [" ".join(rows[0]), " ".join(rows[1])]
    lines += [" ".join([*(str(float(x) / unit) for x in row[:3]), *row[3:]]) for row in rows[2:]]
    return lines


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The joints of `foreign` in metres, y up."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "x.bvh").write_text("\n".join(foreign(folder)))
    return joints_of(folder / "x.bvh")


def test_the_walk_on_other_names_is_the_walk(plain):
    """Shape, place and floor are found again, as far as five lengths of bones show them."""
    truth = motion(frames=30).decode(body()).joints.numpy()
    assert np.linalg.norm((plain - truth)[:, 1:12], axis=-1).mean() < 0.02
    assert abs((plain - truth)[..., 1].mean()) < 0.01


@pytest.mark.parametrize(
    ("unit", "name"), [(0.01, "centimetres"), (0.001, "millimetres"), (0.0254, "inches")]
)
def test_the_unit_is_judged_by_the_size_of_the_body_and_said(tmp_path, plain, unit, name):
    (tmp_path / "x.bvh").write_text("\n".join(foreign(tmp_path, unit=unit)))
    track = read(tmp_path / "x.bvh").body()
    assert track.notes == (f"lengths are read as {name}, y up",)
    np.testing.assert_allclose(joints_of(tmp_path / "x.bvh"), plain, atol=1e-3)


@pytest.mark.parametrize(
    ("axes", "turn"),
    [("z up", [np.pi / 2, 0, 0]), ("x up", [0, 0, -np.pi / 2]), ("y down", [np.pi, 0, 0]),
     ("z down", [-np.pi / 2, 0, 0]), ("x down", [0, 0, np.pi / 2])],
)  # fmt: skip
def test_up_is_where_the_head_is_in_the_frames_whatever_the_pose_of_rest(
    tmp_path, plain, axes, turn
):
    """All files rest with y up."""
    turn = Rotation.from_rotvec(turn)
    (tmp_path / "x.bvh").write_text("\n".join(foreign(tmp_path, turn=turn)))
    assert read(tmp_path / "x.bvh").body().notes == (f"lengths are read as metres, {axes}",)
    found = joints_of(tmp_path / "x.bvh")
    np.testing.assert_allclose(found - found[:, :1], plain - plain[:, :1], atol=1e-3)
    np.testing.assert_allclose(found[..., 1], plain[..., 1], atol=1e-3)


def test_names_with_spaces_and_words_in_other_cases_are_read(tmp_path, plain):
    text = "\n".join(foreign(tmp_path, spaces=True))
    for old, new in (("Frames: 30", "Frames:30"), ("Frame Time: ", "FRAME TIME:"),
                     ("position", "POSITION"), ("Zrotation", "zRotation"), ("JOINT", "Joint"),
                     ("End Site", "End site")):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "x.bvh").write_text(text)
    np.testing.assert_allclose(joints_of(tmp_path / "x.bvh"), plain, atol=1e-5)


@pytest.mark.parametrize("is_added", [False, True])
def test_positions_of_every_joint_are_heard(tmp_path, plain, is_added):
    """Six channels for all: positions that repeat the offsets, or such that are 0."""
    lines = foreign(tmp_path)
    head = lines[0].splitlines()
    offsets = [row.split()[1:] for row, above in zip(head[2:], head, strict=False)
               if row.startswith("OFFSET") and not above.startswith("End")]  # fmt: skip
    turns = "3 Zrotation Xrotation Yrotation"
    moves = "6 Xposition Yposition Zposition Zrotation Xrotation Yrotation"
    lines[0] = "\n".join(head).replace(f"CHANNELS {turns}", f"CHANNELS {moves}")
    for i, row in enumerate(lines[4:], start=4):
        words = row.split()
        parts = [words[:6]]
        for joint in range(1, 24):
            place = ["0"] * 3 if is_added else offsets[joint]
            parts.append([*place, *words[3 + 3 * joint : 6 + 3 * joint]])
        lines[i] = " ".join(word for part in parts for word in part)
    (tmp_path / "x.bvh").write_text("\n".join(lines))
    np.testing.assert_allclose(joints_of(tmp_path / "x.bvh"), plain, atol=1e-5)


def test_angles_of_neighbouring_frames_do_not_jump(tmp_path):
    """Somebody turns around three times and bends through the pole of the angles."""
    T = 120
    pose = np.zeros((T, 24, 3))
    pose[:, 0] = np.outer(np.linspace(0, 6 * np.pi, T), [0, 1, 0])
    pose[:, 1] = np.linspace([-3.0, 0, 0], [3.0, 0, 0], T)  # about x, past -90 and 90 degrees
    pose[:, 2] = np.outer(np.linspace(0, 4 * np.pi, T), [0.6, 0, 0.8])
    whole = Motion(pose.reshape(T, 72).astype(np.float32), np.zeros(10, np.float32),
                   np.zeros((T, 3), np.float32), 25.0)  # fmt: skip
    write_bvh(tmp_path / "x.bvh", whole, body())
    rows = (tmp_path / "x.bvh").read_text().split("Frame Time:")[1].splitlines()[1:]
    angles = np.array([row.split()[3:] for row in rows], dtype=float)
    assert np.abs(np.diff(angles, axis=0)).max() < 40
    found = read(tmp_path / "x.bvh").body().pose
    ours, theirs = (Rotation.from_rotvec(x.reshape(-1, 3)) for x in (pose, found))
    error = ours * theirs.inv()
    assert error.magnitude().max() < 1e-4
