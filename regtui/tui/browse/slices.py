"""A long search in slices: between two of them keys are read and the screen is painted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.tui.browse.names import Names


async def search_on(names: Names, show: Callable[[], object]) -> None:
    """Look at all that is left, and show what was found after each slice."""
    while names.advance():
        show()
        await asyncio.sleep(0)
