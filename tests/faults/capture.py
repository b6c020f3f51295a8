"""A server that plays every host nobody set up, over TLS or not, and notes each byte that reaches it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from regtui.registry.dialers import SystemDialer
from tests.hostile import AUTHORITY
from tests.registry_net import token

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType

    from regtui.host.model import Address
    from regtui.registry.dialers import Pair

STRAY_TOKEN = "token-of-a-stranger"
TLS_HANDSHAKE = b"\x16"
LITERALS = ("127.0.0.1", "169.254.169.254", "203.0.113.9", "::1", "10.0.0.1")


@functools.cache
def _context(name: str) -> ssl.SSLContext:
    """A context with a good certificate for a name, or for the literals where there is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*([name] if name else LITERALS)).configure_cert(context)
    return context


def _any_name() -> ssl.SSLContext:
    """A context that shows whoever asks a certificate for the name that was asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*LITERALS).configure_cert(context)

    def choose(tls: ssl.SSLSocket | ssl.SSLObject, name: str | None, _own: ssl.SSLContext) -> None:
        tls.context = _context(name or "")

    context.sni_callback = choose
    return context


@dataclass
class Capture:
    """The stranger's server: `heard` is what came, a connection an entry. It answers any request with a token."""

    heard: list[bytearray] = field(default_factory=list)
    port: int = 0
    _listener: socket.socket | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Capture:
        self._listener = socket.socket()
        self._listener.setblocking(False)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(50)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept(self._listener))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        assert self._listener is not None
        self._listener.close()
        await asyncio.sleep(0)

    @property
    def received(self) -> bytes:
        """All that came."""
        return b"\n".join(map(bytes, self.heard))

    @property
    def requests(self) -> list[str]:
        """The first line of each request, with its Host."""
        lines = []
        for connection in self.heard:
            for head in bytes(connection).decode("latin-1").split("\r\n\r\n"):
                host = [line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("host:")]
                lines += [f"{head.partition(' HTTP/')[0]} at {host[0]}"] if host else []
        return lines

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            link, _ = await loop.sock_accept(listener)
            self._start(self._talk(link))

    async def _talk(self, link: socket.socket) -> None:
        """Look at the first byte, which tells TLS from HTTP, and answer requests until the client goes."""
        loop = asyncio.get_running_loop()
        writer: asyncio.StreamWriter | None = None
        try:
            first = await self._peek(link)
            reader = asyncio.StreamReader()
            transport, protocol = await loop.connect_accepted_socket(
                lambda: asyncio.StreamReaderProtocol(reader), link, ssl=_any_name() if first == TLS_HANDSHAKE else None
            )
            writer = asyncio.StreamWriter(transport, protocol, reader, loop)
            await self._answer(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            if writer is not None:
                writer.transport.abort()
            else:
                link.close()

    async def _peek(self, link: socket.socket) -> bytes:
        loop = asyncio.get_running_loop()
        readable: asyncio.Future[None] = loop.create_future()

        def tell() -> None:
            if not readable.done():
                readable.set_result(None)

        loop.add_reader(link, tell)
        try:
            await readable
            return link.recv(1, socket.MSG_PEEK)
        finally:
            loop.remove_reader(link)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard = bytearray()
        self.heard.append(heard)
        pending = b""
        while data := await reader.read(65536):
            heard += data
            pending += data
            while b"\r\n\r\n" in pending:
                pending = pending.partition(b"\r\n\r\n")[2]
                writer.write(token(STRAY_TOKEN, access_token=STRAY_TOKEN))
                with contextlib.suppress(OSError):
                    await writer.drain()


class StrayDialer:
    """Dials the servers that a test set up, and the capture server for everything else."""

    def __init__(self, capture: Capture) -> None:
        self.table: dict[tuple[str, int], tuple[str, int]] = {}
        """Host in lower case, or address, and port -> where its connections go."""
        self.dialed: list[tuple[str, int]] = []
        self.strays: list[tuple[str, str, int]] = []
        """Host, address and port of what went to the capture server."""
        self._capture = capture
        self._system = SystemDialer()

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:
        """Connect to loopback, wherever it should have gone."""
        self.dialed.append((host, port))
        known = self.table.get((str(address), port)) or self.table.get((host.lower(), port))
        if known is None:
            self.strays.append((host, str(address), port))
            known = ("127.0.0.1", self._capture.port)
        return await self._system.dial(ip_address(known[0]), known[1])
