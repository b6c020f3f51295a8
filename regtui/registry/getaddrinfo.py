"""The system's name lookup as a blocking call: which names it is asked for, and what its answer holds."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from regtui.host.gonet import is_domain_name
from regtui.registry.addresses import literal

if TYPE_CHECKING:
    from regtui.host.model import Address

    Row = tuple[Any, ...]


def can_be_asked(host: str) -> bool:
    """Tell whether a name goes to a name server at all, as Go decides.

    Go never takes `127.1` or `0x7f000001` for addresses of this host, as the system's resolver does.
    """
    if not host.isascii() or not is_domain_name(host):
        return False
    try:
        socket.inet_aton(host)
    except OSError:
        return True
    return False


def getaddrinfo(name: bytes) -> list[Row]:
    """Ask getaddrinfo(3). OSError, of which socket.gaierror is one, and ValueError for a name with a NUL."""
    # As bytes, because str goes through the idna codec, which raises UnicodeError for labels over 63 characters.
    return list(socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))


def addresses_in(rows: list[Row]) -> tuple[Address, ...]:
    """Return the addresses of an answer in its order, each once."""
    return tuple(dict.fromkeys(address for row in rows if (address := _address(row)) is not None))


def _address(row: Row) -> Address | None:
    family, place = row[0], row[4]
    if family == socket.AF_INET:
        return literal(place[0])
    if family == socket.AF_INET6:
        zone = f"%{place[3]}" if place[3] and "%" not in place[0] else ""
        return literal(place[0] + zone)
    return None
