from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from meshgait.body import Body
from meshgait.camera import Camera, WeakPerspective
from meshgait.camera.arrays import camera_from_arrays
from meshgait.cli import main
from meshgait.errors import ConfigError, DataError
from meshgait.files.storage import write_npz
from meshgait.fitting import Fit
from meshgait.io import read_seen
from meshgait.io.seen import SMPL_PELVIS, hmr_focal
from meshgait.visualization.footage import lay_over, write_footage
from meshgait.visualization.mp4 import write_video
from meshgait.walker import Identity, walk
from tests.io.samples import WRITERS
from tests.io.test_read import samples  # noqa: F401

SIZE = (90, 120)
GREY = np.full((*SIZE, 3), 120, np.uint8)
FLIP = np.diag([1.0, -1.0, -1.0])


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


def fit_of(body, frames=4, size=SIZE):
    """A walker before a camera, as `meshgait fit` would have found him."""
    motion = walk(body, Identity.average(), frames=frames).motion
    camera = Camera.orbit(90.0, 0.0, 6.0, size, target=(0.0, 0.9, 0.0))
    iou = torch.ones(frames)
    return Fit(motion, iou, camera, motion, iou, frame=np.arange(frames) + 2)


def covered(pictures):
    return [(picture != 120).any(-1) for picture in pictures]


def test_bodies_lie_where_the_camera_of_the_fit_sees_them_in_the_frames_that_they_are_of(
    body, tmp_path
):
    fit = fit_of(body)
    fit.save(tmp_path / "fit.npz")
    people = read_seen(tmp_path / "fit.npz")
    laid = covered(lay_over(((k, GREY) for k in range(6)), people, body))
    assert [bool(some.any()) for some in laid] == [False, False, True, True, True, True]
    pixels = fit.camera.project(fit.motion.decode(body).vertices).numpy()
    for k in range(4):
        y, x = np.nonzero(laid[k + 2])
        box = np.array([x.min(), y.min(), x.max() + 1, y.max() + 1])
        expected = np.concatenate([np.floor(pixels[k].min(0)), np.ceil(pixels[k].max(0))])
        np.testing.assert_allclose(box, expected, atol=1)  # half covered pixels at the edge


def test_pictures_of_another_size_or_other_frames_are_refused_in_a_sentence(body, tmp_path):
    fit_of(body).save(tmp_path / "fit.npz")
    people = read_seen(tmp_path / "fit.npz")
    with pytest.raises(DataError, match="sees 120 x 90 pixels, and the video has 40 x 30"):
        list(lay_over([(2, np.zeros((30, 40, 3), np.uint8))], people, body))
    with pytest.raises(DataError, match="of the frames 2 to 5, and the video ends with frame 1"):
        list(lay_over(((k, GREY) for k in range(2)), people, body))
    with pytest.raises(ConfigError, match=r"must end in \.mp4 or \.html"):
        write_footage(tmp_path / "a.avi", [GREY], fps=25, title="t")


def pelvis_seen(one, row, size, body):
    """Of the mean shape, whose pelvis is where SMPL's is."""
    one = replace(one, track=replace(one.track, betas=np.zeros_like(one.track.betas)))
    mesh = one.decode(row, body)
    return one.camera(row, size).project(mesh.require_joints()[0, :1])[0]


def test_each_tool_s_camera_puts_the_pelvis_where_the_tool_says(samples, body):  # noqa: F811
    size, middle = (200, 400), torch.tensor([200.0, 100.0])
    pelvis = torch.tensor(SMPL_PELVIS)
    romp = next(iter(read_seen(samples["romp"]).values()))
    for row in (0, 3):
        s, tx, ty = romp.track.camera.cam[row]
        expected = 200 * (s * pelvis[:2] + torch.tensor([tx, ty])) + middle
        torch.testing.assert_close(pelvis_seen(romp, row, size, body), expected, rtol=0, atol=0.01)
    vibe = next(iter(read_seen(samples["vibe"]).values()))
    assert isinstance(vibe.camera(0, size), WeakPerspective)
    for name, focal in (("phalp", hmr_focal(size)), ("wham", float(np.hypot(*size)))):
        one = next(iter(read_seen(samples[name]).values()))
        place = torch.from_numpy(one.track.transl[2]) + pelvis
        expected = focal * place[:2] / place[2] + middle
        camera = one.camera(2, size)
        assert float(camera.focal[0]) == pytest.approx(focal)
        if place[2] > 0.1:
            found = pelvis_seen(one, 2, size, body)
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=0.01)


