"""Sockets: the system's own, a table that sends some connections elsewhere, and the race between addresses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from regtui.host.model import Address
    from regtui.registry.network import Dialer

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class SystemDialer:
    """Dials with the system's sockets."""

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:  # noqa: ARG002 - the protocol's
        """Return a connected pair, or raise OSError as connect(2) gives it."""
        is_six = isinstance(address, IPv6Address)
        # With the protocol named asyncio sets TCP_NODELAY; without it a TLS handshake waits 40 ms for a delayed ACK.
        family = socket.AF_INET6 if is_six else socket.AF_INET
        link = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            link.setblocking(False)
            await asyncio.get_running_loop().sock_connect(link, _socket_address(address, port))
            return await asyncio.open_connection(sock=link)
        except BaseException:
            link.close()
            raise


def _socket_address(address: Address, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    if not isinstance(address, IPv6Address):
        return str(address), port
    bare, _, zone = str(address).partition("%")
    index = int(zone) if zone.isdecimal() else socket.if_nametoindex(zone) if zone else 0
    return bare, port, 0, index


class RedirectingDialer:
    """Sends the connections of some host names elsewhere (`--connect-to`); all else goes where it would go."""

    def __init__(self, inner: Dialer, table: Mapping[tuple[str, int], tuple[Address, int]]) -> None:
        """`table`: host in lower case and port -> the address and port that its connections really go to."""
        self._inner = inner
        self._table = dict(table)

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:
        """Dial the table's place for host and port, else the given one."""
        target, target_port = self._table.get((host.lower(), port), (address, port))
        return await self._inner.dial(target, target_port, host)


def parse_connect_to(text: str) -> tuple[tuple[str, int], tuple[Address, int]]:
    """Read `HOST:PORT:ADDRESS:PORT`; IPv6 addresses stand in brackets. ValueError says what is wrong."""
    parts = split_places(text)
    if len(parts) != 4:
        raise ValueError(f"{text!r} is not HOST:PORT:ADDRESS:PORT")
    host, port, address, target = parts
    return (host.lower(), parse_port(port)), (parse_address(address), parse_port(target))


def split_places(text: str) -> list[str]:
    """Split at colons outside of brackets, and take the brackets off."""
    parts = [""]
    inside = False
    for char in text:
        if char in "[]":
            inside = char == "["
        elif char == ":" and not inside:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def parse_port(text: str) -> int:
    """Read a port from 1 to 65535. ValueError says what is wrong."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65536):
        raise ValueError(f"{text!r} is not a port")
    return int(text)


def parse_address(text: str) -> Address:
    """Read an IP address. ValueError says what is wrong."""
    try:
        return ip_address(text)
    except ValueError:
        raise ValueError(f"{text!r} is not an IP address") from None


async def race(
    dialer: Dialer, addresses: Sequence[Address], port: int, host: str, *, stagger: float, limit: float
) -> tuple[Address, Pair]:
    """Connect to the first address that answers (RFC 8305), and return it with its connection.

    The families take turns, the resolver's first one first; a further attempt starts when one fails, and else
    after `stagger` seconds; all end after `limit` seconds. What fails is the first address, as Go reports it
    (net/dial.go, dialSerial): its OSError, or a TimeoutError without errno where the limit ended the attempt.
    """
    waiting = deque(_interleaved(addresses))
    running: dict[asyncio.Task[Pair], Address] = {}
    errors: dict[Address, OSError] = {}
    try:
        async with asyncio.timeout(limit) as timer:
            while waiting or running:
                if waiting:
                    address = waiting.popleft()
                    running[asyncio.create_task(dialer.dial(address, port, host))] = address
                pause = stagger if waiting else None
                done, _ = await asyncio.wait(running, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    error = task.exception()
                    if error is None:
                        return running.pop(task), task.result()
                    if not isinstance(error, OSError):
                        raise error
                    errors[running.pop(task)] = error
    except TimeoutError:
        if not timer.expired():
            raise
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(_discard)
    raise errors.get(addresses[0]) or TimeoutError()


def _interleaved(addresses: Sequence[Address]) -> Iterator[Address]:
    first = [address for address in addresses if address.version == addresses[0].version]
    others = deque(address for address in addresses if address.version != addresses[0].version)
    for address in first:
        yield address
        if others:
            yield others.popleft()
    yield from others


def _discard(task: asyncio.Task[Pair]) -> None:
    """Close the connection of an attempt that lost the race, or was no longer wanted when it ended."""
    with contextlib.suppress(asyncio.CancelledError, OSError):
        task.result()[1].transport.abort()
