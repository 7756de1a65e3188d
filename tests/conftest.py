"""Set-up of all tests. Shapes in signatures are checked while they run (see __init__.py)."""

import gc
import os
import signal
from contextlib import contextmanager, nullcontext

if "PYTEST_XDIST_WORKER" in os.environ:  # as many processes as cores: more would only fight
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; for children too
    os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")

import jaxtyping
import pytest
import torch
from hypothesis import settings

# A shell that puts the tests into the background lets them ignore Ctrl-C, and their children too.
signal.signal(signal.SIGINT, signal.default_int_handler)

PROGRAMS = {
    "benchmark", "cli", "experiment", "explain", "fitting", "preparation", "recipes", "synthetic",
    "test_demo.py", "test_examples.py", "test_learning.py", "test_readme.py", "training", "zoo",
}  # fmt: skip

settings.register_profile("same every time", derandomize=True, deadline=None)
settings.register_profile("fuzz", max_examples=500, deadline=None)
settings.load_profile("same every time")


def pytest_runtest_setup(item):
    """Open3D's wheel needs system libraries that a machine without root may lack."""
    if item.get_closest_marker("open3d"):
        # Not above: the checker of shapes must be in place before meshgait is imported.
        from meshgait._optional import require
        from meshgait.errors import DependencyError

        try:
            require("open3d", extra="viz")
        except DependencyError as error:
            pytest.skip(str(error))


@pytest.fixture(autouse=True)
def _same_random_numbers_every_time():
    torch.manual_seed(0)


@contextmanager
def without_checker():
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)


@pytest.fixture
def unchecked():
    """Run without the checker, as users do: to see our own errors for wrong shapes."""
    with without_checker():
        yield


@pytest.fixture(scope="module")
def machines():
    """A scheduler and a worker within this process."""
    import distributed  # few tests need it

    with distributed.LocalCluster(
        1, processes=False, threads_per_worker=1, dashboard_address=":0", protocol="tcp"
    ) as started:
        yield started.scheduler_address


@pytest.fixture(autouse=True, scope="module")
def _programs_run_without_the_checker(request):
    """It costs more than their work; what they are made of is checked in its own tests."""
    parts = request.node.nodeid.split("/")
    with without_checker() if PROGRAMS & set(parts) else nullcontext():
        yield


def pytest_collection_finish():
    gc.freeze()  # thousands of tests: collected objects need not be looked at again and again
