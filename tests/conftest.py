"""Set-up of all tests. Shapes in signatures are checked while they run (see __init__.py)."""

import jaxtyping
import pytest
import torch


@pytest.fixture(autouse=True)
def _same_random_numbers_every_time():
    torch.manual_seed(0)


@pytest.fixture
def unchecked():
    """Run without the checker, as users do: to see our own errors for wrong shapes."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)
