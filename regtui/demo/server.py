"""One listening port of a world: takes connections, speaks TLS or not, and writes down what was asked."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Protocol

from regtui.demo.log import VIA, AccessLog, Asked, Event, Happened
from regtui.demo.messages import Answer, Request, parse_request
from regtui.demo.spec import Host, Listen

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

_TLS_HANDSHAKE = 0x16  # first byte of a TLS record that starts a handshake (RFC 8446, 5.1)
_LONGEST_HEAD = 64 * 1024
_IDLE = 60.0  # seconds until a kept connection without a request is closed
_HANDSHAKE = 10.0
_GOODBYE = 1.0  # seconds that a closing connection may wait for its peer
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER without time: close sends RST

# What Go's net/http says to a client of the wrong kind (server.go: badRequestError, tlsRecordHeaderLooksLikeHTTP).
_TO_TLS_CLIENT = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
)
_TO_PLAIN_CLIENT = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"


class Answers(Protocol):
    """Whoever answers the requests of a port."""

    async def answer(self, request: Request) -> Answer:
        """Return the answer to one request."""
        ...


class Port:
    """A listening socket on 127.0.0.1 with its connections; `number` is the port that it got. Lives on one loop."""

    def __init__(self, host: Host, answers: Answers, log: AccessLog, context: ssl.SSLContext | None) -> None:
        self._host = host
        self._answers = answers
        self._log = log
        self._context = context
        self._tasks: set[asyncio.Task[None]] = set()
        self._shaking: set[asyncio.Future[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._socket.setblocking(False)
        self.number: int = self._socket.getsockname()[1]
        self._loop.add_reader(self._socket, self._accept)

    async def settled(self) -> None:
        """Return when no TLS handshake is under way: a client knows of its failure a moment before the log does."""
        if self._shaking:
            await asyncio.wait(self._shaking)

    async def stop(self) -> None:
        """Close the port and every connection; return when all of them are gone."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _accept(self) -> None:
        try:
            connection, _ = self._socket.accept()
        except OSError:  # the peer is gone again
            return
        connection.setblocking(False)
        # asyncio does it only for sockets made with IPPROTO_TCP; without it an answer over TLS takes 40 ms more.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._converse(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: connection.close())  # also where the task was cancelled before it began

    async def _converse(self, connection: socket.socket) -> None:
        # OSError: the peer broke off, or let its time run out. Its next connection tells whether that matters.
        with contextlib.suppress(OSError):
            async with asyncio.timeout(_IDLE):
                first = await _peek(connection)
            if first and self._host.listen is Listen.RESET:
                self._happened(Event.RESET)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            elif first and (first[0] == _TLS_HANDSHAKE) != (self._context is not None):
                await self._disappoint(connection)
            elif first:
                await self._welcome(connection)

    async def _disappoint(self, connection: socket.socket) -> None:
        """Answer a client that speaks TLS to a plain port, or plain HTTP to a TLS port."""
        async with _streams(connection, None) as (reader, writer):
            await reader.read(_LONGEST_HEAD)  # unread bytes would turn the close into a reset
            if self._context is None:
                self._happened(Event.TLS_HELLO_ON_PLAIN_HTTP)
                writer.write(_TO_TLS_CLIENT)
            else:
                self._happened(Event.TLS_FAILED, "HTTP_REQUEST")
                writer.write(_TO_PLAIN_CLIENT)
            await writer.drain()

    async def _welcome(self, connection: socket.socket) -> None:
        shaken: asyncio.Future[None] = self._loop.create_future()
        self._shaking.add(shaken)
        shaken.add_done_callback(self._shaking.discard)
        try:
            async with _streams(connection, self._context) as (reader, writer):
                shaken.set_result(None)
                await self._serve(reader, writer)
        except OSError as error:  # ssl.SSLError is one
            if shaken.done():
                raise
            self._happened(Event.TLS_FAILED, str(getattr(error, "reason", None) or type(error).__name__))
        finally:
            shaken.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(_IDLE):
                    head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                head = b""
            request = parse_request(head)
            if request is None:
                self._happened(Event.MALFORMED)
                writer.write(Answer(400, (("Content-Type", "text/plain"),), b"400 Bad Request").encoded(close=True))
                return
            answer = await self._answers.answer(request)
            self._asked(request, answer.status)
            writer.write(answer.encoded(head_only=request.method == "HEAD", close=request.closes))
            await writer.drain()
            if request.closes:
                return

    def _asked(self, request: Request, status: int) -> None:
        authorization = request.header("authorization")
        self._log.append(
            Asked(
                self._host.name,
                "http" if self._context is None else "https",
                request.method,
                request.target,
                status,
                authorization.partition(" ")[0] if authorization else None,
                request.header(VIA) or "",
            )
        )

    def _happened(self, event: Event, why: str = "") -> None:
        self._log.append(Happened(self._host.name, event, why))


async def _peek(connection: socket.socket) -> bytes:
    """Wait for the first byte and leave it there; empty where the peer closes without a word."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)


@contextlib.asynccontextmanager
async def _streams(
    connection: socket.socket, context: ssl.SSLContext | None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Give an accepted connection's streams, after the TLS handshake where there is one; close them for certain."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LONGEST_HEAD)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.connect_accepted_socket(
        lambda: protocol, connection, ssl=context, ssl_handshake_timeout=_HANDSHAKE if context else None
    )
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    end = asyncio.ensure_future(_end(writer))
    try:
        yield reader, writer
        writer.close()
        await asyncio.wait({end}, timeout=_GOODBYE)
    finally:
        transport.abort()
        await asyncio.wait({end})


async def _end(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        await writer.wait_closed()
