import numpy as np

from meshgait.benchmark.scores import by_person, cross_view, pair_rank1


def scene(seed, clips=60):
    generator = np.random.default_rng(seed)
    subjects = np.array(list("abcdef"))[generator.integers(6, size=clips)]
    points = generator.standard_normal((clips, 2))
    distance = np.linalg.norm(points[:, None] - points, axis=-1)
    return distance, subjects, generator.uniform(0, 360, clips)


def test_every_clip_is_a_probe_among_clips_from_sixty_degrees_away():
    distance, subjects, view = scene(0)
    found = cross_view(distance, subjects, view)
    rows = {person: [] for person in sorted(set(subjects))}
    for probe in range(60):
        turn = [min(abs(view[probe] - v), 360 - abs(view[probe] - v)) for v in view]
        gallery = [j for j in range(60) if turn[j] >= 60]
        order = sorted(gallery, key=lambda j: distance[probe, j])
        hits = [rank for rank, j in enumerate(order, 1) if subjects[j] == subjects[probe]]
        if hits:
            precision = np.mean([k / rank for k, rank in enumerate(hits, 1)])
            rows[subjects[probe]].append((100 * precision, 100 * (hits[0] == 1)))
    assert all(rows.values())
    expected = np.array([np.mean(values, axis=0) for values in rows.values()])
    np.testing.assert_allclose(found["mAP"], expected[:, 0])
    np.testing.assert_allclose(found["rank1"], expected[:, 1])


def test_a_match_must_be_nearer_than_everybody_else():
    distance, subjects, _ = scene(1)
    pairs = np.random.default_rng(2).random((60, 60)) < 0.5
    found = pair_rank1(distance, subjects, pairs)
    for place, person in enumerate(sorted(set(subjects))):
        hits = [
            distance[i, j] < min(distance[i, k] for k in range(60) if subjects[k] != person)
            for i in np.flatnonzero(subjects == person)
            for j in np.flatnonzero(subjects == person)
            if i != j and pairs[i, j]
        ]
        np.testing.assert_allclose(found[place], 100 * np.mean(hits) if hits else np.nan)


def test_a_person_without_a_value_has_none():
    people = by_person(np.array([1.0, 3.0, np.nan]), np.array(["a", "a", "b"]))
    np.testing.assert_array_equal(people, [2.0, np.nan])


def test_a_tie_is_not_found_and_no_pair_is_no_score():
    subjects, everything = np.array([*"aab"]), np.ones((3, 3), dtype=bool)
    np.testing.assert_array_equal(pair_rank1(np.zeros((3, 3)), subjects, everything), [0, np.nan])
    assert np.isnan(pair_rank1(np.zeros((3, 3)), np.array([*"abc"]), everything)).all()
