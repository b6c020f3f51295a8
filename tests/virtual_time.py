"""An event loop whose clock stands still while anything moves, so that waiting costs nothing and every run is alike."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

_QUIET = 0.002
"""Real seconds without a byte on any socket of this process after which the next timer is due."""
_QUIET_BEFORE_A_LIMIT = 0.05
"""The same where the next timer is seconds away: a time limit, which must not pass because the machine is busy."""
_LONG = 0.5
_STUCK = 30.0


class _Selector(selectors.DefaultSelector):
    """Waits for sockets, and in place of waiting for a timer moves the clock to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; where nothing is and nothing comes, it is `timeout` seconds later."""
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:  # no timer: a thread is at work
            ready = super().select(_STUCK)
            assert ready, "nothing happens any more, and nothing ever will"
            return ready
        ready = super().select(_QUIET if timeout < _LONG else _QUIET_BEFORE_A_LIMIT)
        if not ready:
            self.now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; `time()` begins at 0."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Return the seconds that have passed for those who live in the loop."""
        return self._virtual.now


def run_in_virtual_time(work: Coroutine[object, object, T]) -> T:
    """Run to the end, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
