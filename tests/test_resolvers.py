"""Names to addresses: the system's resolver, which may hang, and the tables that stand in for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.outcome import Stage, Trouble
from regtui.registry.dialers import parse_connect_to
from regtui.registry.errors import NetworkError
from regtui.registry.resolvers import (
    CachedResolver,
    OverrideResolver,
    StaticResolver,
    SystemResolver,
    local_end,
    name_server,
    parse_resolve,
)
from tests.hostile import ADDRESS, NAME_SERVER

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[Any, ...]
SERVER = "192.0.2.53:53"


def rows(*addresses: str) -> list[Row]:
    """Return what getaddrinfo gives for these addresses."""
    return [
        (socket.AF_INET6, 1, 6, "", (text, 0, 0, 0)) if ":" in text else (socket.AF_INET, 1, 6, "", (text, 0))
        for text in addresses
    ]


def failing(number: int) -> SystemResolver:
    """A resolver whose lookups fail with this EAI number."""

    def lookup(name: bytes) -> list[Row]:
        raise socket.gaierror(number, "Name or service not known")

    return SystemResolver(lookup, server=SERVER)


async def failure(resolver: SystemResolver | StaticResolver, host: str) -> NetworkError:
    """Return the error of a lookup."""
    with pytest.raises(NetworkError) as caught:
        await resolver.resolve(host, 443)
    assert caught.value.stage is Stage.DNS
    return caught.value


async def test_the_systems_order_of_addresses_is_kept_without_doubles() -> None:
    resolver = SystemResolver(lambda name: rows("2001:db8::1", "192.0.2.1", "192.0.2.1", "192.0.2.2"), server=SERVER)
    found = await resolver.resolve("reg.example.com", 443)
    assert found == (IPv6Address("2001:db8::1"), IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"))


async def test_the_zone_of_a_link_local_address_is_kept() -> None:
    resolver = SystemResolver(lambda name: [(socket.AF_INET6, 1, 6, "", ("fe80::1", 0, 0, 3))], server=SERVER)
    assert await resolver.resolve("reg.example.com", 443) == (ip_address("fe80::1%3"),)


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "127.0.0.1"])
async def test_an_address_is_not_looked_up(text: str) -> None:
    assert await failing(socket.EAI_FAIL).resolve(text, 443) == (ip_address(text),)
    assert await StaticResolver({}).resolve(text, 443) == (ip_address(text),)


async def test_localhost_is_known_to_the_system() -> None:
    assert all(address.is_loopback for address in await SystemResolver().resolve("localhost", 80))


@pytest.mark.parametrize(
    ("number", "trouble", "text"),
    [
        (socket.EAI_NONAME, Trouble.NO_SUCH_HOST, "no such host"),
        (socket.EAI_NODATA, Trouble.NO_SUCH_HOST, "no such host"),
        (socket.EAI_AGAIN, Trouble.DNS_FAILURE, "server misbehaving"),
        (socket.EAI_FAIL, Trouble.DNS_FAILURE, "server misbehaving"),
        (socket.EAI_SYSTEM, Trouble.DNS_FAILURE, "server misbehaving"),
    ],
)
async def test_what_the_system_says(number: int, trouble: Trouble, text: str) -> None:
    error = await failure(failing(number), "reg.example.com")
    assert (error.trouble, error.own_limit) == (trouble, False)
    assert error.go == f"dial tcp: lookup reg.example.com on {SERVER}: {text}"


async def test_try_again_after_a_while_is_a_time_out() -> None:
    now = 0.0

    def lookup(name: bytes) -> list[Row]:
        nonlocal now
        now = 10.0
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    error = await failure(SystemResolver(lookup, server=SERVER, clock=lambda: now), "reg.example.com")
    assert (error.trouble, error.own_limit) == (Trouble.DNS_TIMEOUT, False)
    assert error.go.startswith("dial tcp: lookup reg.example.com on 192.0.2.53:53: read udp ")
    assert error.go.endswith("192.0.2.53:53: i/o timeout")


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.1",
        "0x7f000001",
        "2130706433",
        "017700000001",
        "a" * 64,
        "a.b..c",
        "-a.b",
        "a b",
        "a\0b",
        "ümlaut",
        "a" * 255,
        "x\x1b[2J",
        "x\udcff",
        "xn--",
    ],
)
async def test_a_name_that_go_would_not_ask_for_does_not_exist(host: str) -> None:
    asked: list[bytes] = []

    def lookup(name: bytes) -> list[Row]:
        asked.append(name)
        return rows("192.0.2.1")

    error = await failure(SystemResolver(lookup, server=SERVER), host)
    assert (error.trouble, asked) == (Trouble.NO_SUCH_HOST, [])
    assert error.go.endswith(": no such host")
    assert error.go.isprintable()


@pytest.mark.parametrize("host", ["a_b.example", "reg.example.com.", "3com.example", "a" * 63, "1e5"])
async def test_other_names_go_to_the_name_server(host: str) -> None:
    asked: list[bytes] = []

    def lookup(name: bytes) -> list[Row]:
        asked.append(name)
        return rows("192.0.2.1")

    await SystemResolver(lookup).resolve(host, 443)
    assert asked == [host.encode()]


@given(st.text())
def test_any_text_gets_an_address_or_a_network_error(host: str) -> None:
    async def run() -> None:
        resolver = SystemResolver(lambda name: rows("192.0.2.1"), server=SERVER)
        with contextlib.suppress(NetworkError):
            assert await resolver.resolve(host, 443)

    asyncio.run(run())


@pytest.mark.fault(4)
async def test_lookups_that_hang_delay_neither_another_one_nor_their_canceling() -> None:
    release = threading.Event()

    def lookup(name: bytes) -> list[Row]:
        if name.startswith(b"dead"):
            release.wait()
        return rows("192.0.2.1")

    resolver = SystemResolver(lookup, server=SERVER, at_once=21)
    dead = [asyncio.create_task(resolver.resolve(f"dead{number}.example", 443)) for number in range(20)]
    try:
        assert await resolver.resolve("good.example", 443)
        for task in dead:
            task.cancel()
        results = await asyncio.gather(*dead, return_exceptions=True)
        assert {type(result) for result in results} == {asyncio.CancelledError}
        assert await resolver.resolve("good.example", 443)
    finally:
        release.set()


async def test_lookups_over_the_limit_wait_for_one_to_end() -> None:
    release = threading.Event()
    running, most = 0, 0
    lock = threading.Lock()

    def lookup(name: bytes) -> list[Row]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        release.wait()
        with lock:
            running -= 1
        return rows("192.0.2.1")

    resolver = SystemResolver(lookup, server=SERVER, at_once=3)
    tasks = [asyncio.create_task(resolver.resolve(f"h{number}.example", 443)) for number in range(12)]
    await asyncio.sleep(0)
    tasks[5].cancel()
    release.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(result == (IPv4Address("192.0.2.1"),) for result in results) == 11
    assert most <= 3


@pytest.mark.fault(4, 75)
def test_hanging_lookups_do_not_keep_the_program_from_ending() -> None:
    """Twenty lookups hang for ever in their threads; the program says what it found, and ends."""
    program = """
