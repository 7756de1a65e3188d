import pytest

import meshgait.models
from meshgait.benchmark import ABLATIONS, Method, all_methods, find_methods
from meshgait.errors import ConfigError
from tests.benchmark.conftest import TINY


def test_every_network_of_the_zoo_has_a_row():
    rows = {method.model for method in all_methods()}
    networks = {
        name
        for name in meshgait.models.networks()
        if hasattr(getattr(meshgait.models, name), "inputs")
    }
    assert networks <= rows


def test_networks_are_trained_on_frames_as_they_were_published():
    input_mode = {method.name: method.input_mode for method in all_methods()}
    assert input_mode["SLN"] == input_mode["GaitSet"] == "set"
    assert input_mode["GaitPart"] == input_mode["MTSGait"] == "motion"


@pytest.mark.parametrize("method", [*all_methods(), *ABLATIONS], ids=lambda method: method.name)
def test_every_row_can_be_built(method):
    if method.describe is None and hasattr(meshgait.models, method.model):
        assert method.build(TINY).inputs


def test_every_row_of_the_ablation_is_another_training():
    trained = [
        repr((method.build(TINY).config, method.input_mode, method.loss, method.augment))
        for method in ABLATIONS
    ]
    assert len(set(trained)) == len(trained)
    consistent = [method.name for method in ABLATIONS if "consistency" in method.loss.terms]
    assert consistent == ["fusion with shape refined"]


def test_names_of_rows_are_unique_and_errors_name_the_nearest():
    for rows in (all_methods(), ABLATIONS):
        assert len({method.name for method in rows}) == len(rows)
    assert [m.name for m in find_methods(["sln", "GEI"], all_methods())] == ["SLN", "GEI"]
    with pytest.raises(ConfigError, match="did you mean 'SLN'"):
        find_methods(["SLM"], all_methods())


def test_a_wrong_option_and_a_missing_network_are_told():
    with pytest.raises(ConfigError, match="SLN has no option 'colour'"):
        Method("x", "SLN", {"colour": 1}).build(TINY)
    with pytest.raises(ConfigError, match="no model 'Sloth'"):
        Method("x", "Sloth").build(TINY)


def test_a_row_is_compared_with_another_of_its_table_that_reads_no_more_than_it():
    for rows in (all_methods(), ABLATIONS):
        known = {method.name: method for method in rows}
        for method in (method for method in rows if method.against):
            other = known[method.against]
            assert other is not method
            assert set(other.model_type.inputs) <= set(method.model_type.inputs)
