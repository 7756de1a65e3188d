import errno
import importlib

import pytest

from meshgait._optional import require
from meshgait.errors import DependencyError
from tests.minimum import named


@pytest.mark.parametrize(
    ("error", "way_out"),
    [
        (ModuleNotFoundError("no", name="open3d"), "not installed; install it with: pip install"),
        (ModuleNotFoundError("no", name="torch._six"), "fails to load: no. Open3D's wheel also"),
        (OSError("libGL.so.1: cannot open shared object file"), "Open3D's wheel also needs"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory"), "TMPDIR"),
        (ValueError("'foo' is not a valid backend\nsupported are"), "'foo' is not a valid backend"),
        (OSError(errno.ENOSPC, "No space left on device"), "free some space"),
    ],
)
def test_what_keeps_a_package_from_loading_is_told_with_its_way_out(monkeypatch, error, way_out):
    def fail(name):
        raise error

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(DependencyError, match=way_out) as raised:
        require("open3d", extra="viz")
    assert "\n" not in str(raised.value)


def test_a_package_has_one_lower_bound_wherever_it_is_named():
    assert len({line.partition(">=")[0] for line in named()}) == len(set(named()))
