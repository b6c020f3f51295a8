"""How long a command takes from fork to exit, as a multiple of a Python that does nothing."""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import Figure, show

ROOT = Path(__file__).parent.parent.parent
RUNS = 40
FLOOR = "`python -c pass`"

HOST = """\
ADD_REGISTRY='--add-registry 198.51.100.4:5000 --add-registry 198.51.100.5'
INSECURE_REGISTRY='--insecure-registry 198.51.100.4:5000'
OPTIONS='--registry-mirror=http://198.51.100.4:5000 --signature-verification=false'
"""


def measure(runs: int = RUNS) -> tuple[Figure, ...]:
    """Run each command so many times, in turns so that a busy machine is busy for all, and compare the fastest runs."""
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
        for _ in range(runs):
            for name, words in commands.items():
                fastest[name] = min(fastest[name], _seconds(words))
    bounds = {"`regtui --version`": 3.0, "`regtui info`": 8.0}
    figures = []
    for name in list(commands)[1:]:
        ratio, bound = fastest[name] / fastest[FLOOR], bounds.get(name)
        kept = bound is None or ratio <= bound
        figures.append(Figure(name, FLOOR, f"{ratio:.1f}x", f"{bound:.0f}x" if bound else "-", kept))
    return tuple(figures)


def _seconds(words: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(show(measure()))
