from dataclasses import replace

import pytest

from meshgait.errors import ConfigError
from meshgait.experiment import Cell, SomePeople
from meshgait.experiment.cells import key
from tests.experiment.tiny_experiments import RECIPE, config, domain, training
from tests.random_walks import RandomWalks

CELL = Cell("SLN", 1, training(), domain())


def changed(**recipe):
    return replace(CELL, training=replace(training(), recipe=replace(RECIPE, **recipe)))


def test_a_cell_is_called_by_what_it_is_made_of():
    assert key(CELL.made_of()) == key(Cell("other", 7, training(), domain()).made_of())
    others = [
        changed(steps=5),
        changed(seed=1),
        replace(CELL, limit=3),
        replace(CELL, domain=domain(size=(32, 22), name="other")),
        replace(CELL, domain=replace(domain(), test=RandomWalks(2))),
        replace(CELL, training=replace(training(), config=replace(config(), width=0.5))),
        replace(CELL, training=replace(training(), data=RandomWalks(4))),
    ]
    assert len({key(cell.made_of()) for cell in [CELL, *others]}) == len(others) + 1


def test_what_does_not_change_a_result_does_not_change_its_name():
    assert key(changed(workers=3, log_every=1, save_every=1).made_of()) == key(CELL.made_of())


def test_some_people_are_the_first_by_name_with_all_their_clips():
    walks = RandomWalks(5)
    some = SomePeople(walks, 2)
    assert [record.subject for record in some.records] == ["0"] * 3 + ["1"] * 3
    assert len(some) == 6
    assert some[4].record == walks.records[4]
    for count in (1, 6):
        with pytest.raises(ConfigError, match=f"2 to 5 people can be taken, got {count}"):
            SomePeople(walks, count)
