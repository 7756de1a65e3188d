"""Open a page in the browser: walks in 3D, gait numbers, videos and galleries, without typing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from meshgait._optional import find
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Serve the page to this machine alone until it is interrupted."""
    parser = make_parser("app", __doc__)
    parser.add_argument("--port", type=int, default=8501, help="port of the address 127.0.0.1")
    parser.add_argument("--most-mb", type=int, default=500, help="megabytes of a file, at most")
    chosen = parse(parser, arguments)
    find("streamlit", extra="app")
    command = command_of(chosen.port, chosen.most_mb)
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        from meshgait.errors import ConfigError

        raise ConfigError(f"the page ended early; is port {chosen.port} free? --port names another")


def command_of(port: int, most_mb: int) -> list[str]:
    """What serves the page; nothing is sent or asked elsewhere."""
    options = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "server.headless": "true",
        "server.maxUploadSize": most_mb,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
    }
    page = Path(__file__).parents[1] / "app" / "page.py"
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(page), *flags]
