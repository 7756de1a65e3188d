import weakref

import numpy as np
import pytest

from meshgait.video import watch as module
from meshgait.video.reader import open_video
from meshgait.video.rows import Rows
from meshgait.video.watch import watch
from tests.video.film import crossing, write_frames


@pytest.fixture
def video(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PIECE", 8)
    return open_video(write_frames(tmp_path / "film", 30), fps=30)


def seen(watched):
    return Rows.join(list(watched.pieces()))


def same(first, second):
    for name, value in vars(first).items():
        np.testing.assert_array_equal(value, getattr(second, name))


class Dies(Exception):
    pass


def test_an_ended_watch_goes_on_where_it_was_and_sees_the_same(video, tmp_path):
    whole = watch(video, tmp_path / "whole", tracker=crossing(), progress=False)
    tracker = crossing()
    step, count = tracker.step, []

    def dying(index, picture):
        count.append(index)
        if index == 19:
            raise Dies
        return step(index, picture)

    tracker.step = dying
    with pytest.raises(Dies):
        watch(video, tmp_path / "half", tracker=tracker, progress=False)
    rest = crossing()
    plain, looked = rest.step, []
    rest.step = lambda index, picture: looked.append(index) or plain(index, picture)
    again = watch(video, tmp_path / "half", tracker=rest, progress=False)
    same(seen(whole), seen(again))
    np.testing.assert_array_equal(whole.seconds, again.seconds)
    assert looked == list(range(16, 30))  # the pieces before were safe


def test_what_is_done_is_not_done_again(video, tmp_path):
    watch(video, tmp_path / "w", tracker=crossing(), progress=False)
    rest = crossing()
    rest.step = lambda index, picture: pytest.fail("looked again")
    assert len(watch(video, tmp_path / "w", tracker=rest, progress=False).seconds) == 30


def test_another_video_begins_anew(video, tmp_path):
    watch(video, tmp_path / "w", tracker=crossing(), progress=False)
    other = open_video(write_frames(tmp_path / "other", 5), fps=30)
    assert len(watch(other, tmp_path / "w", tracker=crossing(), progress=False).seconds) == 5


def test_stretches_tell_of_their_ends(video, tmp_path):
    watched = watch(video, tmp_path / "w", tracker=crossing(), most=20, progress=False)
    assert len(watched.seconds) == 20
    whole = seen(watched)
    for number, rows in watched.stretches().items():
        mine = whole.take(whole.number == number)
        assert rows.frame[0] == mine.frame[0]
        assert rows.frame[-1] == mine.frame[-1]
        same(watched.rows_of([number]), mine)


def test_pictures_do_not_stay_in_memory(video, tmp_path):
    alive, most = weakref.WeakSet(), []
    plain = video.frames

    def frames(start=0):
        for frame in plain(start):
            alive.add(frame)
            most.append(len(alive))
            yield frame

    video.frames = frames
    watch(video, tmp_path / "w", tracker=crossing(), progress=False)
    assert len(most) == 30
    assert max(most) <= 3  # one that is read, one that is looked at, one in between
