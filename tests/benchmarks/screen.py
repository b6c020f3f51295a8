"""The screen in a pseudo-terminal of 80x24: how soon it is complete, how soon it is gone, what it costs while idle.

python -m tests.benchmarks.screen [--short]
"""

from __future__ import annotations

import compileall
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import bare_app, bounded, compared, show
from tests.tui_pty import LIMIT, Terminal, running, running_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks import Figure

ROOT = Path(__file__).parent.parent.parent
STARTS, ENDS = (18, 2), (5, 1)
IDLE = (10.0, 1.0)
"""Seconds in which processor time is counted: its clock ticks every 10 ms."""
HOST = """\
ADD_REGISTRY='--add-registry 127.0.0.1:9 --add-registry localhost:9'
INSECURE_REGISTRY='--insecure-registry 127.0.0.1:9'
"""
NOWHERE = ("--resolve", "registry-1.docker.io:443:127.0.0.1", "--connect-to", "registry-1.docker.io:443:127.0.0.1:9")
WORDS = ("rhel-docker", "docker.io", "docker pull", "a name, such as etcd", "quay.io/coreos/etcd", "browse", "quit")
"""What is on the home screen once it is complete."""


def measure(*, short: bool) -> tuple[Figure, ...]:
    """Start the program and the floor in turns, then watch one of each kind."""
    compileall.compile_dir(str(ROOT / "regtui"), quiet=1)
    compileall.compile_dir(str(ROOT / "tests/benchmarks"), quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        host = Path(folder) / "docker"
        host.write_text(HOST)
        program = [sys.executable, "-m", "regtui", "--config", str(host), "--no-cache", *NOWHERE]
        demo = [sys.executable, "-m", "regtui", "--demo", "--no-cache"]
        floor = [sys.executable, "-m", "tests.benchmarks.bare_app"]
        starts = {"floor": (floor, bare_app.WORDS), "program": (program, WORDS), "demo": (demo, WORDS)}
        fastest = dict.fromkeys(starts, float("inf"))
        for _ in range(STARTS[short]):
            for name, (command, words) in starts.items():
                fastest[name] = min(fastest[name], complete(command, words))
        named = "a bare Textual app with the same kinds of widgets"
        return (
            compared("start to the first complete paint", fastest["program"], fastest["floor"], named, limit=1.2),
            compared("the same with `--demo`", fastest["demo"], fastest["floor"], named, limit=1.2),
            bounded("quitting", statistics.median(quitting(program) for _ in range(ENDS[short])), "ms", 300),
            bounded(
                "quitting while a name lookup hangs", statistics.median(hung() for _ in range(ENDS[short])), "ms", 300
            ),
            *resting(program, demo, IDLE[short]),
        )


def environment() -> dict[str, str]:
    """Return what keeps the user's own settings out."""
    return {"HOME": "/nonexistent", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


def complete(command: Sequence[str], words: Sequence[str]) -> float:
    """Return the milliseconds from the fork until all words are on the screen."""
    began = time.perf_counter()
    with running_command(command, environ=environment()) as terminal:
        for word in words:
            terminal.has(word)
        return (time.perf_counter() - began) * 1000


def quitting(command: Sequence[str]) -> float:
    """Return the milliseconds from `q` to the end of a program that has come to rest."""
    with running_command(command, environ=environment()) as terminal:
        terminal.has("quit")
        terminal.quiet(0.5)
        return left(terminal)


def hung() -> float:
    """Return the same for a program with a thread that hangs, as a name lookup does."""
    with running("hung", environ=environment()) as terminal:
        terminal.has("quit")
        terminal.quiet(0.5)
        return left(terminal)


def left(terminal: Terminal) -> float:
    """Press `q` and return the milliseconds until the program has ended."""
    began = time.perf_counter()
    terminal.send(b"q")
    gone = os.pidfd_open(terminal.process.pid)
    try:
        while not terminal.wait(gone):
            assert time.perf_counter() - began < LIMIT
    finally:
        os.close(gone)
    return (time.perf_counter() - began) * 1000


def resting(program: Sequence[str], demo: Sequence[str], seconds: float) -> tuple[Figure, ...]:
    """Let the program be after its start and count what it writes and uses; return its memory, and the demo's."""
    with running_command(program, environ=environment()) as terminal:
        settle(terminal)
        memory, processor, written = resident(terminal), used(terminal), len(terminal.out)
        terminal.quiet(seconds)
        share = (used(terminal) - processor) / seconds * 100
        idle = (len(terminal.out) - written) / seconds
    with running_command(demo, environ=environment()) as terminal:
        settle(terminal)
        terminal.send(b"/redis\r")
        terminal.until("found")
        terminal.quiet(1.0)
        after = resident(terminal)
    return (
        bounded("idle: bytes a second", idle, "B/s", 0),
        bounded("idle: share of a processor", share, "%", 0.5),
        bounded("memory on the home screen", memory, "MB", 60),
        bounded("memory of the demo after a walk, with its registries", after, "MB"),
    )


def settle(terminal: Terminal) -> None:
    """Wait until the screen is complete and every registry of the list has answered or refused."""
    for word in WORDS:
        terminal.has(word)
    terminal.quiet(2.0)


def resident(terminal: Terminal) -> float:
    """Return the megabytes that the program has in memory."""
    status = Path(f"/proc/{terminal.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


def used(terminal: Terminal) -> float:
    """Return the seconds of processor time that the program has used."""
    fields = Path(f"/proc/{terminal.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(show(measure))
