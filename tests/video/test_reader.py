import os
import struct
import warnings

import cv2
import numpy as np
import pytest
from PIL import Image

from meshgait.errors import ConfigError, DataError
from meshgait.video.reader import open_video, usual_rate
from meshgait.visualization.mp4 import write_video


def pictures(count=6, size=(48, 64)):
    """Grey pictures that get lighter, a white corner at the left above."""
    for index in range(count):
        picture = np.full((*size, 3), 20 + 10 * index, np.uint8)
        picture[:16, :16] = 255
        yield picture


@pytest.fixture
def film(tmp_path):
    write_video(tmp_path / "walk.mp4", pictures(), fps=20)
    return tmp_path / "walk.mp4"


def test_frames_come_in_order_with_their_moments(film):
    video = open_video(film)
    found = list(video.frames())
    assert [frame.index for frame in found] == list(range(6))
    np.testing.assert_allclose([frame.seconds for frame in found], np.arange(6) / 20)
    assert video.fps == 20
    assert video.count == 6
    levels = [frame.picture[30, 40].astype(int) for frame in found]
    assert all(abs(level - (20 + 10 * i)).max() < 6 for i, level in enumerate(levels))


def test_going_on_in_the_middle_gives_the_same_frames(film):
    video = open_video(film)
    whole, rest = list(video.frames()), list(video.frames(4))
    assert [frame.index for frame in rest] == [4, 5]
    np.testing.assert_array_equal(rest[0].picture, whole[4].picture)


def test_a_name_may_be_any_bytes(film):
    odd = film.rename(film.with_name(os.fsdecode(b"walk \xff.mp4")))
    assert len(list(open_video(odd).frames())) == 6


def test_another_rate_places_the_frames(film):
    found = list(open_video(film, fps=10).frames())
    assert found[3].seconds == 0.3
    with pytest.raises(ConfigError, match="above 0"):
        open_video(film, fps=0)


def test_a_video_of_a_phone_held_upright_stands(film):
    content = bytearray(film.read_bytes())
    place = content.find(b"tkhd") + 4 + 40  # its matrix: a quarter turn clockwise
    content[place : place + 36] = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
    film.write_bytes(content)
    (first, *_) = open_video(film).frames()
    assert first.picture.shape == (64, 48, 3)
    assert first.picture[4, 44].min() > 200  # the white corner is at the right now


@pytest.mark.parametrize(
    "content",
    [b"hello\n" * 99, b"", b"\x00\x00\x00\x20ftypisom" + bytes(99)],
    ids=["text", "nothing", "a head alone"],
)
def test_what_is_no_video_is_one_sentence(content, tmp_path):
    (tmp_path / "walk.mp4").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read as a video") as error:
        open_video(tmp_path / "walk.mp4")
    assert "\n" not in str(error.value)


def test_an_mp4_whose_index_was_never_written_is_one_sentence(film):
    content = film.read_bytes()
    index = content.find(b"moov") - 4
    size = int.from_bytes(content[index : index + 4], "big")
    film.write_bytes(content[:index] + content[index + size :])
    with pytest.raises(DataError, match="cut short"):
        open_video(film)


def test_a_video_that_is_cut_short_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "walk.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 20, (64, 48))
    for _ in range(20):
        writer.write(np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8))
    writer.release()
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.warns(UserWarning, match=r"announces 20 frames and ends after \d+: it is cut"):
        found = list(open_video(path).frames())
    assert 0 < len(found) < 20


def test_images_of_a_folder_are_frames_in_the_order_of_their_numbers(tmp_path):
    for number, picture in zip((9, 10, 100), pictures(3), strict=True):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    found = list(open_video(tmp_path).frames())
    assert [frame.picture[30, 40, 0] for frame in found] == [20, 30, 40]
    assert found[2].seconds == 2 / 25


def test_a_broken_image_is_left_out_with_a_word(tmp_path):
    for number, picture in enumerate(pictures(3)):
        Image.fromarray(picture).save(tmp_path / f"{number}.png")
    (tmp_path / "1.png").write_bytes((tmp_path / "1.png").read_bytes()[:60])
    with pytest.warns(UserWarning, match=r"frame 1 is left out: .*1.png"):
        found = list(open_video(tmp_path).frames())
    assert [frame.index for frame in found] == [0, 2]


def test_a_folder_with_nothing_that_can_be_read_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match="has no images"):
        open_video(tmp_path)
    (tmp_path / "1.png").write_bytes(b"nothing")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(DataError, match="none of its 1 images"):
            list(open_video(tmp_path).frames())


def test_images_of_different_size_are_no_video(tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "1.png")
    Image.new("RGB", (20, 30)).save(tmp_path / "2.png")
    with pytest.raises(DataError, match="one size"):
        list(open_video(tmp_path).frames())


def test_a_camera_that_is_not_there_is_one_sentence():
    with pytest.raises(DataError, match="no camera 77"):
        open_video("77")


def test_the_rate_is_that_of_the_moments():
    assert usual_rate(np.arange(50) / 24, 30.0) == (pytest.approx(24), False)
    uneven = np.cumsum(np.where(np.arange(50) % 5, 1 / 30, 1 / 10))
    assert usual_rate(uneven, 30.0) == (pytest.approx(30), True)
    assert usual_rate(np.zeros(1), 30.0) == (30.0, False)


def test_a_frame_that_is_left_out_makes_no_uneven_rate():
    numbers = np.delete(np.arange(50), [9, 10, 30])
    assert usual_rate(numbers / 24, 30.0, numbers) == (pytest.approx(24), False)
    assert usual_rate(numbers / 24, 30.0)[1]


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_video_that_was_replaced_has_another_key_though_size_and_time_are_kept(
    tmp_path, film, is_folder
):
    path, file = film, film
    if is_folder:
        path, file = tmp_path / "images", tmp_path / "images/1.png"
        path.mkdir()
        Image.fromarray(next(iter(pictures(1)))).save(file)
    before, about = open_video(path).key, file.stat()
    file.write_bytes(bytes(file.read_bytes()))
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert open_video(path).key != before
