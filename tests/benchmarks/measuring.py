"""Commands measured in processes of their own: wall time, processor time, the most memory that they had."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent.parent
REPETITIONS = 5


@dataclass(frozen=True)
class Measured:
    """One run: seconds until it ended and until its first byte, its processor's seconds, MiB, lines of output."""

    wall: float
    first: float
    processor: float
    memory: float
    lines: int


def measured(command: Sequence[str]) -> Measured:
    """Run the command with its output into a pipe; RuntimeError where it fails."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_CACHE_HOME": f"{home}/cache", "NO_COLOR": "1"}
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
        assert process.stdout is not None
        lines, first = 0, 0.0
        while data := os.read(process.stdout.fileno(), 1 << 20):
            first = first or time.perf_counter() - began
            lines += data.count(b"\n")
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Measured(wall, first, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, lines)


def best_of_turns(*commands: Sequence[str], repetitions: int = REPETITIONS) -> list[Measured]:
    """Run the commands in turn, so that a busy moment strikes all alike, and return the fastest run of each."""
    runs = [[measured(command) for command in commands] for _ in range(repetitions)]
    return [min(column, key=lambda run: run.wall) for column in zip(*runs, strict=True)]


def regtui(*words: str) -> list[str]:
    """Return the command line of this tree's regtui."""
    return [sys.executable, "-m", "regtui", *words]


def row(name: str, run: Measured, floor: Measured) -> str:
    """Return a line of a benchmark's table; ratios are to the floor of the same turns."""
    return (
        f"{name:28} {run.wall:7.3f} s  {run.wall / floor.wall:5.2f}x  first {run.first:6.3f} s  "
        f"processor {run.processor:6.3f} s  {run.memory:6.1f} MiB  {run.lines} lines"
    )


def verdict(what: str, value: float, bound: float) -> bool:
    """Print whether a figure is within its bound."""
    is_within = value <= bound
    sys.stdout.write(f"{'ok  ' if is_within else 'MISS'} {what}: {value:.2f}, at most {bound:g}\n")
    return is_within
