"""Names looked up at once and for a limited time, by threads where there is no event loop."""

from __future__ import annotations

import socket
import threading
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from regtui.lookups import look_up_without_loop

if TYPE_CHECKING:
    from regtui.registry.getaddrinfo import Row

V4, V6 = "198.51.100.5", "2001:db8::5"


def row(family: int, place: tuple[object, ...]) -> Row:
    return (family, socket.SOCK_STREAM, 6, "", place)


def answering(name: bytes) -> list[Row]:
    """Return two addresses, one of them twice, for the name that exists."""
    if name != b"quay.io":
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    four = row(socket.AF_INET, (V4, 0))
    return [four, row(socket.AF_INET6, (V6, 0, 0, 0)), four]


def test_each_name_gets_its_addresses_or_none() -> None:
    names = ("quay.io", "gone.example", V4, "127.1", "no name")
    assert look_up_without_loop(names, 5.0, answering) == {
        "quay.io": (IPv4Address(V4), IPv6Address(V6)),
        "gone.example": None,
        V4: (IPv4Address(V4),),
        "127.1": None,  # for getaddrinfo(3) an address, for Go a name that cannot be
        "no name": None,
    }


def test_all_are_asked_at_once() -> None:
    everybody = threading.Barrier(3, timeout=30)

    def together(name: bytes) -> list[Row]:
        everybody.wait()
        return answering(name)

    found = look_up_without_loop(("quay.io", "a.example", "b.example"), 30.0, together)
    assert found == {"quay.io": (IPv4Address(V4), IPv6Address(V6)), "a.example": None, "b.example": None}


def test_a_lookup_that_hangs_holds_up_nobody() -> None:
    never = threading.Event()

    def hanging(name: bytes) -> list[Row]:
        if name == b"silent.example":
            never.wait(30)
        return answering(name)

    try:
        assert look_up_without_loop(("silent.example",), 0.0, hanging) == {}
    finally:
        never.set()
