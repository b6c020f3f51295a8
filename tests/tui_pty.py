"""A pseudo-terminal with a program in it: what it writes, what it leaves behind."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

PROGRAM = Path(__file__).parent / "tui_program.py"
LIMIT = 30.0
"""Seconds for anything to come; a program that is later hangs."""
QUIET = 0.25
"""Seconds without a byte after which everything was said."""
IDLE = 0.7
"""Seconds that silence is listened to: several turns of every clock, longer than a cursor blinks."""


class Terminal:
    """The master side. `out` is all that was written so far."""

    def __init__(self, master: int, slave: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self._slave = slave
        self.process = process
        self.before = termios.tcgetattr(slave)
        self.out = b""

    def send(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def resize(self, width: int, height: int) -> None:
        """Make the window as large as that."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process.send_signal(signal.SIGWINCH)

    def until(self, *words: str) -> None:
        """Read until all the words were written, in whatever order: one painting may hold them."""
        start = len(self.out)
        for wanted in (word.encode() for word in words):
            while wanted not in self.out[max(0, start - len(wanted)) :]:
                assert self._read(LIMIT), f"{wanted!r} never came; the end was {self.out[-300:]!r}"

    def has(self, words: str) -> None:
        """Read until the words were written, now or before."""
        wanted = words.encode()
        while wanted not in self.out:
            assert self._read(LIMIT), f"{words!r} never came; the end was {self.out[-300:]!r}"

    def quiet(self, seconds: float = QUIET) -> int:
        """Read until nothing comes for the time; return how many bytes came."""
        before = len(self.out)
        while self._read(seconds):
            pass
        return len(self.out) - before

    def end(self, within: float = LIMIT) -> int:
        """Read to the end and return the exit status, the number of the signal negative."""
        over = time.monotonic() + within
        while self.process.poll() is None:
            self._read(0.05)
            assert time.monotonic() < over, f"it never ended; the end was {self.out[-300:]!r}"
        self._read(0)
        return self.process.returncode

    def wait(self, other: int) -> bool:
        """Read until another descriptor is ready or nothing came for a while; say whether it is."""
        ready, _, _ = select.select([self._master, other], [], [], QUIET)
        if self._master in ready:
            self.out += os.read(self._master, 65536)
        return other in ready

    def hang_up(self) -> int:
        """Let the terminal go away, as a connection does that breaks; return the exit status."""
        os.close(self._master)
        self._master = -1
        self.process.send_signal(signal.SIGHUP)
        return self.process.wait(LIMIT)

    def vanish(self) -> int:
        """Let the terminal go away without a signal, as one does that controls no process; return the exit status."""
        os.close(self._master)
        self._master = -1
        return self.process.wait(LIMIT)

    def stopped(self) -> bool:
        """Read until the process is stopped, and all that it wrote before."""
        over = time.monotonic() + LIMIT
        while self._state() != "T":
            self._read(0.05)
            assert time.monotonic() < over, "it was never stopped"
        self.quiet()
        return True

    def restored(self) -> bool:
        """Say whether the terminal is as it was: modes, screen, cursor, mouse."""
        modes = all(self.out.rfind(off) > self.out.rfind(on) for on, off in PAIRS)
        return modes and termios.tcgetattr(self._slave) == self.before

    def close(self) -> None:
        """Let go of both sides."""
        for side in (self._master, self._slave):
            if side >= 0:
                os.close(side)

    def _state(self) -> str:
        """Return the letter for what the process is doing."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        data = os.read(self._master, 65536)
        self.out += data
        return bool(data)


PAIRS = [(b"\x1b[?%dh" % mode, b"\x1b[?%dl" % mode) for mode in (1049, 1000, 1003, 1006, 1015, 1004, 2004)] + [
    (b"\x1b[?25l", b"\x1b[?25h"),
    (b"\x1b[?7l", b"\x1b[?7h"),
    (b"\x1b[>", b"\x1b[<u"),
]
"""What is switched on, and how it is switched off: screen, mouse, focus, pasting, cursor, line wrap, keyboard."""


def running(
    mode: str, *, size: tuple[int, int] = (80, 24), environ: Mapping[str, str] | None = None
) -> AbstractContextManager[Terminal]:
    """Start the real app with a scripted session in a terminal of the size."""
    paths = {"PYTHONPATH": str(PROGRAM.parents[1])}
    return running_command([sys.executable, str(PROGRAM), mode], size=size, environ=paths | dict(environ or {}))


@contextmanager
def running_command(
    command: Sequence[str], *, size: tuple[int, int] = (80, 24), environ: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """Start a command in a terminal of the size; whatever happens, it is gone afterwards."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | dict(environ or {}),
        start_new_session=True,
    )
    terminal = Terminal(master, slave, process)
    try:
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal.close()