import asyncio, threading
from regtui.registry.resolvers import SystemResolver

def lookup(name):
    if name.startswith(b"dead"):
        threading.Event().wait()
    return [(2, 1, 6, "", ("192.0.2.1", 0))]

async def main():
    resolver = SystemResolver(lookup, server="192.0.2.53:53")
    dead = [asyncio.create_task(resolver.resolve(f"dead{number}.example", 443)) for number in range(20)]
    print(*await resolver.resolve("good.example", 443), len(threading.enumerate()) > 20)

asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("192.0.2.1 True\n", "", 0)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("nameserver 10.0.0.1\nnameserver 10.0.0.2\n", "10.0.0.1:53"),
        ("# nameserver 10.0.0.9\nsearch example\n  nameserver\t10.0.0.1 # x\n", "10.0.0.1:53"),
        ("nameserver not-an-address\nnameserver ::1\n", "[::1]:53"),
        ("nameserver\noptions timeout:1\n", "127.0.0.1:53"),
        ("", "127.0.0.1:53"),
        ("\xff\0" * 100_000 + "\nnameserver 10.0.0.1\n", "127.0.0.1:53"),
    ],
)
def test_the_first_name_server_of_resolv_conf(tmp_path: Path, text: str, server: str) -> None:
    path = tmp_path / "resolv.conf"
    path.write_bytes(text.encode("latin-1"))
    assert name_server(path) == server


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo"])
def test_a_resolv_conf_that_is_no_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "resolv.conf"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    assert name_server(path) == "127.0.0.1:53"


def test_the_end_that_asks_a_name_server_is_found_without_asking() -> None:
    assert local_end("127.0.0.1:53").startswith("127.0.0.1:")
    assert local_end("nonsense") == ""


