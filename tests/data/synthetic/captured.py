"""A folder of motion capture that was made up: people who walk, and what is no walk."""

import functools

import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.io import write_amass, write_bvh
from meshgait.sequence.motion import Motion, save_motion
from meshgait.walker import Identity, Route, walk


@functools.cache
def body():
    return Body.embedded()


def walked(seed, *, frames=120, fps=30.0, curved=False):
    """Somebody who walks for four seconds."""
    generator = np.random.default_rng(seed)
    route = Route.draw_curved(generator) if curved else Route.draw_straight(generator)
    return walk(body(), Identity.draw(generator), route, frames=frames, fps=fps).motion


def after_a_t_pose(motion, frames=10):
    """The same, behind frames at rest, as laboratories begin."""
    pose = np.concatenate([np.zeros((frames, 72), np.float32), motion.pose])
    pose[:frames, :3] = motion.pose[0, :3]
    transl = np.concatenate([np.repeat(motion.transl[:1], frames, axis=0), motion.transl])
    return Motion(pose, motion.betas, transl, motion.fps)


def dancing(frames=240, fps=30.0):
    """Somebody who goes through the room in hops and kicks of ever other lengths."""
    generator = np.random.default_rng(0)
    pose = np.zeros((frames, 24, 3), np.float32)
    moments = np.cumsum(generator.uniform(0.15, 1.2, 60))
    time = np.arange(frames) / fps
    for joint in (1, 2, 4, 5, 16, 17):
        values = generator.uniform(-0.8, 0.8, 60)
        values = np.abs(values) if joint in (4, 5) else values
        pose[:, joint, 0] = np.interp(time, moments, values)
    transl = np.zeros((frames, 3), np.float32)
    transl[:, 2] = 0.9 * time
    transl[:, 1] = 0.95
    return Motion(pose.reshape(frames, 72), np.zeros(10, np.float32), transl, fps)


def lying(motion):
    """Who walks on the air, on the back."""
    return motion.carried(body(), Rotation.from_rotvec([-np.pi / 2, 0, 0]).as_matrix(), np.zeros(3))


def write_folder(root):
    """Three people who walk in three formats, and files of all that is no walk."""
    for name in ("anna", "ben", "cleo"):
        (root / name).mkdir(parents=True)
    save_motion(root / "anna" / "one.npz", walked(1))
    save_motion(root / "anna" / "two.npz", after_a_t_pose(walked(1, curved=True)))
    write_bvh(root / "ben" / "one.bvh", walked(2), body())
    write_bvh(root / "ben" / "dance.bvh", dancing(), body())
    write_amass(root / "cleo" / "one_poses.npz", walked(3), body())  # z up
    save_motion(root / "cleo" / "lying.npz", lying(walked(3)))
    standing = walked(3)
    still = Motion(np.repeat(standing.pose[:1], 90, axis=0), standing.betas,
                   np.repeat(standing.transl[:1], 90, axis=0), 30.0)  # fmt: skip
    save_motion(root / "cleo" / "still.npz", still)
    (root / "cleo" / "broken.bvh").write_text((root / "ben" / "one.bvh").read_text()[:5000])
    (root / "cleo" / "notes.txt").write_text("recorded on a Tuesday")
    save_motion(root / "cleo" / "short.npz", walked(3, frames=20))
    return root
