"""What `ssh -W` says to the ssh that holds the connection, without a process for each (OpenSSH, PROTOCOL.mux).

Measured on loopback: 4 ms for a connection, where `ssh -W` takes 12 to 18 ms more for its process. A SOCKS forward on a
Unix socket is no choice: ssh has none ("streamlocal and dynamic forwards are mutually exclusive"), and a SOCKS answer
does not tell why a connection failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct
from dataclasses import dataclass
from itertools import count

VERSION = 4
_HELLO, _OPEN_FORWARD, _CLOSE_FORWARD, _STDIO_FORWARD = 0x00000001, 0x10000006, 0x10000007, 0x10000008
_OK, _OPENED = 0x80000001, 0x80000006
_LOCAL = 1  # the type of a forward
_UNIX = 0xFFFFFFFE  # the port that stands for a path
PACKET_LIMIT = 64 << 10
"""Bytes of a packet of ssh's control socket; its own limit is 256 KiB, its messages have some hundred."""

_numbers = count(1)


class MuxError(Exception):
    """The ssh that holds the connection gave no way: it is gone, or its other side refused (then `refused`)."""

    def __init__(self, *, refused: bool) -> None:
        super().__init__()
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Way:
    """A connection of the far host: one socket to read from, one to write to, one that keeps it alive."""

    source: socket.socket
    sink: socket.socket
    control: socket.socket

    def close(self) -> None:
        """Close all three."""
        for link in (self.source, self.sink, self.control):
            link.close()


async def open_way(control: str, host: str, port: int) -> Way:
    """Connect from the far host to an address. MuxError; OSError where the system gives no more sockets."""
    number = next(_numbers)
    words = _u32(number) + _text("") + _text(host) + _u32(port)
    with contextlib.ExitStack() as stack:
        source, far_source = _pair(stack)
        sink, far_sink = _pair(stack)
        link = await _connect(control, stack)
        loop = asyncio.get_running_loop()
        await _sent(loop.sock_sendall(link, _packet(_HELLO, _u32(VERSION)) + _packet(_STDIO_FORWARD, words)))
        for end in (far_sink, far_source):  # what ssh reads from, then what it writes to
            try:
                socket.send_fds(link, [b"\0"], [end.fileno()])
            except OSError as error:
                raise MuxError(refused=False) from error
            end.close()
        if await _reply(link) != _OPENED:
            raise MuxError(refused=True)
        stack.pop_all()
        return Way(source, sink, link)


async def forward_socket(control: str, path: str, target: str) -> None:
    """Make ssh listen on the Unix socket `path`, each connection of which leads to the far host's socket `target`."""
    await _forward(control, _OPEN_FORWARD, path, target)


async def end_forward(control: str, path: str, target: str) -> None:
    """Take such a socket away again."""
    with contextlib.suppress(MuxError):
        await _forward(control, _CLOSE_FORWARD, path, target)
    with contextlib.suppress(OSError):
        os.unlink(path)  # noqa: PTH108 - a text from a private folder


async def _forward(control: str, kind: int, path: str, target: str) -> None:
    words = _u32(next(_numbers)) + _u32(_LOCAL) + _text(path) + _u32(_UNIX) + _text(target) + _u32(_UNIX)
    with contextlib.ExitStack() as stack:
        link = await _connect(control, stack)
        loop = asyncio.get_running_loop()
        await _sent(loop.sock_sendall(link, _packet(_HELLO, _u32(VERSION)) + _packet(kind, words)))
        if await _reply(link) != _OK:
            raise MuxError(refused=True)


async def _connect(control: str, stack: contextlib.ExitStack) -> socket.socket:
    link = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
    link.setblocking(False)
    await _sent(asyncio.get_running_loop().sock_connect(link, control))
    return link


async def _sent(sending: object) -> None:
    assert asyncio.iscoroutine(sending)
    try:
        await sending
    except OSError as error:
        raise MuxError(refused=False) from error


async def _reply(link: socket.socket) -> int:
    """Return the type of the answer behind the other side's greeting."""
    while True:
        (length,) = struct.unpack(">I", await _exactly(link, 4))
        if not 4 <= length <= PACKET_LIMIT:
            raise MuxError(refused=False)
        body = await _exactly(link, length)
        kind = int.from_bytes(body[:4], "big")
        if kind != _HELLO:
            return kind


async def _exactly(link: socket.socket, size: int) -> bytes:
    found = b""
    loop = asyncio.get_running_loop()
    while len(found) < size:
        try:
            part = await loop.sock_recv(link, size - len(found))
        except OSError as error:
            raise MuxError(refused=False) from error
        if not part:
            raise MuxError(refused=False)
        found += part
    return found


def _pair(stack: contextlib.ExitStack) -> tuple[socket.socket, socket.socket]:
    """Return a pair of sockets, the first of which does not block.

    Two pairs make a way: of one socket that is read and written, ssh could not end one direction alone.
    """
    near, far = socket.socketpair()
    stack.enter_context(near)
    stack.enter_context(far)
    near.setblocking(False)
    return near, far


def _packet(kind: int, body: bytes) -> bytes:
    return _u32(len(body) + 4) + _u32(kind) + body


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return _u32(len(data)) + data
