"""The list of repositories with a million names: stalls of the loop, memory, bytes and time of a cursor key.

    python -m tests.benchmarks.tui_list [REPOSITORIES]

The first part runs the app without a terminal and watches its event loop; the second runs the program in a
pseudo-terminal of 120x40 and counts what it writes.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import os
import pty
import resource
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.__main__ import COLLECT_AFTER
from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.live import LiveSession, Means
from regtui.registry.dialers import SystemDialer
from regtui.registry.resolvers import SystemResolver
from regtui.registry.tls import Trust
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.screens.browse import RepositoriesScreen
from tests.benchmarks.measuring import ROOT, regtui, verdict
from tests.benchmarks.synthetic import running
from tests.tui_screens import STILL

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from regtui.session import Session

MILLION = 1_000_000
TICK = 0.002
"""Seconds between two looks at the loop's clock."""
QUIET = 0.15
KEYS = 40


@dataclass
class Watch:
    """Looks at the clock all the time; the longest time between two looks is the longest stall."""

    gaps: list[float] = field(default_factory=list)

    async def run(self) -> None:
        """Watch until cancelled."""
        before = time.perf_counter()
        while True:
            await asyncio.sleep(TICK)
            now = time.perf_counter()
            self.gaps.append(now - before - TICK)
            before = now

    def take(self) -> float:
        """Return the longest stall since the last time in milliseconds."""
        worst, self.gaps = max(self.gaps, default=0.0), []
        return worst * 1000


def configuration(folder: str, port: int) -> Path:
    """Write the host's configuration with the one registry."""
    path = Path(folder) / "docker"
    path.write_text(f"ADD_REGISTRY='--add-registry 127.0.0.1:{port}'\n")
    return path


async def watched(path: Path, repositories: int) -> None:
    """Stream the catalog into the screen, look for names, and print the figures."""
    means = Means(SystemResolver(), SystemDialer(), Trust())
    session = LiveSession(load("/", (str(path),)), means, place="benchmark", platform=Platform())

    async def open_session() -> Session:
        return session

    app = RegtuiApp(Start(session.config, "benchmark", open_session, STILL))
    async with app.run_test(size=(120, 40)) as pilot:
        await _until(pilot, lambda: app.home._session is not None)
        watch = Watch()
        watching = asyncio.create_task(watch.run())
        began = time.perf_counter()
        pressed = asyncio.create_task(pilot.press("enter"))  # which ends when nothing moves any more
        await _until(pilot, lambda: isinstance(app.screen, RepositoriesScreen) and bool(len(app.screen.names)))
        top = app.screen
        assert isinstance(top, RepositoriesScreen)
        sys.stdout.write(f"first rows after {time.perf_counter() - began:.3f} s\n")
        watch.take()
        await _until(pilot, lambda: top.reading.loaded >= repositories)
        verdict("longest stall while streaming, ms", watch.take(), 50)
        sys.stdout.write(f"{top.reading.loaded} names after {time.perf_counter() - began:.2f} s\n")
        await pressed
        for typed in ("slash", "9", "9", "backspace", "backspace", "asterisk", "slash", "s", "asterisk", "9"):
            began = time.perf_counter()
            await pilot.press(typed)
            await _until(pilot, lambda: top.names.is_searched)
            took = (time.perf_counter() - began) * 1000
            sys.stdout.write(f"key {typed:10} {took:6.0f} ms to the end, {top.names.matching} match\n")
            verdict(f"longest stall of key {typed}, ms", watch.take(), 50)
        watching.cancel()
    await session.aclose()
    verdict("memory, MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 350)


async def _until(pilot: Pilot[None], reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - the pilot's own waiting costs more than what is measured
        await asyncio.sleep(TICK)
    await pilot.pause()


class Screen:
    """The program in a pseudo-terminal; counts bytes."""

    def __init__(self, path: Path) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environ = os.environ | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        command = regtui("--config", str(path), "--no-cache")
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, env=environ)
        os.close(slave)

    def press(self, keys: bytes) -> tuple[int, float]:
        """Press keys; return the bytes that follow and the milliseconds to the last of them."""
        began = last = time.perf_counter()
        os.write(self._master, keys)
        count = 0
        while select.select([self._master], [], [], QUIET)[0]:
            count += len(os.read(self._master, 1 << 16))
            last = time.perf_counter()
        return count, (last - began) * 1000

    def until(self, words: bytes) -> None:
        """Read until the words were written."""
        seen = b""
        while words not in seen:
            assert select.select([self._master], [], [], 60)[0], seen[-300:]
            seen = seen[-200:] + os.read(self._master, 1 << 16)


def typed(path: Path) -> None:
    """Move the cursor in the real program and print what that costs."""
    screen = Screen(path)
    try:
        screen.until(b"enter")
        screen.press(b"")
        os.write(screen._master, b"\r")
        screen.until(b"complete")
        screen.press(b"")
        moves = [screen.press(b"\x1b[B") for _ in range(KEYS)]
        within = moves[: KEYS // 2]
        verdict("bytes of a cursor key, median", statistics.median(count for count, _ in within), 500)
        verdict("a cursor key to its last byte, median ms", statistics.median(ms for _, ms in within), 16)
        verdict("a cursor key to its last byte, worst ms", max(ms for _, ms in within), 50)
        count, ms = screen.press(b"\x1b[6~")
        sys.stdout.write(f"a page: {count} bytes, {ms:.0f} ms\n")
    finally:
        screen.process.kill()
        screen.process.wait()


def main() -> None:
    """Measure both."""
    gc.set_threshold(COLLECT_AFTER, 20, 20)  # as the program does
    repositories = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    with running(repositories=repositories) as port, tempfile.TemporaryDirectory() as folder:
        path = configuration(folder, port)
        asyncio.run(watched(path, repositories))
        typed(path)


if __name__ == "__main__":
    main()
