"""How long a command takes from fork to exit, as a multiple of a Python that does nothing."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import compared, show

if TYPE_CHECKING:
    from tests.benchmarks import Figure

ROOT = Path(__file__).parent.parent.parent
RUNS = 40
FLOOR = "`python -c pass`"
LIMITS = {"`regtui --version`": 3.0, "`regtui info`": 8.0}

HOST = """\
ADD_REGISTRY='--add-registry 198.51.100.4:5000 --add-registry 198.51.100.5'
INSECURE_REGISTRY='--insecure-registry 198.51.100.4:5000'
OPTIONS='--registry-mirror=http://198.51.100.4:5000 --signature-verification=false'
"""


def measure(*, short: bool) -> tuple[Figure, ...]:
    """Run the commands in turns, so that a busy machine is busy for all, and compare the fastest run of each."""
    compileall.compile_dir(str(ROOT / "regtui"), quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        host = Path(folder) / "docker"
        host.write_text(HOST)
        commands = {
            FLOOR: ["-c", "pass"],
            "`regtui --version`": ["-m", "regtui", "--version"],
            "`regtui info`": ["-m", "regtui", "info", "--config", str(host)],
            "`regtui resolve --dry-run`": ["-m", "regtui", "resolve", "etcd", "--dry-run", "--config", str(host)],
        }
        fastest = dict.fromkeys(commands, float("inf"))
        for _ in range(2 if short else RUNS):
            for name, words in commands.items():
                fastest[name] = min(fastest[name], _seconds(words))
    floor = fastest.pop(FLOOR) * 1000
    return tuple(
        compared(name, seconds * 1000, floor, FLOOR, limit=LIMITS.get(name)) for name, seconds in fastest.items()
    )


def _seconds(words: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(show(measure))
