import numpy as np

from meshgait.video.overlay import write_overlay
from meshgait.video.people import people_of
from meshgait.video.reader import Frame, Video, open_video
from meshgait.video.watch import watch
from tests.video.film import Film, crossing, write_frames
from tests.video.stage import walk_across


class Checked(Video):
    """A video of noise, in which what is blurred is plain to see."""

    name, fps, count, key = "noise", 30.0, 60, {}

    def frames(self, start=0):
        noise = np.random.default_rng(0).integers(0, 2, (200, 400, 1)) * 255
        for index in range(start, 60):
            picture = np.repeat(noise, 3, axis=2).astype(np.uint8)
            picture[0, 0, 0] = index
            yield Frame(index, index / 30, picture)


def contrast(picture, box):
    left, top, right, _ = (int(x) for x in box)
    return float(picture[top + 2 : top + 14, left + 4 : right - 4].std())


def drawn(tmp_path, **options):
    film = write_frames(tmp_path / "film", 60)
    watched = watch(open_video(film, fps=30), tmp_path / "w", tracker=crossing(), progress=False)
    people = people_of(watched, 30.0)
    stage = Film(walk_across(60, 60, 4), walk_across(60, 300, -4, top=60))
    write_overlay(tmp_path / "o.mp4", Checked(), people, detector=stage, **options)
    return people, list(open_video(tmp_path / "o.mp4").frames())


def test_every_head_is_blurred_also_of_those_who_were_lost_in_a_crossing(tmp_path):
    _, frames = drawn(tmp_path)
    assert len(frames) == 60
    for index in (5, 29, 30, 31, 50):
        for way in (walk_across(60, 60, 4), walk_across(60, 300, -4, top=60)):
            assert contrast(frames[index].picture, way[index]) < 60


def test_faces_are_shown_when_that_is_asked_for(tmp_path):
    _, frames = drawn(tmp_path, faces=True)
    assert contrast(frames[5].picture, walk_across(60, 60, 4)[5]) > 80
