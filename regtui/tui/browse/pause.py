"""The seconds for which a registry that was asked too much wants a pause, counted down on a screen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer


class Pause:
    """Counts a pause down; nothing is asked when it is over, unless a person does."""

    def __init__(self, every: Callable[[float, Callable[[], None]], Timer], tell: Callable[[], None]) -> None:
        """`every` calls something at an interval in seconds, `tell` shows what is left."""
        self._every = every
        self._tell = tell
        self._ends = 0.0
        self._timer: Timer | None = None

    @property
    def left(self) -> float | None:
        """Seconds that are left; None where no pause is wanted."""
        return max(0.0, self._ends - time.monotonic()) if self._timer is not None else None

    def begin(self, seconds: float) -> None:
        """Count the seconds down."""
        self.end()
        self._ends = time.monotonic() + seconds
        self._timer = self._every(1.0, self._count)

    def end(self) -> None:
        """No pause is wanted any more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _count(self) -> None:
        self._tell()
        if not self.left:
            self.end()
            self._tell()
