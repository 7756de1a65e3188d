import numpy as np
import pytest

from meshgait.body import Body
from meshgait.data.synthetic import rendered
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig, draw_clip, estimate, render_clip
from meshgait.errors import ConfigError
from meshgait.numerics import stream
from tests.alone import killed_at_events
from tests.modes import MODES

SMALL = WildConfig(clips=2, frames=(12, 14))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("synthetic")


def make(cache, split="test", identities=3, seed=5, config=SMALL):
    return SyntheticGait(
        split, identities=identities, seed=seed, config=config, cache=cache, progress=False
    )


def test_a_clip_has_silhouettes_and_as_many_smpl_vectors(cache):
    people = make(cache)
    assert len(people) == 6
    for index in range(6):
        sequence = people[index]
        silhouette, smpl = sequence.frames["silhouette"], sequence.frames["smpl"]
        assert silhouette.shape[1:] == (64, 44)
        assert set(np.unique(silhouette)) == {0, 255}
        assert smpl.shape == (len(silhouette), 85)
        assert 0.05 < (silhouette > 0).mean() < 0.6


def test_the_same_seed_is_the_same_data_and_another_is_not(cache, tmp_path):
    ours, again, other = make(cache), make(tmp_path), make(cache, seed=6)
    for index in range(6):
        assert ours.records[index] == again.records[index]
        for modality in ("silhouette", "smpl"):
            expected = ours[index].frames[modality]
            np.testing.assert_array_equal(expected, again[index].frames[modality])
    assert ours[0].frames["smpl"].shape != other[0].frames["smpl"].shape or not np.allclose(
        ours[0].frames["smpl"], other[0].frames["smpl"]
    )


def test_more_people_leave_those_before_as_they_were(cache):
    few, more = make(cache, identities=2), make(cache, identities=3)
    np.testing.assert_array_equal(few[3].frames["smpl"], more[3].frames["smpl"])


def test_training_and_test_share_nobody(cache):
    train, test = make(cache, "train"), make(cache)
    assert not {r.subject for r in train.records} & {r.subject for r in test.records}
    betas = [people.clip(0).walk.motion.betas for people in (train, test)]
    assert not np.allclose(*betas)


def test_one_clip_of_each_person_is_the_probe(cache):
    people = make(cache)
    probe, gallery = people.protocol.split(people.records)
    assert [people.records[i].subject for i in probe] == ["test00000", "test00001", "test00002"]
    assert len(gallery) == 3


def test_names_are_unique(cache):
    names = [record.name for record in make(cache).records]
    assert len(set(names)) == len(names)


def test_what_is_cached_is_not_made_again(cache, monkeypatch):
    make(cache)

    def never(*_):
        raise AssertionError

    monkeypatch.setattr("meshgait.data.synthetic.rendered.render_clip", never)
    make(cache)
    with pytest.raises(AssertionError):
        make(cache, seed=1234)


def test_other_settings_are_other_data(cache):
    assert make(cache).folder != make(cache, config=WildConfig(clips=3, frames=(12, 14))).folder


def test_a_truncated_cache_is_reported_and_made_anew(tmp_path):
    whole = make(tmp_path)[0].frames["smpl"]
    path = next(make(tmp_path).folder.glob("*.smpl.npy"))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(UserWarning, match=r"smpl\.npy has \d+ bytes, expected \d+; what is damaged"):
        again = make(tmp_path)
    np.testing.assert_array_equal(again[0].frames["smpl"], whole)


def test_a_half_written_cache_is_finished(tmp_path):
    people = make(tmp_path)
    before = np.array(people[2].frames["smpl"])
    (people.folder / "store.json").unlink()
    (people.folder / "00000.json").unlink()
    np.testing.assert_array_equal(make(tmp_path)[2].frames["smpl"], before)


def test_a_clip_can_be_seen_before_it_was_filmed(cache):
    people = make(cache)
    clip, mesh = people.clip(4), people.mesh(4)
    assert clip.record == people.records[4]
    assert mesh.vertices.shape[0] == len(clip.walk.motion.pose)
    assert mesh.topology.is_closed


@pytest.mark.parametrize(
    ("options", "message"),
    [({"identities": 0}, "a person or more"), ({"seed": -1}, "seed of 0 or more")],
)
def test_impossible_requests_are_refused(tmp_path, options, message):
    with pytest.raises(ConfigError, match=message):
        make(tmp_path, **options)


@pytest.mark.usefixtures("unchecked")
def test_an_unknown_split_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="train, test, got 'validation'"):
        make(tmp_path, split="validation")


@pytest.mark.parametrize(("clips", "frames"), [(1, (12, 14)), (2, (3, 5)), (2, (20, 12))])
def test_impossible_settings_are_refused(clips, frames):
    with pytest.raises(ConfigError):
        WildConfig(clips=clips, frames=frames)


def test_a_person_and_its_first_clip_do_not_draw_the_same_numbers(monkeypatch):
    drawn = []

    def spy(name, *keys):
        drawn.append((name, *keys))
        return stream(name, *keys)

    monkeypatch.setattr("meshgait.data.synthetic.render_clip.stream", spy)
    body = Body.embedded()
    clip = draw_clip("a", (0, 1, 5), 0, body, SMALL)
    estimate(body, clip, SMALL)
    first = [stream(*key).random() for key in drawn]
    assert len(drawn) == len(set(first)) == 3


@pytest.mark.parametrize("mode", ["float64 by default", "autocast", "inference_mode"])
def test_a_clip_is_the_same_in_every_mode_of_the_caller(mode):
    config = WildConfig(clips=2, frames=(12, 14), bag=0.5, coat=0.5)

    def film(number):
        body = Body.embedded()
        clip = draw_clip("a", (3, 0, 0), number, body, config)
        return render_clip(body, clip, config).frames, clip.record.condition

    worn = set()
    for number in range(4):
        expected, condition = film(number)
        worn.add(condition[:3])
        with MODES[mode]():
            found, _ = film(number)
        for modality, array in expected.items():
            assert np.array_equal(found[modality], array)
    assert worn == {"bag", "coa"}


@pytest.mark.slow
def test_killed_at_any_event_the_walkers_are_made_as_if_undisturbed(tmp_path):
    report = killed_at_events("film", 20, tmp_path)
    assert report["different"] == []
    assert report["killed"] == 20


def test_two_processes_that_want_the_same_walkers_make_them_once(tmp_path):
    made = []
    whole_write = rendered.write_store

    def write_after_another(*arguments, **options):
        whole_write(*arguments, **options)
        made.append([path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*.npy"))])
        return whole_write(*arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendered, "write_store", write_after_another)
        people = make(tmp_path, identities=1)
    assert len(people) == 2
    assert made == [[path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*.npy"))]]
