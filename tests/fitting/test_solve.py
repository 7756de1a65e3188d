import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait import Body, Camera
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.fitting import FitConfig, Start, fit_silhouettes
from meshgait.render import mask
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle
from tests.fitting.scene import body, filmed
from tests.modes import MODES

RIGID = FitConfig(rigid_steps=60, pose_steps=0, smoothness=0.0)
QUICK = FitConfig(rigid_steps=12, pose_steps=12, yaws_deg=(0.0,))


def known(motion):
    return Start(*map(torch.from_numpy, (motion.pose, motion.betas, motion.transl)))


def turned(start, degrees, shift):
    turn = axis_angle_to_matrix(torch.deg2rad(torch.tensor([0.0, degrees, 0.0])))
    root = matrix_to_axis_angle(turn @ axis_angle_to_matrix(start.pose[:, :3]))
    pose = torch.cat([root, start.pose[:, 3:]], dim=1)
    return Start(pose, start.betas, start.transl + torch.tensor(shift))


def overlap(first, second):
    return (first & second).sum((-2, -1)) / (first | second).sum((-2, -1))


def test_a_body_that_is_turned_and_moved_comes_back_to_half_a_pixel():
    motion, mesh, camera, seen = filmed()
    start = turned(known(motion), 20.0, (0.4, 0.2, -0.8))
    fit = fit_silhouettes(seen, body=body(), camera=camera, start=start, config=RIGID)
    found = camera.project(fit.motion.decode(body()).vertices)
    error = (found - camera.project(mesh.vertices)).norm(dim=-1).median(dim=-1).values
    assert error.max() < 0.5
    assert fit.start_iou.max() < 0.5
    assert fit.iou.min() > 0.9
    assert_close(torch.from_numpy(fit.start.transl), start.transl, atol=1e-4, rtol=0)


def test_a_walk_of_which_nothing_is_known_is_fitted():
    _, mesh, camera, seen = filmed(frames=5, azimuth=30.0, seed=4)
    config = FitConfig(rigid_steps=30, pose_steps=60)
    fit = fit_silhouettes(seen, body=body(), camera=camera, config=config)
    assert fit.iou.median() > 0.9
    joints, true = fit.motion.decode(body()).require_joints(), mesh.require_joints()
    off = (joints - joints[:, :1]) - (true - true[:, :1])
    assert off.norm(dim=-1).mean() < 0.08


def test_without_a_camera_the_one_found_shows_the_body_on_a_large_picture():
    _, _, _, seen = filmed(size=(320, 480))
    config = FitConfig(rigid_steps=20, pose_steps=20, resolution=64)
    fit = fit_silhouettes(seen, body=body(), config=config)
    assert fit.camera.size == (320, 480)
    mesh = fit.motion.decode(body())
    shown = mask(fit.camera.project(mesh.vertices), mesh.faces, (320, 480))
    assert_close(overlap(shown, seen), fit.iou, atol=0.05, rtol=0)
    assert_close(mesh.require_joints()[:, 0], torch.zeros(4, 3), atol=1e-5, rtol=0)


def test_sequences_in_a_batch_do_not_see_each_other():
    motion, _, camera, seen = filmed()
    start = turned(known(motion), 10.0, (0.1, 0.0, 0.2))
    both = Start(*(torch.stack([x, x]) for x in (start.pose, start.betas, start.transl)))
    found = []
    for azimuth in (200.0, 100.0):
        pair = torch.stack([seen, filmed(azimuth=azimuth)[3]])
        found.append(fit_silhouettes(pair, body=body(), camera=camera, start=both, config=QUICK))
    one, other = (fit.motion for fit in found)
    assert one.pose.shape == (2, 4, 72)
    assert (one.pose[0] == other.pose[0]).all()
    assert (one.transl[0] == other.transl[0]).all()
    assert (one.pose[1] != other.pose[1]).any()


@pytest.mark.parametrize("mode", ["float64 by default", "autocast", "no_grad", "inference_mode"])
def test_the_mode_of_the_caller_does_not_matter(mode):
    _, _, camera, seen = filmed()
    short = FitConfig(rigid_steps=2, pose_steps=2, yaws_deg=(0.0,))
    expected = fit_silhouettes(seen, body=body(), camera=camera, config=short)
    with MODES[mode]():
        silhouettes = seen.clone().numpy()[..., ::-1].copy()[..., ::-1]
        found = fit_silhouettes(
            silhouettes, body=Body.embedded().double(), camera=camera, config=short
        )
        assert found.motion.decode(Body.embedded().double()).vertices.dtype == torch.float64
    assert (found.motion.pose == expected.motion.pose).all()
    assert (found.iou == expected.iou).all()


def test_a_motion_is_a_start_and_the_rate_is_told_to_the_fit():
    motion, _, camera, seen = filmed()
    none = FitConfig(rigid_steps=0, pose_steps=0, yaws_deg=(0.0,))
    fit = fit_silhouettes(
        seen, body=body(), camera=camera, start=motion, config=none, fps=motion.fps
    )
    assert fit.motion.fps == fit.start.fps == motion.fps != 25
    np.testing.assert_allclose(fit.motion.transl, motion.transl, atol=1e-4)
    again = fit_silhouettes(seen, body=body(), camera=camera, start=fit.motion, config=none)
    np.testing.assert_allclose(again.start.transl, fit.motion.transl, atol=1e-4)


def test_one_camera_per_frame():
    motion, mesh, camera, seen = filmed()
    corner = torch.tensor([[0.0, 1.0], [3.0, -2.0], [-4.0, 2.0], [1.0, 1.0]])
    moving = camera.crop(corner, camera.size)
    images = mask(moving.project(mesh.vertices), mesh.faces, camera.size)
    assert not torch.equal(images, seen)
    fit = fit_silhouettes(images, body=body(), camera=moving, start=known(motion), config=RIGID)
    np.testing.assert_allclose(fit.motion.transl, motion.transl, atol=0.08)