async def test_a_table_in_place_of_dns() -> None:
    table: dict[str, tuple[IPv4Address | IPv6Address, ...] | Trouble] = {
        "reg.example.com": (ADDRESS,),
        "gone.example": Trouble.NO_SUCH_HOST,
        "odd.example": Trouble.DNS_FAILURE,
        "slow.example": Trouble.DNS_TIMEOUT,
    }
    resolver = StaticResolver(table, server=NAME_SERVER, silence=0.01)
    assert resolver.server == NAME_SERVER
    assert await resolver.resolve("REG.example.com", 443) == (ADDRESS,)
    assert await resolver.resolve("localhost", 443) == (IPv4Address("127.0.0.1"),)
    texts = {host: (await failure(resolver, host)).go for host in (*list(table)[1:], "other.example", "127.1")}
    on = f"on {NAME_SERVER}"
    slow = f"read udp 198.51.100.253:49152->{NAME_SERVER}: i/o timeout"
    assert texts == {
        "gone.example": f"dial tcp: lookup gone.example {on}: no such host",
        "odd.example": f"dial tcp: lookup odd.example {on}: server misbehaving",
        "slow.example": f"dial tcp: lookup slow.example {on}: {slow}",
        "other.example": f"dial tcp: lookup other.example {on}: no such host",
        "127.1": "dial tcp: lookup 127.1: no such host",
    }
    assert not (await failure(resolver, "slow.example")).own_limit


async def test_an_override_is_for_its_port_alone() -> None:
    inner = StaticResolver({"reg.example.com": (ADDRESS,)}, server=NAME_SERVER)
    resolver = OverrideResolver(inner, dict([parse_resolve("Reg.example.com:5000:192.0.2.1,[2001:db8::1]")]))
    own = (IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1"))
    assert await resolver.resolve("reg.EXAMPLE.com", 5000) == own
    assert await resolver.resolve("reg.example.com", 443) == (ADDRESS,)
    assert resolver.server == NAME_SERVER


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "h:1",
        "h:1:",
        "h:0:127.0.0.1",
        "h:65536:127.0.0.1",
        "h:x:127.0.0.1",
        "h:1:a",
        "h:1:1.1.1.1:2",
        "h:\N{FULLWIDTH DIGIT ONE}:1.1.1.1",
    ],
)
def test_an_override_that_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        parse_resolve(text)


def test_connect_to_is_read() -> None:
    assert parse_connect_to("Reg:443:[::1]:8443") == (("reg", 443), (IPv6Address("::1"), 8443))
    for text in ("", "h:1:127.0.0.1", "h:1:name:2", "h:1:127.0.0.1:x"):
        with pytest.raises(ValueError, match="is no"):
            parse_connect_to(text)


class Counting:
    """A resolver that counts, and waits for a signal."""

    server = NAME_SERVER

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = asyncio.Event()
        self.canceled = 0

    async def resolve(self, host: str, port: int) -> tuple[IPv4Address | IPv6Address, ...]:
        self.asked.append(host)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.canceled += 1
            raise
        return await StaticResolver({"reg.example.com": (ADDRESS,)}).resolve(host, port)


async def test_a_name_is_looked_up_once_at_a_time_and_for_a_while() -> None:
    now = 0.0
    inner = Counting()
    resolver = CachedResolver(inner, found=60, failed=10, clock=lambda: now)
    waiting = [asyncio.create_task(resolver.resolve("REG.example.com", port)) for port in (80, 443, 5000)]
    await asyncio.sleep(0)
    inner.go.set()
    assert await asyncio.gather(*waiting) == [(ADDRESS,)] * 3
    now = 59.0
    await resolver.resolve("reg.example.com", 443)
    assert len(inner.asked) == 1
    now = 61.0
    await resolver.resolve("reg.example.com", 443)
    assert len(inner.asked) == 2
    resolver.forget()
    await resolver.resolve("reg.example.com", 443)
    assert len(inner.asked) == 3


async def test_a_failure_is_remembered_for_a_shorter_time() -> None:
    now = 0.0
    inner = Counting()
    inner.go.set()
    resolver = CachedResolver(inner, clock=lambda: now)
    for moment in (0.0, 9.0, 11.0):
        now = moment
        with pytest.raises(NetworkError, match=r"no such host: gone\.example"):
            await resolver.resolve("gone.example", 443)
    assert len(inner.asked) == 2


async def test_the_last_to_leave_cancels_the_lookup() -> None:
    inner = Counting()
    resolver = CachedResolver(inner)
    first, second = (asyncio.create_task(resolver.resolve("reg.example.com", 443)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    assert inner.canceled == 0
    second.cancel()
    await asyncio.wait([second])
    await asyncio.sleep(0)
    assert (inner.canceled, len(inner.asked)) == (1, 1)
    inner.go.set()
    assert await resolver.resolve("reg.example.com", 443) == (ADDRESS,)
