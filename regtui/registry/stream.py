"""One connection: its bytes, its two ends as error texts name them, and the network stream that httpcore reads."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, Protocol

import httpcore

from regtui.outcome import Stage
from regtui.registry import alerts, failures, limits
from regtui.registry.errors import NetworkError
from regtui.registry.malformed import is_no_http, malformed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from regtui.registry.limits import Limits

CHUNK = 64 * 1024


class Link(Protocol):
    """A pipe of bytes: TCP, or TLS on top of one."""

    @property
    def remote(self) -> str:
        """`ADDRESS:PORT` of the resolved address, also where the socket went elsewhere."""
        ...

    @property
    def local(self) -> str:
        """`ADDRESS:PORT` of this end; empty where the connection is not a socket of this host."""
        ...

    async def receive(self) -> bytes:
        """Return at most 64 KiB, nothing at the end. OSError, which ssl.SSLError is too."""
        ...

    async def send(self, data: bytes) -> None:
        """Send all of it. OSError, which ssl.SSLError is too."""
        ...

    def abort(self) -> None:
        """Close at once, without waiting for anything; what has been sent is on its way."""
        ...


class TcpLink:
    """The pair that a `Dialer` returned."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, remote: str) -> None:
        name = writer.get_extra_info("sockname")
        self.remote = remote
        self.local = failures.place(name[0], name[1]) if isinstance(name, tuple) and len(name) > 1 else ""
        self._reader = reader
        self._writer = writer

    async def receive(self) -> bytes:
        """Return at most 64 KiB, nothing at the end."""
        return await self._reader.read(CHUNK)

    async def send(self, data: bytes) -> None:
        """Send all of it."""
        self._writer.write(data)
        await self._writer.drain()

    def abort(self) -> None:
        """Close at once."""
        self._writer.transport.abort()


async def is_stale(link: Link) -> bool:
    """Tell whether a connection that waits for its next request has ended, or holds bytes that nobody asked for.

    Such bytes (the `408` of a server that closes, the second half of a split response) would be taken for the next
    answer. TLS session tickets are no such bytes.
    """
    try:
        async with asyncio.timeout(0) as timer:
            await link.receive()
    except TimeoutError:
        return not timer.expired()
    except OSError:
        return True
    return True


class Stream(httpcore.AsyncNetworkStream):
    """What httpcore writes a request to and reads the answer from; raises `NetworkError` for whatever breaks."""

    def __init__(self, link: Link, bounds: Limits, *, tls: ssl.SSLObject | None = None) -> None:
        self.link = link
        self.tls_version = (tls.version() if tls else None) or ""
        self.tls_cipher = (tls.cipher() or ("",))[0] if tls else ""
        self.is_open = True
        self.ended = False  # the server has closed its side
        self.enough = False  # no more is wanted: the next read fails
        self._bounds = bounds
        self._stage = Stage.PING
        self._head = bytearray()

    def begin(self, stage: Stage) -> None:
        """A request follows, made for this stage."""
        self._stage = stage
        self._head.clear()

    @property
    def head(self) -> bytes:
        """The first bytes of the answer to this request; empty while none has come."""
        return bytes(self._head)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        """Return the next bytes, nothing at the end of an answer that has begun."""
        if self.enough:
            raise failures.too_large(self._stage, self.link.remote)
        async with self._bounded("read", self._bounds.idle if self._head else self._bounds.first_byte):
            data = await self.link.receive()
        if not data:
            self.ended = True
            if not self._head:
                hint = "a server that wants a client certificate may close like this" if self.tls_version else ""
                raise failures.closed(self._stage, self.link.remote, detail=hint)
        self._head += data[: limits.HEAD_BYTES - len(self._head)]
        if is_no_http(self.head):  # a greeting (SSH, SMTP) that waits for ours would wait until the limit
            raise malformed(self._stage, self.link.remote, self.head, ended=self.ended)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's
        """Send a part of the request."""
        if not buffer:
            return
        try:
            async with self._bounded("write", self._bounds.idle):
                await self.link.send(buffer)
        except NetworkError as error:
            if error.own_limit:
                raise
            # httpcore goes on to read: the server may have answered before it closed, and if not, reading fails too.
            raise httpcore.WriteError from error

    @contextlib.asynccontextmanager
    async def _bounded(self, doing: str, seconds: float) -> AsyncIterator[None]:
        remote = self.link.remote
        timer = asyncio.timeout(seconds)
        try:
            async with timer:
                yield
        except ssl.SSLError as error:
            raise alerts.during(self._stage, error, remote) from error
        except OSError as error:  # TimeoutError is one, be it the timer's or the kernel's
            if timer.expired():
                begun = b"\r\n\r\n" in self._head or b"\n\n" in self._head
                raise failures.answer_timeout(self._stage, remote, seconds, begun=begun) from error
            raise failures.broken(self._stage, self.link.local, remote, error, doing=doing) from error

    async def aclose(self) -> None:
        """Close at once."""
        self.abort()

    def abort(self) -> None:
        """Close at once; safe to call twice."""
        self.is_open = False
        self.link.abort()
