"""The stored catalogue is what would be computed now: python -m meshgait.zoo.catalogue."""

import pytest
import torch

from meshgait.files import read_json
from meshgait.models import networks
from meshgait.zoo import cost_of, count_cost
from meshgait.zoo.catalogue import CATALOGUE, describe_network
from meshgait.zoo.cost import RUN

SOON = ("GaitSet", "SLN", "SMPLGait")  # to count all takes most of a minute
counted = [
    pytest.param(name, marks=() if name in SOON else pytest.mark.slow) for name in networks()
]


def test_it_names_every_network_in_order():
    assert list(read_json(CATALOGUE)) == list(networks())


@pytest.mark.parametrize("name", networks())
def test_it_has_all_that_is_known_of_a_network(name):
    stored = read_json(CATALOGUE)[name]
    assert {key: stored[key] for key in stored if key != "cost"} == describe_network(name)


@pytest.mark.parametrize("name", counted)
def test_costs_are_what_is_counted(name):
    assert cost_of(name) == count_cost(name)


@pytest.mark.parametrize("name", sorted(networks().keys() - set(RUN)))
def test_parameters_are_as_many_as_the_network_has(name):
    with torch.device("meta"):
        model = networks()[name]()
    assert cost_of(name).parameters == sum(weight.numel() for weight in model.parameters())
