"""Time since a resolution began, and the time of day for what is written down."""

from __future__ import annotations

import datetime
import time


class Clock:
    """Milliseconds since the clock was made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()

    def now(self) -> float:
        """Return the time, in milliseconds."""
        return (time.perf_counter() - self._start) * 1000


def utc_now() -> str:
    """Return the time in UTC as ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
