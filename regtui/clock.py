"""Time since a resolution began."""

from __future__ import annotations

import time


class Clock:
    """Milliseconds since the clock was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def now(self) -> float:
        """Return the time, in milliseconds."""
        return (time.perf_counter() - self._start) * 1000
