"""Two questions for a name server over TCP (RFC 1035, RFC 7766): the addresses of a name, of both families."""

from __future__ import annotations

import contextlib
import secrets
import struct
from enum import Enum, auto
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from regtui.registry.dialers import parse_address, parse_port, split_places
from regtui.registry.errors import NetworkError

if TYPE_CHECKING:
    import asyncio

    from regtui.host.model import Address
    from regtui.registry.network import Dialer

_A, _AAAA, _IN = 1, 28, 1
_RECURSE = 0x0100
_NO_ERROR, _NO_NAME = 0, 3
_POINTER = 0xC0
_FAMILIES: dict[int, tuple[int, type[IPv4Address] | type[IPv6Address]]] = {
    _A: (4, IPv4Address),
    _AAAA: (16, IPv6Address),
}


class DnsError(Exception):
    """The name server did not answer, or not as one."""


class Answer(Enum):
    """What the name server said of a name."""

    FOUND = auto()
    NO_NAME = auto()
    FAILED = auto()


async def ask(dialer: Dialer, server: str, name: str) -> tuple[Answer, tuple[Address, ...]]:
    """Ask `ADDRESS:PORT` for a name, IPv4 first. DnsError. The caller sets the time limit."""
    address, port = split_places(server)[:2]
    writer: asyncio.StreamWriter | None = None
    try:
        reader, writer = await dialer.dial(parse_address(address), parse_port(port))
        numbers = {secrets.randbelow(1 << 16): kind for kind in (_A, _AAAA)}
        for number, kind in numbers.items():
            writer.write(_framed(question(number, name, kind)))
        await writer.drain()
        answers = {}
        for _ in numbers:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
            number, answer, addresses = read(await reader.readexactly(length))
            answers[numbers[number]] = answer, addresses
    except (OSError, NetworkError, ValueError, KeyError, IndexError, struct.error, EOFError) as error:
        raise DnsError from error
    finally:
        if writer is not None:
            with contextlib.suppress(OSError):
                writer.transport.abort()
    found = tuple(one for kind in sorted(answers) for one in answers[kind][1])
    kinds = {answer for answer, _ in answers.values()}
    if found:
        return Answer.FOUND, found
    return (
        Answer.FAILED if Answer.FAILED in kinds else Answer.NO_NAME if Answer.NO_NAME in kinds else Answer.FOUND
    ), ()


def question(number: int, name: str, kind: int) -> bytes:
    """Return a query; the name has passed `can_be_asked`, so its labels are short enough and ASCII."""
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.rstrip(".").split("."))
    return struct.pack(">6H", number, _RECURSE, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, _IN)


def read(message: bytes) -> tuple[int, Answer, tuple[Address, ...]]:
    """Return the number, what it says, and the addresses in it, aliases followed by the server.

    ValueError, IndexError or struct.error for what is no answer.
    """
    number, flags, questions, answers, _, _ = struct.unpack_from(">6H", message)
    if not flags & 0x8000:
        raise ValueError("no answer")
    code = flags & 15
    if code == _NO_NAME:
        return number, Answer.NO_NAME, ()
    if code != _NO_ERROR:
        return number, Answer.FAILED, ()
    at = 12
    for _ in range(questions):
        at = _skip_name(message, at) + 4
    found: list[Address] = []
    for _ in range(answers):
        at = _skip_name(message, at)
        kind, _, _, length = struct.unpack_from(">HHIH", message, at)
        data = message[at + 10 : at + 10 + length]
        at += 10 + length
        family = _FAMILIES.get(kind)
        if family is not None and len(data) == family[0]:
            found.append(family[1](data))
    return number, Answer.FOUND, tuple(found)


def _skip_name(message: bytes, at: int) -> int:
    while (length := message[at]) != 0:
        if length & _POINTER == _POINTER:
            return at + 2
        at += length + 1
    return at + 1


def _framed(message: bytes) -> bytes:
    return struct.pack(">H", len(message)) + message
