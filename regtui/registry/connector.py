"""From a host name to a connection that takes requests: DNS, TCP, the proxy's tunnel, TLS, each timed and told."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.outcome import Stage
from regtui.registry import failures, limits, tunnel
from regtui.registry.dialers import race
from regtui.registry.errors import NetworkError
from regtui.registry.handshake import secure
from regtui.registry.stream import Stream, TcpLink
from regtui.registry.tls import SECURE, TlsRules, Trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Address
    from regtui.registry.lane import Take
    from regtui.registry.limits import Limits
    from regtui.registry.network import Dialer, Resolver, Watch
    from regtui.registry.stream import Link
    from regtui.registry.tunnel import Proxy


@dataclass(frozen=True, slots=True)
class Route:
    """Where a connection leads, how its TLS is judged, and the proxy that it goes through, if any."""

    scheme: str
    host: str
    port: int
    rules: TlsRules
    proxy: Proxy | None = None


class Connector:
    """Opens connections with a resolver, a dialer and a trust store."""

    def __init__(self, resolver: Resolver, dialer: Dialer, trust: Trust, bounds: Limits) -> None:
        self._resolver = resolver
        self._dialer = dialer
        self._trust = trust
        self._bounds = bounds

    async def open(self, route: Route, watch: Watch | None, take: Take) -> Stream:
        """Return a new connection, or raise `NetworkError` at stage dns, tcp or tls.

        With a proxy, the addresses are the proxy's, and only its name is looked up. `take` waits for room for a
        socket, which a lookup does not need: names that hang hold up nobody.
        """
        link = await self._reach(route, watch, take)
        if route.scheme != "https":
            return Stream(link, self._bounds)
        try:
            with _told(watch, Stage.TLS) as told, _behind(route.proxy):
                inner = await secure(link, self._trust.context(route.rules), route.host, limit=self._bounds.tls)
                told.detail = f"{inner.tls.version()} {(inner.tls.cipher() or ('',))[0]}"
                if not route.rules.verify:
                    told.detail += ", not verified"
        except BaseException:
            link.abort()
            raise
        return Stream(inner, self._bounds, tls=inner.tls)

    async def _reach(self, route: Route, watch: Watch | None, take: Take) -> Link:
        proxy = route.proxy
        host, port = (route.host, route.port) if proxy is None else (proxy.host, proxy.port)
        with _told(watch, Stage.DNS) as told, _blamed(proxy):
            addresses = await self._addresses(host, port)
            told.detail = ", ".join(map(str, addresses))
        await take()
        with _told(watch, Stage.TCP) as told:
            with _blamed(proxy):
                link: Link = await self._dial(host, port, addresses)
            told.detail = link.remote
            if proxy is not None:
                told.detail += f", the proxy {proxy}"
                link = await self._through(link, proxy, route)
        return link

    async def _addresses(self, host: str, port: int) -> tuple[Address, ...]:
        seconds = self._bounds.dns
        timer = asyncio.timeout(seconds)
        try:
            async with timer:
                return (await self._resolver.resolve(host, port))[: limits.ADDRESSES]
        except TimeoutError as error:
            if not timer.expired():
                raise
            own = seconds < limits.ENGINE_DNS
            raise failures.dns_timeout(host, self._resolver.server, seconds=seconds, own=own) from error

    async def _dial(self, host: str, port: int, addresses: tuple[Address, ...]) -> TcpLink:
        bounds = self._bounds
        try:
            address, pair = await race(self._dialer, addresses, port, host, stagger=bounds.stagger, limit=bounds.tcp)
        except TimeoutError as error:
            if error.errno is None:
                raise failures.dial_timeout(addresses[0], port, bounds.tcp) from error
            raise failures.dial_failed(addresses[0], port, error) from error
        except OSError as error:
            raise failures.dial_failed(addresses[0], port, error) from error
        return TcpLink(*pair, failures.place(address, port))

    async def _through(self, link: Link, proxy: Proxy, route: Route) -> Link:
        """Return the way through the proxy: for http the connection itself, for https what CONNECT opens."""
        try:
            if proxy.scheme == "https":
                with _blamed(proxy):
                    link = await secure(link, self._trust.context(SECURE), proxy.host, limit=self._bounds.tls)
            if route.scheme == "https":
                await self._tunnel(link, proxy, route)
        except BaseException:
            link.abort()
            raise
        return link

    async def _tunnel(self, link: Link, proxy: Proxy, route: Route) -> None:
        head = b""
        timer = asyncio.timeout(self._bounds.tcp)
        try:
            async with timer:
                await link.send(tunnel.connect_request(proxy, route.host, route.port))
                while not tunnel.head_is_complete(head) and (data := await link.receive()):
                    head += data
        except OSError as error:
            if timer.expired():
                raise tunnel.silent(proxy, self._bounds.tcp) from error
            raise tunnel.blame(proxy, failures.broken(Stage.TCP, link.local, link.remote, error)) from error
        tunnel.check_answer(proxy, head)


@contextlib.contextmanager
def _blamed(proxy: Proxy | None) -> Iterator[None]:
    """Name the proxy in what fails on the way to it."""
    try:
        yield
    except NetworkError as error:
        if proxy is None:
            raise
        raise tunnel.blame(proxy, error) from error


@contextlib.contextmanager
def _behind(proxy: Proxy | None) -> Iterator[None]:
    """Name the proxy in what fails behind it: it may be a portal, or show certificates of its own."""
    try:
        yield
    except NetworkError as error:
        if proxy is None:
            raise
        raise tunnel.behind(proxy, error) from error


@dataclasses.dataclass(slots=True, eq=False, repr=False)
class _Told:
    detail: str = ""


@contextlib.contextmanager
def _told(watch: Watch | None, stage: Stage) -> Iterator[_Told]:
    """Tell the watch of a stage, if there is one; a stage that is cancelled has no end."""
    told = _Told()
    began = time.perf_counter()

    def end(*, ok: bool, detail: str) -> None:
        if watch is not None:
            watch.stage_ended(stage, ok, (time.perf_counter() - began) * 1000, detail)

    if watch is not None:
        watch.stage_started(stage)
    try:
        yield told
    except NetworkError as error:
        end(ok=False, detail=str(error))
        raise
    end(ok=True, detail=told.detail)
