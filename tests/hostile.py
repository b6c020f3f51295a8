"""Servers on loopback that misbehave, and transports that take them for registries with public addresses."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import socket
import ssl
import struct
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import trustme

from regtui.registry.dialers import RedirectingDialer, SystemDialer
from regtui.registry.limits import Limits
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import SECURE, TlsRules, Trust
from regtui.registry.transport import Request, Transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from regtui.host.model import Proxies
    from regtui.outcome import Stage

HOST = "reg.example.com"
ADDRESS = IPv4Address("198.51.100.6")
NAME_SERVER = "198.51.100.253:53"
LOOPBACK = IPv4Address("127.0.0.1")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

PATIENT = Limits(dns=20, tcp=20, tls=20, first_byte=20, idle=20, total=40)
"""For tests in which nothing should time out, however slow the machine is."""


@dataclass
class Served:
    """A server: its port, and how many connections it took."""

    port: int
    accepted: int = 0
    arrival: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def arrived(self, count: int) -> None:
        """Wait until so many connections have come."""
        async with self.arrival:
            await self.arrival.wait_for(lambda: self.accepted >= count)


@contextlib.asynccontextmanager
async def serving(
    handler: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Served]:
    """Serve on a free port of 127.0.0.1; the end of the block closes every connection."""
    served = Served(0)
    tasks: set[asyncio.Task[None]] = set()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with served.arrival:
            served.accepted += 1
            served.arrival.notify_all()
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await handler(reader, writer)
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(run, "127.0.0.1", 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await asyncio.sleep(0)


async def forever() -> None:
    """Wait until the test is over."""
    await asyncio.Event().wait()


def answering(
    *answers: bytes, then_close: bool = False, reset: bool = False
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """Answer each request of a connection with the next text; then wait, close, or abort with RST."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        if reset:
            end = writer.get_extra_info("socket")
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        elif not then_close:
            await forever()

    return handler


def saying(
    data: bytes, *, then_close: bool = True
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """Say something to whoever sends the first bytes, of whatever kind."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(data)
        await writer.drain()
        if not then_close:
            await forever()

    return handler


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port that refuses connections, and that nobody else takes meanwhile."""
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        yield link.getsockname()[1]


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port that never answers a SYN: a listener whose backlog is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            link = stack.enter_context(socket.socket())
            link.setblocking(False)
            link.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def transport(
    places: dict[str, int],
    *,
    bounds: Limits = PATIENT,
    trust: Trust | None = None,
    proxies: Proxies | None = None,
) -> Transport:
    """A transport for which each `HOST:PORT` lives at a public address, and leads to a port of loopback."""
    split = {place.rpartition(":"): port for place, port in places.items()}
    resolver = StaticResolver({host: (ADDRESS,) for host, _, _ in split}, server=NAME_SERVER)
    table = {(host, int(port)): (LOOPBACK, target) for (host, _, port), target in split.items()}
    return Transport(
        resolver=resolver,
        dialer=RedirectingDialer(SystemDialer(), table),
        trust=trust or Trust(system=False),
        limits=bounds,
        proxies=proxies,
    )


def get(url: str, *, tls: TlsRules = SECURE, limit: int = 1 << 20, stage: Stage | None = None) -> Request:
    """A GET for a test."""
    request = Request("GET", url, body_limit=limit, tls=tls)
    return request if stage is None else Request("GET", url, body_limit=limit, tls=tls, stage=stage)


@dataclass(frozen=True)
class Watched:
    """What a watch was told."""

    lines: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def stage_started(self, stage: Stage) -> None:
        self.lines.append(f"{stage} started")

    def stage_ended(self, stage: Stage, ok: bool, ms: float, detail: str) -> None:
        assert ms >= 0
        self.lines.append(f"{stage} {'ok' if ok else 'failed'}")
        self.details.append(detail)


AUTHORITY = trustme.CA(organization_name="Example Authority")
AUTHORITY_PEM = AUTHORITY.cert_pem.bytes()
TRUSTED = TlsRules(authorities=(AUTHORITY_PEM,))


def server_context(certificate: trustme.LeafCert | None = None) -> ssl.SSLContext:
    """A server's context with a certificate, by default a good one for HOST."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (certificate or AUTHORITY.issue_cert(HOST)).configure_cert(context)
    return context


def days(count: float) -> dt.datetime:
    """The moment so many days from now."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=count)
