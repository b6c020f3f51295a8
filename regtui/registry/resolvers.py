"""Names to addresses: the system's resolver on threads that nothing waits for, a cache, and tables in its place."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import time
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.outcome import Trouble
from regtui.registry import failures, limits
from regtui.registry.addresses import literal
from regtui.registry.dialers import parse_address, parse_port, split_places
from regtui.registry.errors import NetworkError
from regtui.registry.getaddrinfo import addresses_in, can_be_asked, getaddrinfo
from regtui.registry.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from regtui.host.model import Address
    from regtui.registry.getaddrinfo import Row
    from regtui.registry.network import Resolver

_GLIBC_TIMEOUT = 4.5
"""Seconds: EAI_AGAIN means both a time-out and SERVFAIL. One try of glibc takes 5 s, an answer comes sooner."""
_UNKNOWN = {getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)}


def name_server(path: Path = Path("/etc/resolv.conf")) -> str:
    """Return the first name server of a resolv.conf as `ADDRESS:PORT`; `127.0.0.1:53` where there is none, as in Go.

    At most 64 KiB of a regular file are read; anything else counts as empty.
    """
    text = ""
    with contextlib.suppress(OSError):
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(number, "rb") as file:  # noqa: PTH123 - opened by number: a FIFO must not block
            if stat.S_ISREG(os.fstat(number).st_mode):
                text = file.read(64 * 1024).decode("utf-8", "replace")
    return name_server_in(text)


def name_server_in(text: str) -> str:
    """Return the same of a resolv.conf's text."""
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver" and (address := literal(words[1])):
            return failures.place(address, 53)
    return "127.0.0.1:53"


