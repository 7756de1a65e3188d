import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.fitting.targets import bounding_boxes, cut_out, read_silhouettes


def boxes(*corners, size=(300, 400)):
    image = torch.zeros(1, len(corners), *size)
    for frame, (top, left, height, width) in zip(image[0], corners, strict=True):
        frame[top : top + height, left : left + width] = 1
    return image


def test_a_part_of_a_large_picture_shows_what_was_there():
    image = boxes((100, 200, 120, 50), (3, 350, 90, 50), (200, 0, 100, 40))
    targets = cut_out(image, 78)
    assert targets.size == (78, 78)
    assert targets.cut == (156, 156)  # 1.3 times the largest side
    for k in range(3):
        low, high = bounding_boxes(targets.silhouette[0, k])
        before, after = bounding_boxes(image[0, k])
        assert_close(low * 2 + targets.corner[0, k], before.float(), atol=1, rtol=0)
        assert_close(high * 2 + targets.corner[0, k], after.float(), atol=1, rtol=0)
        assert_close(targets.silhouette[0, k].sum() * 4, image[0, k].sum())


def test_small_pictures_stay_as_they_are():
    image = boxes((5, 5, 30, 10), size=(64, 44))
    targets = cut_out(image, 64)
    assert torch.equal(targets.silhouette, image)
    assert targets.cut == (64, 44)
    assert not targets.corner.any()


def test_all_forms_of_a_silhouette_are_read_alike():
    image = boxes((5, 5, 30, 10), size=(64, 44))[0]
    mirrored = np.ascontiguousarray(image.numpy()[..., ::-1])[..., ::-1]
    forms = [image.bool(), image.byte() * 255, image.numpy(), image.double(), mirrored]
    forms += [image.numpy().astype(kind) for kind in ("i1", "u2", ">i4", "u8", ">f8")]
    forms += [image.numpy().astype(kind) * 255 for kind in ("i2", "u4", "i8")]
    for form in forms:
        assert torch.equal(read_silhouettes(form), image)


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_silhouette_is_refused():
    image = boxes((5, 5, 30, 10), (5, 5, 30, 10), size=(64, 44))[0]
    with pytest.raises(DataError, match=r"frame 1 of 2 shows nobody"):
        read_silhouettes(image * torch.tensor([1.0, 0.0])[:, None, None])
    for wrong in (image * torch.nan, image * 255, image.long() * 256, -image.long()):
        with pytest.raises(DataError, match=r"in 0\.\.255, or in \[0, 1\] without NaN"):
            read_silhouettes(wrong)
    with pytest.raises(DataError, match=r"not torch\.complex64"):
        read_silhouettes(image.cfloat())
    for wrong in (image[0], torch.zeros(0, 64, 44)):
        with pytest.raises(ShapeError, match=r"must be \(\*, T, H, W\)"):
            read_silhouettes(wrong)
