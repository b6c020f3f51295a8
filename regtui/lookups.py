"""Names looked up at once and for a limited time, for rules that depend on addresses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui.registry.errors import NetworkError

if TYPE_CHECKING:
    from regtui.engines.base import Addresses
    from regtui.host.model import Address
    from regtui.registry.network import Resolver


async def look_up_names(names: tuple[str, ...], resolver: Resolver, seconds: float) -> Addresses:
    """Return what the names resolve to within the time; None where the lookup failed, nothing where it did not end."""

    async def one(name: str) -> None:
        try:
            found[name] = await resolver.resolve(name, 0)
        except NetworkError:
            found[name] = None

    found: dict[str, tuple[Address, ...] | None] = {}
    tasks = [asyncio.create_task(one(name)) for name in names]
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found
