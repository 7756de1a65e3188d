from dataclasses import replace

import pytest

from meshgait.benchmark import find_methods
from meshgait.benchmark.cost import Cost, costs
from meshgait.benchmark.methods import all_methods
from meshgait.data.synthetic.render_clip import WildConfig
from tests.benchmark.conftest import TINY

SMALL = replace(TINY, train_identities=2, data=WildConfig(clips=2, frames=(14, 16)))


def test_seconds_of_a_cell_are_hours_of_all():
    assert Cost("a", 9, 800.0).hours == 2.0


def test_every_row_has_its_cells_and_takes_time_and_the_sum_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path))
    methods = find_methods(["betas", "GEI", "SkeletonGCN"], all_methods())
    budget = replace(SMALL, data_seeds=2, seeds=3)
    found = list(costs(methods, budget))
    cells = {"clips": 2, "betas": 2, "GEI": 2, "SkeletonGCN": 6}
    assert {cost.name: cost.cells for cost in found} == cells
    assert all(cost.seconds > 0 for cost in found)
    assert not list(tmp_path.rglob("store.json"))  # nothing is kept


def test_more_steps_and_people_cost_more(monkeypatch):
    """With a clock that counts how often it is read, each measurement takes a second."""
    ticks = iter(range(10**6))
    monkeypatch.setattr("meshgait.benchmark.cost.time.perf_counter", lambda: float(next(ticks)))
    (method,) = find_methods(["betas"], all_methods())
    few, many = (dict_of([method], replace(SMALL, test_identities=count)) for count in (4, 40))
    assert many["clips"] == pytest.approx(few["clips"] * (2 + 2 * 40) / (2 + 2 * 4))
    assert many["betas"] == pytest.approx(few["betas"] * 42 / 6)


def dict_of(methods, budget):
    return {cost.name: cost.seconds for cost in costs(methods, budget)}
