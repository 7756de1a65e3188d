from meshgait.data import one_known_each, probe_list
from meshgait.sequence import Record

records = [Record(person, "walk", str(place)) for person in "ab" for place in (2, 0, 1)]


def test_a_list_of_probes_is_searched_among_all_else():
    probe, gallery = probe_list("Gait3D", ["a-walk-0", "b-walk-1"]).split(records)
    assert (probe.tolist(), gallery.tolist()) == ([1, 5], [0, 2, 3, 4])


def test_one_sequence_of_each_person_is_known():
    protocol = one_known_each(records)
    found = protocol.compare(records)
    assert [records[i].name for i in found.gallery] == ["a-walk-0", "b-walk-0"]
    assert len(found.probes["all"]) == 4
    assert one_known_each(records[::-1]) == protocol
