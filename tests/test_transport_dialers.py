"""The race between the addresses of one name, and where sockets really go."""

from __future__ import annotations

import asyncio
import errno
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import pytest

from regtui.registry.dialers import RedirectingDialer, SystemDialer, race
from tests.hostile import LOOPBACK, black_hole, closed_port, forever, saying, serving

if TYPE_CHECKING:
    from regtui.host.model import Address
    from regtui.registry.dialers import Pair

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

SIX, OTHER_SIX = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")
FOUR, OTHER_FOUR = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")


class Scripted:
    """Dials addresses as a script says: a port of loopback, an errno, or None for silence."""

    def __init__(self, script: dict[Address, int | OSError | None]) -> None:
        self.script = script
        self.dialed: list[Address] = []
        self.canceled: list[Address] = []

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:
        self.dialed.append(address)
        match self.script[address]:
            case int() as target:
                return await asyncio.open_connection("127.0.0.1", target)
            case OSError() as error:
                raise error
            case _:
                try:
                    await forever()
                except asyncio.CancelledError:
                    self.canceled.append(address)
                    raise
                raise AssertionError


def refused() -> OSError:
    """connect(2) was refused."""
    return ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def unreachable() -> OSError:
    """The network is unreachable."""
    return OSError(errno.ENETUNREACH, "Network is unreachable")


async def run(dialer: Scripted, *addresses: Address, stagger: float = 60, limit: float = 60) -> tuple[Address, Pair]:
    """Run the race on port 443."""
    return await race(dialer, addresses, 443, "reg.example.com", stagger=stagger, limit=limit)


async def test_the_first_address_wins_alone_when_it_answers() -> None:
    async with serving(saying(b"")) as server:
        dialer = Scripted({SIX: server.port, FOUR: server.port})
        winner, (_, writer) = await run(dialer, SIX, FOUR)
        writer.close()
    assert (winner, dialer.dialed, server.accepted) == (SIX, [SIX], 1)


async def test_the_other_family_is_next_and_a_failure_starts_it_at_once() -> None:
    async with serving(saying(b"")) as server:
        dialer = Scripted({SIX: unreachable(), OTHER_SIX: unreachable(), FOUR: server.port})
        winner, (_, writer) = await run(dialer, SIX, OTHER_SIX, FOUR)
        writer.close()
    assert (winner, dialer.dialed) == (FOUR, [SIX, FOUR])


@pytest.mark.fault(6)
async def test_silence_starts_the_next_after_the_stagger_and_the_loser_is_canceled() -> None:
    async with serving(saying(b"")) as server:
        dialer = Scripted({SIX: None, FOUR: server.port})
        winner, (_, writer) = await run(dialer, SIX, FOUR, stagger=0.01)
        writer.close()
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks() - {asyncio.current_task()}) <= 1  # the server's own
    assert (winner, dialer.canceled) == (FOUR, [SIX])


@pytest.mark.parametrize("addresses", [(SIX, FOUR, OTHER_FOUR), (OTHER_FOUR, SIX, FOUR), (FOUR, OTHER_FOUR)])
async def test_when_all_fail_the_first_address_is_reported(addresses: tuple[Address, ...]) -> None:
    errors = [OSError(number, "") for number in (errno.EHOSTUNREACH, errno.ECONNREFUSED, errno.EACCES)]
    dialer = Scripted(dict(zip(addresses, errors, strict=False)))
    with pytest.raises(OSError, match=r"\[Errno 113\]"):
        await run(dialer, *addresses)
    assert len(dialer.dialed) == len(addresses)


async def test_an_attempt_that_the_limit_ends_is_a_time_out_without_errno() -> None:
    dialer = Scripted({SIX: None, FOUR: refused()})
    with pytest.raises(TimeoutError) as caught:
        await run(dialer, SIX, FOUR, stagger=0.01, limit=0.05)
    assert caught.value.errno is None


async def test_the_limit_reports_the_first_address_also_when_only_a_later_one_is_silent() -> None:
    dialer = Scripted({SIX: refused(), FOUR: None})
    with pytest.raises(ConnectionRefusedError):
        await run(dialer, SIX, FOUR, limit=0.05)


async def test_a_race_that_is_canceled_leaves_no_socket_and_no_task() -> None:
    with black_hole() as port:
        table = {("h", 443): (LOOPBACK, port)}
        dialer = RedirectingDialer(SystemDialer(), table)
        before = asyncio.all_tasks()
        for turns in range(20):
            task = asyncio.create_task(race(dialer, (SIX, FOUR), 443, "h", stagger=0, limit=60))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        for _ in range(3):
            await asyncio.sleep(0)
        assert asyncio.all_tasks() == before


async def test_two_connections_at_the_same_moment_leave_one() -> None:
    async with serving(saying(b"")) as server:
        pairs = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
        waiting, both = iter(pairs), asyncio.Event()

        class Together:
            async def dial(self, address: Address, port: int, host: str = "") -> Pair:
                mine = next(waiting)
                if mine is pairs[1]:
                    both.set()
                await both.wait()
                return mine

        _, (_, winner) = await race(Together(), (SIX, FOUR), 443, "h", stagger=0.001, limit=60)
        await asyncio.sleep(0)
        closing = [writer.is_closing() for _, writer in pairs]
        winner.close()
    assert sorted(closing) == [False, True]


async def test_the_systems_dialer_says_what_connect_says() -> None:
    with closed_port() as port, pytest.raises(ConnectionRefusedError):
        await SystemDialer().dial(LOOPBACK, port)
    with pytest.raises(OSError, match="interface"):
        await SystemDialer().dial(ip_address("fe80::1%nosuch0"), 80)


async def test_connections_of_a_host_and_port_go_elsewhere_and_no_others() -> None:
    async with serving(saying(b"")) as server:
        inner = Scripted({LOOPBACK: server.port, FOUR: refused()})
        dialer = RedirectingDialer(inner, {("reg.example.com", 443): (LOOPBACK, 8443)})
        _, writer = await dialer.dial(FOUR, 443, "REG.example.com")
        writer.close()
        for host, port in (("reg.example.com", 80), ("other.example.com", 443), ("", 443)):
            with pytest.raises(ConnectionRefusedError):
                await dialer.dial(FOUR, port, host)
    assert inner.dialed == [LOOPBACK, FOUR, FOUR, FOUR]
