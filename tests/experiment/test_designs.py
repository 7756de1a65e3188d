from dataclasses import replace

import pytest

from meshgait import experiment
from meshgait.data import VaryingFrames
from meshgait.errors import ConfigError
from tests.experiment.tiny_experiments import RECIPE, domain, training


def test_frames_vary_in_training_only():
    found = experiment.frames(training(), domain(), [3, 1, 3])
    assert [cell.x for cell in found.cells] == [1, 3]
    assert [cell.training.recipe.frames.frames for cell in found.cells] == [1, 3]
    assert {cell.limit for cell in found.cells} == {720}
    varying = replace(training(), recipe=replace(RECIPE, frames=VaryingFrames()))
    (cell,) = experiment.frames(varying, domain(), [4]).cells
    assert cell.training.recipe.frames == VaryingFrames(4, 4)


def test_fewer_people_are_among_more():
    few, more = experiment.identities(training(), domain(), [2, 4]).cells
    names = [{record.name for record in cell.training.data.records} for cell in (few, more)]
    assert names[0] < names[1]


def test_lengths_share_one_training():
    found = experiment.test_length(training(), domain(), [1, 9])
    assert len({id(cell.training) for cell in found.cells}) == 1
    assert [cell.limit for cell in found.cells] == [1, 9]


def test_every_source_meets_every_target():
    places = [domain("lab"), domain("wild", seed=5)]
    found = experiment.cross_domain(training(), places)
    assert [(cell.series, cell.x) for cell in found.cells] == [
        (f"trained on {source}", target) for source in ("lab", "wild") for target in ("lab", "wild")
    ]
    for cell in found.cells:
        source = places["wild" in cell.series]
        assert cell.training.data is source.train
        assert cell.domain.name == cell.x


def test_the_network_has_the_size_of_the_pictures():
    places = [domain("small"), domain("large", size=(32, 22))]
    found = experiment.resolution(training(), places)
    assert [cell.training.config.size for cell in found.cells] == [(16, 11), (32, 22)]
    assert [cell.x for cell in found.cells] == ["11 x 16", "22 x 32"]


@pytest.mark.parametrize("counts", [[], [0], [3, -1]])
def test_numbers_are_one_or_more(counts):
    with pytest.raises(ConfigError, match="counts are 1 or more"):
        experiment.frames(training(), domain(), counts)
