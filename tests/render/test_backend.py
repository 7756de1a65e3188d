import pytest
import torch

from meshgait import render
from meshgait.errors import DependencyError
from meshgait.render import backend
from tests.render import shapes

CLOUD = torch.rand(1, 3, 2)
MODULES = {"triton": "coverage_triton", "numba": "coverage_numba", "reference": "reference"}


@pytest.fixture
def _nothing_installed(monkeypatch):
    def refuse(package, extra=None):
        raise DependencyError(f"no {package}, try {extra}")

    monkeypatch.setattr(backend, "require", refuse)


def test_numba_is_the_default_on_the_cpu():
    pytest.importorskip("numba")
    assert backend.implementation(CLOUD, "auto", MODULES).__name__.endswith("coverage_numba")


@pytest.mark.usefixtures("_nothing_installed")
def test_without_numba_the_default_is_plain_torch():
    assert backend.implementation(CLOUD, "auto", MODULES).__name__.endswith("reference")
    with pytest.raises(DependencyError, match="no numba, try fast"):
        backend.implementation(CLOUD, "numba", MODULES)


def test_an_unknown_device_is_drawn_on_by_plain_torch():
    elsewhere = torch.empty(1, 3, 2, device="meta")
    assert backend.implementation(elsewhere, "auto", MODULES).__name__.endswith("reference")


def test_the_default_draws_what_the_reference_draws():
    points = torch.tensor([[1.2, 0.7], [6.1, 2.2], [3.3, 7.4]])
    for draw in (render.coverage, render.mask, render.softras):
        image = draw(points, shapes.TRIANGLE, (8, 8))
        expected = draw(points, shapes.TRIANGLE, (8, 8), backend="reference")
        torch.testing.assert_close(image, expected)


def test_the_report_says_what_draws_and_what_would_be_faster(monkeypatch):
    pytest.importorskip("numba")
    assert render.backends() == {"cpu": ("numba", None)} or "cuda" in render.backends()

    def refuse(package, extra=None):
        raise DependencyError(f"no {package}, try {extra}")

    monkeypatch.setattr(backend, "require", refuse)
    assert render.backends()["cpu"] == ("reference", "no numba, try fast")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert render.backends()["cuda"] == ("reference", "no triton, try None")
