"""What a key costs on its way to a terminal of 120x40 over SSH, while a million names stream in: bytes, and time.

    python -m tests.benchmarks.tui_keys

The terminal says that it knows synchronized output, so that the program marks where a frame begins and ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from typing import TYPE_CHECKING

from tests.benchmarks import Figure, bounded, show
from tests.benchmarks.measuring import ROOT, Clock, regtui
from tests.benchmarks.screen import NOWHERE
from tests.benchmarks.synthetic import running
from tests.benchmarks.tui_list import FEW_REPOSITORIES, REPOSITORIES, configuration
from tests.benchmarks.wire import SSH

if TYPE_CHECKING:
    from pathlib import Path

ASKED, ANSWERED = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Whether the terminal can show a frame at once, and that it can."""
FRAME_END = b"\x1b[?2026l"
QUIET = 0.06
"""Seconds after a key in which its last frame has come."""
KEYS, FEW_KEYS = 25, 4
PATIENCE = 60.0
DOWN, UP = b"\x1b[B", b"\x1b[A"
_CONTROL = re.compile(rb"\x1b\[[0-9;?$]*[A-Za-z]")


class Screen:
    """The program in a pseudo-terminal."""

    def __init__(self, path: Path) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environ = os.environ | SSH  # where a frame may wait longer for the one before it
        environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        command = regtui("--config", str(path), "--no-cache", *NOWHERE)
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, env=environ)
        os.close(slave)
        with contextlib.suppress(OSError):  # who watches should not stand in the queue; it takes a privilege
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        self.has_all = False
        self._rest = b""

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def frame(self, until: float) -> tuple[bytes, float] | None:
        """Return the next frame and when its last byte came; None where none has come by then."""
        while FRAME_END not in self._rest:
            left = until - time.perf_counter()
            if left <= 0 or not select.select([self._master], [], [], left)[0]:
                return None
            self._rest += os.read(self._master, 1 << 16)
            if ASKED in self._rest:
                self._rest = self._rest.replace(ASKED, b"")
                self.send(ANSWERED)
        frame, _, self._rest = self._rest.partition(FRAME_END)
        self.has_all = self.has_all or b"complete" in frame
        return frame, time.perf_counter()

    def until(self, words: bytes) -> None:
        """Read frames until one has the words."""
        end = time.perf_counter() + PATIENCE
        while (frame := self.frame(end)) is not None:
            if words in _CONTROL.sub(b"", frame[0]):
                return
        raise AssertionError(f"{words!r} never came")

    def settle(self) -> None:
        """Read the frames in which a screen opens: they belong to no key."""
        while self.frame(time.perf_counter() + QUIET) is not None:
            pass

    def press(self, key: bytes, words: bytes) -> tuple[int, float]:
        """Press a key; return the bytes of the frames that have the words, and the milliseconds to the last of them.

        Time in which the program waited for a processor is left out.
        """
        clock, began = Clock(self.process.pid), time.perf_counter()
        self.send(key)
        count, last = 0, 0.0
        while (frame := self.frame(began + (QUIET if count else PATIENCE))) is not None:
            if words in _CONTROL.sub(b"", frame[0]):
                count, last = count + len(frame[0]) + len(FRAME_END), clock.read(frame[1])
        assert count, f"{words!r} never came"
        return count, last


def measure(*, short: bool) -> tuple[Figure, ...]:
    """Move the cursor in the real program while names come in, and type into the filter when all are there."""
    repositories, keys = (FEW_REPOSITORIES, FEW_KEYS) if short else (REPOSITORIES, KEYS)
    with running(repositories=repositories) as port, tempfile.TemporaryDirectory() as folder:
        screen = Screen(configuration(folder, port))
        try:
            screen.until(b"enter browse")
            screen.send(b"\r")
            screen.until(b"loaded")
            screen.settle()
            moves: list[tuple[int, float]] = []
            while len(moves) < keys and not (screen.has_all and moves):  # in a short run, all came before a key
                moves.append(screen.press(DOWN, f"service-{len(moves) + 1:03}".encode()))
            if not screen.has_all:
                screen.until(b"complete")
            screen.send(b"/")
            screen.until(b"/ ")
            _, first = screen.press(b"9", b"service-009")
        finally:
            screen.process.kill()
            screen.process.wait()
    times = [ms for _, ms in moves]
    size = statistics.median(count for count, _ in moves)
    return (
        bounded("a cursor key at 120x40, median", size, "bytes", 500),
        bounded("to its last byte while names stream in, median", statistics.median(times), "ms", 16),
        bounded("the worst of them", max(times), "ms", 50),
        bounded(f"a filter key over {repositories:,} names: to the first matches", first, "ms", 50),
    )


if __name__ == "__main__":
    sys.exit(show(measure))
