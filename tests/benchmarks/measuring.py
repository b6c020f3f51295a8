"""Commands measured in processes of their own: wall time, processor time, the most memory that they had.

A machine that does other things too would spoil times of some milliseconds: `Clock` stands still
while the measured process stands in the queue for a processor, which is no fault of its own.
"""

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


def complete(run: Measured, lines: int) -> None:
    """RuntimeError where a run has not written that many lines: what is faster for doing less is no figure."""
    if run.lines != lines:
        raise RuntimeError(f"{run.lines} lines came instead of {lines}")


class Queue:
    """How long the threads of a process have stood in the queue for a processor since this was made.

    The second number of /proc/PID/task/TID/schedstat, in nanoseconds (Documentation/scheduler/sched-stats.rst).
    """

    def __init__(self, process: int | str) -> None:
        self._tasks = Path(f"/proc/{process}/task")
        self._before = self._look()

    @property
    def seconds(self) -> float:
        """The seconds; 0 where Linux does not tell."""
        return sum(now - self._before.get(path, 0) for path, now in self._look().items()) / 1e9

    def _look(self) -> dict[Path, int]:
        return {
            path: nanoseconds for path in self._tasks.glob("*/schedstat") if (nanoseconds := _queued(path)) is not None
        }


def _queued(path: Path) -> int | None:
    try:
        return int(path.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None  # a thread that has just ended, or a kernel without these numbers


class Clock:
    """Milliseconds since it was made, without those in which the process waited for a processor."""

    def __init__(self, process: int | str = "self") -> None:
        self._queue = Queue(process)
        self._began = time.perf_counter()

    def read(self, at: float | None = None) -> float:
        """Return the time now, or at an earlier moment of `time.perf_counter` that has just passed."""
        passed = (at or time.perf_counter()) - self._began
        return max(0.0, passed - self._queue.seconds) * 1000  # two threads may have waited at the same time
