import numpy as np
import pytest
import torch
import trimesh
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.errors import DataError, ShapeError
from meshgait.modalities import is_visible, normalize_silhouette, silhouette

cv2 = pytest.importorskip("cv2", reason="the extra 'data'")


def person(rng, height=120, width=90):
    """A blob that is higher than wide, anywhere in the frame, with soft edges."""
    image = np.zeros((height, width), np.uint8)
    centre = (int(rng.integers(0, width)), int(rng.integers(40, 80)))
    axes = (int(rng.integers(8, 25)), int(rng.integers(25, 55)))
    cv2.ellipse(image, centre, axes, float(rng.integers(-10, 10)), 0, 360, 255, -1)
    return cv2.GaussianBlur(image, (5, 5), 1)


def step_by_step(image, side, width):
    """The recipe of spec 1.1, column by column, with loops."""
    rows = [y for y in range(image.shape[0]) if image[y].sum() > 0]
    image = image[rows[0] : rows[-1] + 1]
    image = cv2.resize(
        image, (int(side * image.shape[1] / image.shape[0]), side), interpolation=cv2.INTER_CUBIC
    )
    total, so_far, centre = int(image.sum()), 0, None
    for x in range(image.shape[1]):
        so_far += int(image[:, x].sum())
        if so_far > total / 2:
            centre = x
            break
    square = np.zeros((side, side), np.uint8)
    for x in range(side):
        source = centre - side // 2 + x
        if 0 <= source < image.shape[1]:
            square[:, x] = image[:, source]
    return square[:, (side - width) // 2 : (side + width) // 2]


@pytest.mark.parametrize("size", [(64, 44), (64, 64), (128, 88), (128, 128)])
def test_every_pixel_agrees_with_the_recipe(size):
    rng = np.random.default_rng(0)
    images = np.stack([person(rng) for _ in range(200)])
    expected = np.stack([step_by_step(image, *size) for image in images])
    np.testing.assert_array_equal(normalize_silhouette(images, size), expected)


def test_where_the_person_stands_in_the_picture_does_not_matter():
    image = person(np.random.default_rng(1), width=70)
    moved = np.pad(image, ((13, 4), (21, 9)))
    # The scaled width is rounded down, so only shifts that keep the number of columns are exact.
    moved = moved[:, 15:85]
    np.testing.assert_array_equal(
        normalize_silhouette(moved), normalize_silhouette(np.roll(image, 6, axis=1))
    )


def test_all_forms_of_a_mask_and_any_leading_dimensions_agree():
    masks = np.stack([person(np.random.default_rng(i)) > 100 for i in range(6)])
    expected = normalize_silhouette(masks)
    for form in (masks * np.uint8(255), masks.astype(np.float32), torch.from_numpy(masks)):
        found = normalize_silhouette(form)
        assert type(found) is type(form)
        np.testing.assert_array_equal(np.asarray(found), expected)
    np.testing.assert_array_equal(
        normalize_silhouette(masks.reshape(2, 3, *masks.shape[1:])).reshape(expected.shape),
        expected,
    )


def test_a_frame_without_a_person_is_named():
    frames = np.zeros((3, 80, 60), np.uint8)
    frames[[0, 2], 10:70, 20:40] = 255
    frames[1, 0, :39] = 255  # sums to 9945
    assert is_visible(frames).tolist() == [True, False, True]
    with pytest.raises(DataError, match="frame 1 of 3 shows nobody"):
        normalize_silhouette(frames)


@pytest.mark.parametrize("size", [(64, 65), (0, 0), (63, 44)])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ShapeError, match="even and no wider than high"):
        normalize_silhouette(np.zeros((64, 64), np.uint8), size)


def test_a_ball_is_drawn_as_the_disc_that_it_is():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(4, radius=0.5))
    camera = Camera.orbit(30, 20, 4.0, (128, 96), fov_deg=40)
    image = silhouette(ball, camera)
    assert image.shape == (128, 96)
    tangent = torch.tensor(0.5 / 4.0).asin().tan() * camera.focal[0]
    assert_close(image.sum(), torch.pi * tangent**2, rtol=5e-3, atol=0)


def test_the_gradient_of_the_area_grows_the_ball():
    ball = Mesh.from_trimesh(trimesh.creation.icosphere(3, radius=0.5))
    vertices = ball.vertices.clone().requires_grad_()
    camera = Camera.orbit(0, 0, 4.0, (64, 64))
    silhouette(Mesh(vertices, None, ball.faces), camera).sum().backward()
    assert (vertices.grad * ball.vertices).sum() > 0


WHOLE = ["i1", "u1", "i2", "u2", "i4", ">u4", "i8", "u8"]


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.usefixtures("unchecked")
def test_masks_may_be_whole_numbers_of_any_type(kind):
    mask = np.zeros((2, 40, 30), bool)
    mask[:, 5:35, 10:18] = True
    expected = normalize_silhouette(mask)
    if kind != "u1":  # bytes are grey values, of which 1 is all but black
        assert (normalize_silhouette(mask.astype(kind)) == expected).all()
        assert is_visible(mask.astype(kind)).all()
    if kind != "i1":
        assert (normalize_silhouette(mask.astype(kind) * 255) == expected).all()


@pytest.mark.usefixtures("unchecked")
def test_whole_numbers_beyond_a_byte_and_bytes_of_0_and_1_are_named():
    mask = np.ones((1, 40, 30), np.int32)
    for wrong in (mask * 256, -mask):
        with pytest.raises(DataError, match=r"must lie in 0\.\.255"):
            normalize_silhouette(wrong)
    with pytest.raises(DataError, match="masks of 0 and 1 as booleans"):
        normalize_silhouette(mask.astype(np.uint8))