def test_vibe_s_camera_of_the_picture_counts_each_side_by_itself(tmp_path):
    from meshgait.io.seen import seen_by_vibe

    track = next(iter(read_seen(WRITERS["romp"](tmp_path)).values())).track
    cam = torch.tensor([[0.5, 1.0, 0.2, -0.1]]).expand(len(track), 4)
    camera = seen_by_vibe(track, cam).camera(0, (200, 400))
    point = torch.tensor([[0.3, 0.4, 9.0]])
    expected = [[200 * (0.5 * (0.3 + 0.2)) + 200, 100 * (0.4 - 0.1) + 100]]
    torch.testing.assert_close(camera.project(point), torch.tensor(expected))


def test_files_without_a_camera_are_refused_with_those_that_have_one(samples, tmp_path):  # noqa: F811
    with pytest.raises(DataError, match=r"does not say how a camera saw its bodies.*ROMP.*WHAM"):
        read_seen(samples["tram"])
    np.savez(tmp_path / "walk.npz", pose=np.zeros((4, 72)))
    with pytest.raises(DataError, match=r"a motion \(pose\) and no camera of a whole picture"):
        read_seen(tmp_path / "walk.npz")
    fit = {"pose": np.zeros((2, 72)), "start_pose": np.zeros((2, 72)), "camera": np.array("fish")}
    write_npz(tmp_path / "fit.npz", **fit)
    with pytest.raises(DataError, match="damaged"):
        read_seen(tmp_path / "fit.npz")


def test_a_camera_for_each_frame_is_taken_apart(body):
    from meshgait.camera.arrays import camera_to_arrays

    fit = fit_of(body)
    many = replace(
        fit.camera,
        rotation=fit.camera.rotation.expand(4, 3, 3),
        translation=torch.arange(12.0).reshape(4, 3),
    )
    found = camera_from_arrays(camera_to_arrays(many), row=2)
    assert torch.equal(found.translation, many.translation[2])
    assert torch.equal(found.focal, many.focal)


def test_the_command_writes_a_video_and_a_page(body, tmp_path, capsys):
    fit_of(body).save(tmp_path / "fit.npz")
    write_video(tmp_path / "film.mp4", [GREY] * 6, fps=25)
    view = ["view", f"{tmp_path}/fit.npz", f"--overlay={tmp_path}/film.mp4"]
    for name in ("laid.mp4", "laid.html"):
        assert main([*view, "-o", str(tmp_path / name)]) == 0
    assert "laid.html: 1 person" in capsys.readouterr().out
    page = (tmp_path / "laid.html").read_text(encoding="utf-8")
    assert 'src="data:video/mp4;base64,' in page
    assert "Again: meshgait view" in page
    assert main([*view, "--first=90", "-o", str(tmp_path / "no.mp4")]) == 2
    assert "they do not belong together" in capsys.readouterr().err
    assert not (tmp_path / "no.mp4").exists()


def test_a_turned_root_is_drawn_as_the_tool_turned_it(samples, body):  # noqa: F811
    """In the camera's axes y is down: the head of who stands is above the feet."""
    one = next(iter(read_seen(samples["wham"]).values()))
    joints = one.decode(0, body).require_joints()[0]
    assert joints[15, 1] < joints[0, 1] < joints[7, 1]
    assert Rotation.from_rotvec(one.track.pose[0, 0]).as_matrix()[1, 1] < 0
