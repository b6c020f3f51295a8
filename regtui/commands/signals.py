"""Work that a signal ends: it is cancelled, and the command leaves with 128 and the signal's number."""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Interruption:
    """`number` is the signal that came, 0 where none did."""

    number = 0


@contextmanager
def until_a_signal() -> Iterator[Interruption]:
    """Cancel the running task at a signal; the block then ends quietly, and what comes after it runs."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    came = Interruption()

    def stop(number: int) -> None:
        came.number = number
        task.cancel()

    for number in ENDING:
        loop.add_signal_handler(number, stop, number)
    try:
        yield came
    except asyncio.CancelledError:
        if not came.number:
            raise
