"""Names looked up at once and for a limited time, for rules that depend on addresses."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from regtui.registry.addresses import literal
from regtui.registry.errors import NetworkError
from regtui.registry.getaddrinfo import addresses_in, can_be_asked, getaddrinfo

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.engines.base import Addresses
    from regtui.host.model import Address
    from regtui.registry.getaddrinfo import Row
    from regtui.registry.network import Resolver


async def look_up_names(names: tuple[str, ...], resolver: Resolver, seconds: float) -> Addresses:
    """Return what the names resolve to within the time; None where the lookup failed, nothing where it did not end."""
    import asyncio  # whoever has a loop has it already; who has none uses the other function

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


def look_up_without_loop(
    names: tuple[str, ...], seconds: float, lookup: Callable[[bytes], list[Row]] = getaddrinfo
) -> Addresses:
    """Return the same from the system's resolver, on threads that nobody waits for after the time.

    For a command that needs no event loop otherwise: to load one takes longer than most lookups do.
    """

    def one(name: str) -> None:
        address = literal(name)
        if address is not None or not can_be_asked(name):
            found[name] = (address,) if address is not None else None
            return
        try:
            found[name] = addresses_in(lookup(name.encode("ascii"))) or None
        except (OSError, ValueError):
            found[name] = None

    found: dict[str, tuple[Address, ...] | None] = {}
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=one, args=(name,), name="lookup", daemon=True) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    return dict(found)
