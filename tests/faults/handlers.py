"""What hostile servers do with a connection: drip, flood, cut, lie."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def after_ping(ping: bytes, said: bytes) -> Handler:
    """Answer `GET /v2/`, and anything else with this text; then close."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b" /v2/ " in await reader.readuntil(b"\r\n\r\n"):
            writer.write(ping)
        writer.write(said)
        await writer.drain()

    return handler


def resetting(ping: bytes, manifest: bytes) -> Handler:
    """Answer `GET /v2/`; answer anything else with a part of an answer, and reset the connection."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b" /v2/ " in await reader.readuntil(b"\r\n\r\n"):
            writer.write(ping)
        writer.write(manifest)
        await writer.drain()
        end = writer.get_extra_info("socket")
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return handler


def dripping(slowly: bytes, *, first: tuple[bytes, ...] = ()) -> Handler:
    """Answer each request with the next text of `first`; then send one byte after the other, for many seconds."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in first or (b"",):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        for byte in slowly:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    return handler


def endless_interim(status: int) -> Handler:
    """Send interim answers, and never the answer itself."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while True:
            writer.write(b"HTTP/1.1 %d Wait\r\nX: y\r\n\r\n" % status)
            await writer.drain()
            await asyncio.sleep(0.001)

    return handler


async def flood(writer: asyncio.StreamWriter, piece: bytes) -> int:
    """Send a piece until the client has gone; return how many bytes that were."""
    sent = 0
    while not writer.transport.is_closing():
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)  # drain() alone lets nobody else run while there is room
        sent += len(piece)
    return sent
