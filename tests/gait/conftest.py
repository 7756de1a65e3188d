import numpy as np
import pytest

from meshgait import Body
from meshgait.walker import Identity, Route, walk

FPS = 50.0


@pytest.fixture(scope="session")
def body():
    return Body.embedded()


@pytest.fixture(scope="session")
def person():
    return Identity.draw(np.random.default_rng(3))


@pytest.fixture(scope="session")
def plain(body, person):
    """Ten seconds straight ahead."""
    return walk(body, person, Route(), frames=500, fps=FPS)
