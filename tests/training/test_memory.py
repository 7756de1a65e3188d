import platform
import subprocess
import sys

import pytest

from meshgait.training import memory

PROBE = """
import resource, runpy, sys
if sys.argv[1] == "kept":
    assert runpy.run_path(sys.argv[2])["keep_freed_memory"]()
for _ in range(2):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    b"x" * 2**28  # allocated, written and freed
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults_of_the_second_time(mode):
    """Pages (of 2 MB at most) that the system had to clear for a block that was used before."""
    found = subprocess.run(
        [sys.executable, "-c", PROBE, mode, memory.__file__],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(found.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked")
def test_memory_that_was_freed_is_used_again_without_asking_the_system():
    assert faults_of_the_second_time("plain") >= 2**28 // 2**21
    assert faults_of_the_second_time("kept") < 2**28 // 2**23


def test_elsewhere_than_on_glibc_nothing_happens(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not memory.keep_freed_memory()
