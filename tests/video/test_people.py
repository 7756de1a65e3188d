from dataclasses import replace

import numpy as np
import pytest

from meshgait.video.link import usual_look
from meshgait.video.people import boxes_between, is_another, people_of, ranges, shown
from meshgait.video.reader import open_video
from meshgait.video.watch import watch
from tests.video.film import crossing, nobody, write_frames
from tests.video.stage import rows, walk_across


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_frames(tmp_path_factory.mktemp("film"), 60)


def test_two_who_cross_are_two_people_with_their_reasons(film, tmp_path):
    watched = watch(open_video(film, fps=30), tmp_path, tracker=crossing(), progress=False)
    people = people_of(watched, 30.0)
    assert [person.name for person in people.people] == ["person-01", "person-02"]
    for person, way in zip(people.people, (4, -4), strict=True):
        middle = (person.rows.box[:, 0] + person.rows.box[:, 2]) / 2
        assert np.polyfit(person.rows.frame, middle, 1)[0] == pytest.approx(way, rel=0.01)
        assert person.is_usable
        facts = person.describe()
        assert "overlaps with somebody" in facts["left_out"]
        clip = person.clip()
        assert len(clip) == facts["whole_frames"] == person.judged.whole.sum()
        assert clip.frames["silhouette"].shape[1:] == (64, 44)
    assert "person-01 and person-02 are lost together: " in people.notes[-1]


def test_whoever_was_lost_still_covers(film, tmp_path):
    watched = watch(open_video(film, fps=30), tmp_path, tracker=crossing(), progress=False)
    first, second = people_of(watched, 30.0).people
    both = set(first.whole.frame.tolist()) & set(second.whole.frame.tolist())
    ways = [boxes_between(p.rows.frame, p.rows.box, 30.0) for p in (first, second)]
    assert all(abs(ways[0][f][0] - ways[1][f][0]) > 20 for f in both)


def test_nobody_is_said_with_what_helps(film, tmp_path):
    watched = watch(open_video(film, fps=30), tmp_path, tracker=nobody(), progress=False)
    people = people_of(watched, 30.0)
    assert people.people == ()
    assert people.notes == ("nobody found in 60 frames; people should be 100 px or higher",)


def test_whoever_is_in_too_few_frames_is_not_called_nobody(film, tmp_path):
    for most, of in ((1, "1 of 1 frame"), (3, "3 of 3 frames")):
        video = open_video(film, fps=30)
        watched = watch(video, tmp_path, tracker=crossing(), most=most, progress=False)
        (note,) = people_of(watched, 30.0).notes
        assert note == f"people are seen in {of} at most; 25 in which one is whole are needed"


def test_rows_that_wear_what_another_wears_are_the_other_s_where_two_overlap():
    way = walk_across(12, 60, 4)
    own, other = (rows(way, color=color) for color in (40, 200))
    mixed = replace(own, look=np.where(np.arange(12)[:, None, None] < 4, other.look, own.look))
    mixed = replace(mixed, covered=np.where(np.arange(12) < 6, 0.6, 0.0).astype(np.float32))
    looks = usual_look(own), [usual_look(other)]
    np.testing.assert_array_equal(is_another(mixed, *looks), np.arange(12) < 4)
    assert not is_another(mixed, looks[0], []).any()
    apart = replace(mixed, covered=np.zeros(12, np.float32))
    assert not is_another(apart, *looks).any()


def test_frames_of_an_uneven_video_are_placed_by_their_moments(film, tmp_path):
    watched = watch(open_video(film, fps=30), tmp_path, tracker=crossing(), progress=False)
    assert people_of(watched, 30.0).people[0].rows.frame[5] == 5
    seconds = watched.seconds + (watched.indices >= 20) * 0.5 + (watched.indices >= 40) * 0.5
    late = replace(watched, seconds=seconds)
    people = people_of(late, 30.0)
    assert people.notes[0] == "variable frame rate: frames were placed by their time stamps"
    assert people.fps == pytest.approx(30)


def test_runs_are_told_briefly():
    assert ranges([]) == []
    assert shown(ranges([1, 2, 4, 6, 8, 10, 12])) == "1-2, 4, 6, 8 and 2 more"
