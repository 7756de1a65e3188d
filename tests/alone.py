"""Programs that are run in a process of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_alone(*arguments):
    """How `python -m` with these arguments ended, and what it said."""
    # A session of its own: what is sent to its whole group must not reach the tests.
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=600, check=False,
        capture_output=True, text=True, start_new_session=True,
    )  # fmt: skip


def killed_at_events(work, kills, folder):
    """The report of `tests.kill_at_events`."""
    found = run_alone("tests.kill_at_events", work, str(kills), str(folder))
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout.splitlines()[-1])
