import numpy as np
from PIL import Image

from meshgait.body import Body
from meshgait.cli import main
from meshgait.fitting import Fit
from meshgait.sequence import GaitSequence, save_clip
from tests.cli.test_cli import refused
from tests.fitting.scene import filmed

QUICK = ["--fit.rigid_steps=3", "--fit.pose_steps=2", "--fit.yaws_deg=[0]"]


def clip(path, **more):
    seen = filmed()[3].numpy() * np.uint8(255)
    save_clip(path, GaitSequence("anna", "normal", "070", {"silhouette": seen, **more}))
    return path


def test_a_clip_is_fitted_and_filmed(tmp_path, capsys):
    path, out, gif = clip(tmp_path / "anna.npz"), tmp_path / "a" / "fit.npz", tmp_path / "a.gif"
    assert main(["fit", str(path), f"--out={out}", f"--gif={gif}", *QUICK]) == 0
    shown = capsys.readouterr().out
    assert "4 frames, median overlap (IoU)" in shown
    assert Fit.load(out).motion.pose.shape == (4, 72)
    with Image.open(gif) as film:
        assert film.n_frames == 4


def test_the_skin_stands_off_where_it_is_asked_for(tmp_path, capsys):
    path, out = clip(tmp_path / "anna.npz"), tmp_path / "fit.npz"
    flags = [*QUICK, "--offsets", "--refine.steps=5"]
    assert main(["fit", str(path), f"--out={out}", *flags]) == 0
    assert "offsets: " in capsys.readouterr().out
    fit = Fit.load(out)
    assert fit.offsets.shape == fit.confidence.shape == (6890,)
    body = Body.embedded()
    away = (fit.decode(body).vertices - fit.motion.decode(body).vertices).norm(dim=2)
    np.testing.assert_allclose(away, fit.offsets.abs().expand(4, -1), rtol=0, atol=1e-6)


def test_a_folder_of_pictures_and_a_camera_are_enough(tmp_path):
    for index, frame in enumerate(filmed()[3].numpy()):
        Image.fromarray(frame).save(tmp_path / f"{index:03d}.png")
    out = tmp_path / "fit.npz"
    assert main(["fit", str(tmp_path), f"--out={out}", "--fov-deg=32", *QUICK]) == 0
    fit = Fit.load(out)
    assert fit.camera.size == (64, 64)
    assert (fit.motion.transl[:, 2] < 5).all()


def test_masks_of_0_and_1_and_frames_in_the_order_of_their_numbers(tmp_path):
    seen = filmed()[3].numpy()
    for number, frame in zip((9, 10, 11, 100), seen, strict=True):
        Image.fromarray(frame.astype(np.uint8)).save(tmp_path / f"{number}_mask2.png")
    out, twin = tmp_path / "fit.npz", clip(tmp_path / "anna.npz")
    assert main(["fit", str(tmp_path), f"--out={out}", *QUICK]) == 0
    assert main(["fit", str(twin), f"--out={tmp_path / 'twin.npz'}", *QUICK]) == 0
    np.testing.assert_array_equal(Fit.load(out).iou, Fit.load(tmp_path / "twin.npz").iou)


def test_estimates_are_where_the_fit_begins(tmp_path):
    smpl = np.zeros((4, 85), np.float32)
    smpl[:, 75] = 2.0
    path, out = clip(tmp_path / "anna.npz", smpl=smpl), tmp_path / "fit.npz"
    assert main(["fit", str(path), f"--out={out}", "--from-smpl", *QUICK]) == 0
    assert (Fit.load(out).start.betas[0] == 2).all()


def test_every_mistake_is_one_sentence(tmp_path, capsys):
    good = clip(tmp_path / "anna.npz")
    assert "no array smpl" in refused(["fit", good, "--from-smpl"], capsys)
    assert "between 0 and 170" in refused(["fit", good, "--fov-deg=200"], capsys)
    assert "No such file" in refused(["fit", tmp_path / "none.npz"], capsys)
    assert "did you mean 'fit.prior'" in refused(["fit", good, "--fit.piror=1"], capsys)
    np.savez(tmp_path / "other.npz", depth=np.zeros((3, 4, 4)))
    assert "has no silhouette" in refused(["fit", tmp_path / "other.npz"], capsys)
    np.savez(tmp_path / "flat.npz", silhouette=np.zeros((4, 4)))
    assert "must be (T, H, W)" in refused(["fit", tmp_path / "flat.npz"], capsys)
    np.savez(tmp_path / "empty.npz", silhouette=np.zeros((2, 40, 40), np.uint8))
    assert "frame 0 of 2 shows nobody" in refused(["fit", tmp_path / "empty.npz"], capsys)
    folder = tmp_path / "pictures"
    folder.mkdir()
    assert "holds a folder with no files" in refused(["fit", folder], capsys)
    (folder / "0.png").write_bytes(b"no image")
    assert "cannot be read" in refused(["fit", folder], capsys)
    Image.new("L", (5, 5)).save(folder / "0.png")
    Image.new("L", (5, 6)).save(folder / "1.png")
    assert "differ in size" in refused(["fit", folder], capsys)
