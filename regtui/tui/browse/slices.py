"""A long search in slices: between two of them keys are read and the screen is painted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.tui.browse.names import Names

FIRST = 0.02
"""Seconds before the second slice: what the first has found is on the screen by then."""
BETWEEN = 0.001
"""Seconds between two slices. A key takes a dozen turns of the loop from its byte to the frame: all of them fit in."""


async def search_on(names: Names, show: Callable[[], object]) -> None:
    """Look at all that is left, and show what was found after each slice."""
    await asyncio.sleep(FIRST)
    while names.advance():
        show()
        await asyncio.sleep(BETWEEN)