def test_in_a_large_picture_camera_and_joints_mean_the_same_pixels():
    motion, mesh, camera, seen = filmed(size=(320, 480))
    start = turned(known(motion), 0.0, (0.1, 0.05, 0.0))
    pixels = camera.project(mesh.require_joints())
    joints = torch.cat([pixels, torch.ones(4, 24, 1)], dim=-1)
    for steps_of_pose, given in ((0, None), (10, joints)):
        config = FitConfig(
            rigid_steps=40, pose_steps=steps_of_pose, yaws_deg=(0.0,), resolution=64, joints=1e3
        )
        fit = fit_silhouettes(
            seen, body=body(), camera=camera, start=start, joints_px=given, config=config
        )
        found = fit.camera.project(fit.motion.decode(body()).require_joints())
        assert (found - pixels).norm(dim=-1).mean() < 3  # of 320 pixels


def test_known_joints_pull_the_body_to_them():
    motion, mesh, camera, seen = filmed()
    start = known(motion)
    generator = torch.Generator().manual_seed(0)
    noise = 0.3 * torch.randn(4, 69, generator=generator)
    bent = Start(start.pose + torch.nn.functional.pad(noise, (3, 0)), start.betas, start.transl)
    pixels = camera.project(mesh.require_joints())
    joints = torch.cat([pixels, torch.ones(4, 24, 1)], dim=-1)
    unknown = joints * torch.tensor([1.0, 1.0, 0.0])
    config = FitConfig(rigid_steps=5, pose_steps=30, yaws_deg=(0.0,))
    error = {}
    for name, given in (("none", None), ("unknown", unknown), ("known", joints)):
        fit = fit_silhouettes(
            seen, body=body(), camera=camera, start=bent, joints_px=given, config=config
        )
        found = camera.project(fit.motion.decode(body()).require_joints())
        error[name] = float((found - pixels).norm(dim=-1).mean())
    assert error["unknown"] == pytest.approx(error["none"], abs=1e-3)
    assert error["known"] < 0.6 * error["none"]


def test_smoothness_calms_the_joints():
    motion, _, camera, seen = filmed(frames=6)
    shaken = known(motion)
    shaken = Start(shaken.pose + 0.1 * torch.randn(6, 72), shaken.betas, shaken.transl)

    def unrest(weight):
        config = FitConfig(rigid_steps=3, pose_steps=30, yaws_deg=(0.0,), smoothness=weight)
        fit = fit_silhouettes(seen, body=body(), camera=camera, start=shaken, config=config)
        joints = fit.motion.decode(body()).require_joints()
        return float(joints.diff(dim=0).diff(dim=0).square().mean())

    assert unrest(0.03) < 0.5 * unrest(0.0)


def test_vectors_of_estimators_are_seen_from_the_camera():
    motion, mesh, camera, _ = filmed()
    seen_pose = torch.from_numpy(motion.pose).clone()
    root = camera.rotation @ axis_angle_to_matrix(seen_pose[:, :3])
    seen_pose[:, :3] = matrix_to_axis_angle(root)
    betas = torch.from_numpy(motion.betas).expand(4, -1)
    start = Start.from_smpl(torch.cat([torch.ones(4, 3), seen_pose, betas], dim=1))
    joints = body()(pose=start.pose, betas=start.betas).require_joints()
    front = Camera.orbit(0.0, 0.0, 5.0, (8, 8)).rotation
    expected = mesh.require_joints()
    expected = (expected - expected[:, :1]) @ camera.rotation.T
    assert_close((joints - joints[:, :1]) @ front.T, expected, atol=1e-4, rtol=0)


@pytest.mark.usefixtures("unchecked")
def test_arrays_that_do_not_fit_together_are_refused():
    motion, _, camera, seen = filmed()
    start = known(motion)

    def fit(**changed):
        arguments = {"silhouette": seen, "camera": camera, "start": start} | changed
        fit_silhouettes(arguments.pop("silhouette"), body=body(), config=QUICK, **arguments)

    empty = seen.clone()
    empty[2] = False
    with pytest.raises(DataError, match="frame 2 of 4 shows nobody"):
        fit(silhouette=empty)
    with pytest.raises(ShapeError, match="64 x 64 pixels, the camera's images 32 x 64"):
        fit(camera=camera.resize((32, 64)))
    with pytest.raises(ShapeError, match="one for each of the frames"):
        fit(camera=Camera.orbit(torch.zeros(3), 0.0, 5.0, (64, 64)))
    with pytest.raises(ShapeError, match=r"start\.pose is \(3, 72\); for 4 frames"):
        fit(start=Start(start.pose[:3], start.betas))
    with pytest.raises(DataError, match=r"start\.betas holds NaN"):
        fit(start=Start(start.pose, start.betas * torch.nan))
    with pytest.raises(ConfigError, match="2D joints need a camera"):
        fit(camera=None, joints_px=torch.zeros(4, 24, 3))
    with pytest.raises(ShapeError, match=r"joints_px is \(4, 17, 3\)"):
        fit(joints_px=torch.zeros(4, 17, 3))
    with pytest.raises(DataError, match="unknown joints have 0"):
        fit(joints_px=torch.full((4, 24, 3), torch.nan))
    with pytest.raises(ShapeError, match=r"must be \(\*, T, 85\)"):
        Start.from_smpl(torch.zeros(4, 82))


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="blur must be 0 or more, got -1"):
        FitConfig(blur=-1)
    with pytest.raises(ConfigError, match="16 or more pixels and a yaw"):
        FitConfig(yaws_deg=())
