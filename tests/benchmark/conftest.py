import pytest

from meshgait.benchmark import Budget
from meshgait.data import SubjectsAndClips
from meshgait.data.synthetic.render_clip import WildConfig

TINY = Budget(
    data_seeds=1, seeds=2, train_identities=4, test_identities=4, steps=4, width=1 / 16,
    batch=SubjectsAndClips(3, 2), frames=3, noise_levels=(0.0, 1.0),
    data=WildConfig(clips=4, frames=(14, 16)),
)  # fmt: skip


@pytest.fixture(scope="session")
def budget(tmp_path_factory):
    """A budget whose clips are rendered once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MESHGAIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield TINY
