import pytest

from meshgait.data import Protocol, Record
from meshgait.errors import DataError

records = [Record("1", "nm", "a"), Record("1", "nm", "b"), Record("2", "bg", "a")]


def test_probes_are_named_and_the_rest_is_gallery():
    probe, gallery = Protocol("wild", frozenset({"1-nm-b"})).split(records)
    assert probe.tolist() == [1]
    assert gallery.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("probes", "message"),
    [
        (
            {"1-nm-a", "9-nm-a"},
            "1 of 2 probes of protocol wild are not in the data, such as 9-nm-a",
        ),
        (set(), "no probe"),
        ({record.name for record in records}, "no gallery"),
    ],
)
def test_a_protocol_that_does_not_fit_the_data_is_refused(probes, message):
    with pytest.raises(DataError, match=message):
        Protocol("wild", frozenset(probes)).split(records)