class SystemResolver:
    """Asks getaddrinfo(3) on daemon threads: a lookup that hangs delays neither another one nor the program's end."""

    def __init__(
        self,
        lookup: Callable[[bytes], list[Row]] = getaddrinfo,
        *,
        server: str = "",
        at_once: int = limits.LOOKUPS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`lookup` is getaddrinfo(3) for a name, and may block; `at_once` of them run, further ones wait.

        `server` stands for the name server of /etc/resolv.conf in texts.
        """
        self._lookup = lookup
        self._clock = clock
        self._server = server
        self._lookups = Lookups(at_once)

    @property
    def server(self) -> str:
        """The first name server of /etc/resolv.conf."""
        self._server = self._server or name_server()
        return self._server

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:  # noqa: ARG002 - the protocol's
        """Return the addresses in the order of RFC 6724, as getaddrinfo(3) sorts them."""
        if (address := literal(host)) is not None:
            return (address,)
        if not can_be_asked(host):
            raise failures.no_such_host(host, "")
        began = self._clock()

        def look_up() -> list[Row]:
            nonlocal began
            began = self._clock()  # it may have waited for a thread
            return self._lookup(host.encode("ascii"))

        try:
            found = await self._lookups.run(look_up)
        except socket.gaierror as error:
            raise self._failure(host, error, self._clock() - began) from error
        except (OSError, RuntimeError) as error:  # RuntimeError: no thread could be started
            raise failures.dns_failure(host, self.server) from error
        addresses = addresses_in(found)
        if not addresses:
            raise failures.no_such_host(host, self.server)
        return addresses

    def _failure(self, host: str, error: socket.gaierror, seconds: float) -> NetworkError:
        if error.errno in _UNKNOWN:
            return failures.no_such_host(host, self.server)
        if error.errno == socket.EAI_AGAIN and seconds >= _GLIBC_TIMEOUT:
            return failures.dns_timeout(
                host, self.server, seconds=round(seconds), local=local_end(self.server), own=False
            )
        return failures.dns_failure(host, self.server)


def local_end(server: str) -> str:
    """Return `ADDRESS:PORT` of this host as it would ask the name server; empty where there is no way to it.

    Go's text of a time-out names it. Connecting a UDP socket sends nothing.
    """
    parts = split_places(server)
    with contextlib.suppress(OSError, ValueError, IndexError):
        address = parse_address(parts[0])
        family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
        with socket.socket(family, socket.SOCK_DGRAM) as link:
            link.connect((parts[0], parse_port(parts[1])))
            name = link.getsockname()
            return failures.place(name[0], name[1])
    return ""


class OverrideResolver:
    """Answers some host names from a table (`--resolve`), in place of the inner resolver."""

    def __init__(self, inner: Resolver, table: Mapping[tuple[str, int], tuple[Address, ...]]) -> None:
        """`table`: host in lower case and port -> addresses."""
        self._inner = inner
        self._table = dict(table)

    @property
    def server(self) -> str:
        """The inner resolver's name server."""
        return self._inner.server

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the table's addresses, else the inner resolver's; port 0, a name without a port, takes any entry."""
        name = host.lower()
        known = self._table.get((name, port))
        if known is None and port == 0:
            known = next((addresses for (entry, _port), addresses in self._table.items() if entry == name), None)
        return known or await self._inner.resolve(host, port)


def parse_resolve(text: str) -> tuple[tuple[str, int], tuple[Address, ...]]:
    """Read `HOST:PORT:ADDRESS[,ADDRESS]`; IPv6 addresses stand in brackets. ValueError says what is wrong."""
    parts = split_places(text)
    if len(parts) != 3:
        raise ValueError(f"{text!r} is not HOST:PORT:ADDRESS[,ADDRESS]")
    host, port, addresses = parts
    return (host.lower(), parse_port(port)), tuple(parse_address(address) for address in addresses.split(","))


class StaticResolver:
    """A table in place of DNS, for the demo and for tests. It knows `localhost`; what is not in it does not exist."""

    def __init__(
        self,
        table: Mapping[str, tuple[Address, ...] | Trouble],
        *,
        server: str = "127.0.0.1:53",
        silence: float = limits.ENGINE_DNS,
    ) -> None:
        """`table`: host in lower case -> addresses, or one of the three troubles of DNS.

        A host with `DNS_TIMEOUT` gets no answer for `silence` seconds.
        """
        self._table: dict[str, tuple[Address, ...] | Trouble] = {"localhost": (IPv4Address("127.0.0.1"),), **table}
        self._server = server
        self._silence = silence

    @property
    def server(self) -> str:
        """The name server that the texts mention."""
        return self._server

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:  # noqa: ARG002 - the protocol's
        """Return what the table says."""
        if (address := literal(host)) is not None:
            return (address,)
        match self._table.get(host.lower(), Trouble.NO_SUCH_HOST):
            case tuple() as addresses if addresses:
                return addresses
            case Trouble.DNS_TIMEOUT:
                await asyncio.sleep(self._silence)
                local = failures.place(split_places(self._server)[0], 49152)
                raise failures.dns_timeout(host, self._server, seconds=self._silence, local=local, own=False)
            case Trouble.DNS_FAILURE:
                raise failures.dns_failure(host, self._server)
            case _:
                raise failures.no_such_host(host, self._server if can_be_asked(host) else "")


@dataclass(slots=True, eq=False, repr=False)
class _Flight:
    """A lookup that is under way, and how many wait for it."""

    task: asyncio.Task[tuple[Address, ...] | NetworkError]
    waiting: int = 0


class CachedResolver:
    """Asks the inner resolver once for each name, for a while; its answers must not depend on the port."""

    NAMES = 4096

    def __init__(
        self,
        inner: Resolver,
        *,
        found: float = 60.0,
        failed: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """An address is kept for `found` seconds, a failure for `failed` seconds of the clock."""
        self._inner = inner
        self._spans = (found, failed)
        self._clock = clock
        self._known: dict[str, tuple[float, tuple[Address, ...] | NetworkError]] = {}
        self._flights: dict[str, _Flight] = {}

    @property
    def server(self) -> str:
        """The inner resolver's name server."""
        return self._inner.server

    def forget(self) -> None:
        """Ask anew from here on: a person pressed the key for it."""
        self._known.clear()

    async def resolve(self, host: str, port: int) -> tuple[Address, ...]:
        """Return a known answer, or wait for the one lookup of this name; the last to leave cancels it."""
        key = host.lower()
        until, known = self._known.get(key, (0.0, ()))
        if known and self._clock() < until:
            return _answer(known)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._ask(key, host, port)))
        flight.waiting += 1
        try:
            return _answer(await asyncio.shield(flight.task))
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                flight.task.cancel()
                if self._flights.get(key) is flight:
                    del self._flights[key]

    async def _ask(self, key: str, host: str, port: int) -> tuple[Address, ...] | NetworkError:
        answer: tuple[Address, ...] | NetworkError
        try:
            answer = await self._inner.resolve(host, port)
        except NetworkError as error:
            answer = error
        while len(self._known) >= self.NAMES:
            del self._known[next(iter(self._known))]
        span = self._spans[isinstance(answer, NetworkError)]
        self._known[key] = self._clock() + span, answer
        return answer


def _answer(known: tuple[Address, ...] | NetworkError) -> tuple[Address, ...]:
    if isinstance(known, NetworkError):
        raise known.with_traceback(None)
    return known
