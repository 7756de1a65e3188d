import io
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from meshgait.visualization.gif import encode_gif, shown_frames


def pictures_of(count):
    shades = np.linspace(0, 255, count).round().astype(np.uint8)
    return np.stack([np.full((8, 6, 3), (shade, 0, 255 - shade), np.uint8) for shade in shades])


def test_all_pictures_play_at_their_rate_for_ever():
    pictures = pictures_of(3)
    with Image.open(io.BytesIO(encode_gif(pictures, fps=12.5))) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (6, 8), 0)
        for index, picture in enumerate(pictures):
            film.seek(index)
            assert film.info["duration"] == 80
            np.testing.assert_array_equal(np.asarray(film.convert("RGB")), picture)


@pytest.mark.parametrize(("fps", "seconds"), [(30, 2), (60, 1), (50, 1.2), (29.97, 2), (240, 0.25)])
def test_sixty_pictures_last_as_long_as_the_video(fps, seconds):
    with Image.open(io.BytesIO(encode_gif(pictures_of(60), fps=fps))) as film:
        lasted = []
        for index in range(film.n_frames):
            film.seek(index)
            lasted.append(film.info["duration"])
    assert sum(lasted) == 1000 * seconds
    assert min(lasted) >= 20


@pytest.mark.parametrize("fps", [0.5, 7, 24, 25, 30, 48, 50, 59.94, 60, 100, 1000])
@pytest.mark.parametrize("frames", [1, 2, 3, 17, 61])
def test_every_picture_is_shown_when_it_is_due(fps, frames):
    chosen, durations = shown_frames(frames, fps)
    assert chosen == sorted(set(chosen))
    assert chosen[0] == 0
    now = 0
    for frame, duration in zip(chosen, durations, strict=True):
        assert (
            abs(now - Fraction(1000 * frame) / Fraction(fps)) <= 5
        )  # half of what a GIF counts in
        assert duration >= 20
        now += duration
    assert abs(now - Fraction(1000 * frames) / Fraction(fps)) <= 5 or now == 20
    if fps <= 33:
        assert len(chosen) == frames
