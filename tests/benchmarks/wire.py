"""Bytes that the program writes to a terminal of 80x24: what a slow link has to carry.

Counts, with no clock in them but for how many frames of a moving walk there are.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.benchmarks import bounded, show
from tests.benchmarks.screen import WORDS, environment
from tests.tui_pty import IDLE, running, running_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.benchmarks import Figure
    from tests.tui_pty import Terminal

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
DEMO = [sys.executable, "-m", "regtui", "--demo", "--no-cache"]


def measure(*, short: bool) -> tuple[Figure, ...]:
    """Count what a start, a walk, a key and an idle screen write."""
    return (
        bounded("first paint at 16 colors", first_paint({"TERM": "xterm"}), "B", 12_000),
        bounded("first paint at 256 colors", first_paint({}), "B"),
        bounded("a whole animated walk with `SSH_CONNECTION`", walk(SSH), "B", 24_000),
        bounded("a whole animated walk without", walk({}), "B", 60_000),
        bounded("a cursor move", cursor_move(), "B", 500),
        bounded("idle with the name being typed", idle(), "B/s", 0),
    )


def complete(terminal: Terminal) -> None:
    """Wait for the home screen."""
    for word in WORDS:
        terminal.has(word)
    terminal.quiet(1.0)  # until every registry has answered


def first_paint(environ: Mapping[str, str]) -> int:
    """Return the bytes of a start up to the moment at which the network begins to answer."""
    with running("hung", environ=environment() | dict(environ)) as terminal:
        terminal.has("quit")
        terminal.quiet()
        return len(terminal.out)


def walk(environ: Mapping[str, str]) -> int:
    """Return the bytes from the enter key to the end of the demo's longest walk."""
    with running_command(DEMO, environ=environment() | dict(environ)) as terminal:
        complete(terminal)
        terminal.send(b"/redis")
        terminal.quiet()
        before = len(terminal.out)
        terminal.send(b"\r")
        terminal.until("found")
        terminal.quiet(1.0)
        return len(terminal.out) - before


def cursor_move() -> int:
    """Return the bytes of the key that goes one row down in the list of registries."""
    with running_command(DEMO, environ=environment()) as terminal:
        complete(terminal)
        terminal.send(b"j")
        return terminal.quiet()


def idle() -> float:
    """Return the bytes a second while the cursor stands in the name."""
    with running_command(DEMO, environ=environment()) as terminal:
        complete(terminal)
        terminal.send(b"/")
        terminal.quiet()
        return terminal.quiet(2 * IDLE) / (2 * IDLE)


if __name__ == "__main__":
    sys.exit(show(measure))
