"""Where a URL leads before anything is sent there: the addresses of its host, or a proxy that would look them up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui.host.proxies import proxy_for
from regtui.registry import failures
from regtui.registry.limits import ENGINE_DNS

if TYPE_CHECKING:
    from regtui.host.model import Address, Proxies
    from regtui.registry.network import Resolver
    from regtui.registry.weburl import WebUrl


class Places:
    """Looks up hosts as the transport does, with the same resolver and the same proxies."""

    def __init__(self, resolver: Resolver, proxies: Proxies, *, go110: bool, seconds: float) -> None:
        """`seconds` is the time limit of one lookup; `go110` as for `host.proxies.proxy_for`."""
        self._resolver = resolver
        self._proxies = proxies
        self._go110 = go110
        self._seconds = seconds

    async def of(self, url: WebUrl) -> tuple[Address, ...] | None:
        """Return the addresses of the URL's host, None where a proxy is asked. NetworkError at stage dns."""
        if proxy_for(self._proxies, url.scheme, url.host, url.port, go110=self._go110):
            return None
        timer = asyncio.timeout(self._seconds)
        try:
            async with timer:
                return await self._resolver.resolve(url.host, url.port)
        except TimeoutError as error:
            if not timer.expired():
                raise
            own = self._seconds < ENGINE_DNS
            raise failures.dns_timeout(url.host, self._resolver.server, seconds=self._seconds, own=own) from error
