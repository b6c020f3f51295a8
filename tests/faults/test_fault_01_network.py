"""Cases 1 to 15: what the network does to a walk, phase by phase, and that it does it to one registry alone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.outcome import Outcome, Trouble
from regtui.registry.limits import Limits
from tests.faults.bench import (
    BAD,
    BAD_URL,
    CALM,
    DIGEST,
    GOOD,
    GOOD_URL,
    MANIFEST,
    NAME,
    PING,
    SERVED,
    SERVES,
    Bench,
    fold,
    registry,
)
from tests.faults.handlers import dripping, endless_interim, resetting
from tests.hostile import answering, black_hole, serving
from tests.registry_net import Heard, bearer, refusal, reply, token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry_net import Script


@pytest.mark.fault(1)
async def test_a_refusal_is_named_and_not_repeated(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: None, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert (walked.bad["outcome"], walked.bad["error"]) == (
            Outcome.UNREACHABLE,
            "connection refused by 198.51.100.20:443",
        )
        assert bench.dialer.dialed.count((BAD, 443)) == 1


@pytest.mark.fault(1)
async def test_an_insecure_registry_that_refuses_is_asked_over_http_too(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: None, f"http://{BAD}": None, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD, insecure=(BAD,))
        walked = await bench.passes()
        assert [walked.endpoint(0, number)["error"] for number in (0, 1)] == [
            "connection refused by 198.51.100.20:443",
            "connection refused by 198.51.100.20:80",
        ]
        assert bench.dialer.dialed.count((BAD, 443)) + bench.dialer.dialed.count((BAD, 80)) == 2


@pytest.mark.fault(2)
async def test_a_black_hole_ends_with_the_phase_that_hung(tmp_path: Path) -> None:
    with black_hole() as hole:
        async with Bench(tmp_path, {BAD_URL: hole, GOOD_URL: SERVES}, limits=replace(CALM, tcp=0.2)) as bench:
            bench.configure(BAD, GOOD)
            walked = await bench.passes()
    assert walked.bad["outcome"] == Outcome.UNDECIDED
    assert walked.bad["error"] == "no answer from 198.51.100.20:443 in 200 ms; the engine waits 30 s"
    assert [(stage["stage"], stage["ok"]) for stage in walked.bad["stages"]] == [("dns", True), ("tcp", False)]


@pytest.mark.fault(3)
async def test_no_route_is_told_apart_and_the_next_walk_finds_the_way(tmp_path: Path) -> None:
    """127.255.255.255 is the broadcast address of loopback, to which no TCP connection is possible."""
    async with Bench(tmp_path, {BAD_URL: SERVES, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        way = bench.dialer.table[BAD, 443]
        bench.dialer.table[BAD, 443] = ("127.255.255.255", 443)
        with bench.session() as session:
            there_is_none = await fold(session, NAME)
            bench.dialer.table[BAD, 443] = way
            found = await fold(session, NAME)
            await session.aclose()
    there_is_none.check()
    assert there_is_none.bad["error"] == "no way to 198.51.100.20:443: network is unreachable"
    assert found.document["found"]["registry"] == BAD


DNS = [
    pytest.param(Trouble.NO_SUCH_HOST, Outcome.UNREACHABLE, f"no such host: {BAD}", id="NXDOMAIN"),
    pytest.param(Trouble.DNS_FAILURE, Outcome.UNREACHABLE, f"the name server could not look up {BAD}", id="SERVFAIL"),
    pytest.param(
        Trouble.DNS_TIMEOUT,
        Outcome.UNDECIDED,
        f"no answer from DNS for {BAD} in 300 ms; the engine waits 10 s",
        id="silence",
    ),
]


@pytest.mark.fault(4)
@pytest.mark.parametrize(("said", "outcome", "error"), DNS)
async def test_dns_fails_in_three_ways(said: Trouble, outcome: Outcome, error: str, tmp_path: Path) -> None:
    async with Bench(tmp_path, {GOOD_URL: SERVES}, names={BAD: said}, limits=replace(CALM, dns=0.3)) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert (walked.bad["outcome"], walked.bad["error"]) == (outcome, error)
        assert [stage["stage"] for stage in walked.bad["stages"]] == ["dns"]
        assert bench.dialer.strays == []


@pytest.mark.fault(4)
async def test_twenty_dead_names_do_not_delay_a_good_one(tmp_path: Path) -> None:
    """They hang for longer than the test may last; the good one's health is known meanwhile."""
    dead = [f"dead{number}.example.com" for number in range(20)]
    async with Bench(tmp_path, {GOOD_URL: SERVES}, names=dict.fromkeys(dead, Trouble.DNS_TIMEOUT)) as bench:
        bench.configure(*dead, GOOD)
        with bench.session() as session:
            async with asyncio.timeout(10):
                async for event in session.health():
                    if event.registry == len(dead):
                        assert event.outcome == Outcome.FOUND
                        break
            await session.aclose()


@pytest.mark.fault(5)
@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1", "169.254.169.254", "::1"])
async def test_a_registry_that_the_host_lists_may_have_any_address(address: str, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES}, names={BAD: address}) as bench:
        bench.configure(BAD)
        walked = await bench.walk()
        assert walked.document["found"]["registry"] == BAD
        assert walked.bad["stages"][0]["detail"] == address


@pytest.mark.fault(5, 26)
@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "fe80::1"])
async def test_a_realm_and_a_redirect_may_not(address: str, tmp_path: Path) -> None:
    asking: Script = {"/v2/": bearer("https://inside.example/token")}
    moving = registry(manifest=reply(307, Location="https://inside.example/x"))
    servers = {BAD_URL: asking, "https://moved.example.com": moving, GOOD_URL: SERVES}
    async with Bench(tmp_path, servers, names={"inside.example": address}) as bench:
        bench.configure(BAD, "moved.example.com", GOOD)
        bench.log_in(BAD)
        walked = await bench.walk()
        assert walked.document["found"]["registry"] == GOOD
        for number in (0, 1):
            assert "inside this host or its network" in walked.endpoint(number)["error"]
        assert bench.dialer.strays == []


@pytest.mark.fault(6)
async def test_a_dead_ipv6_address_costs_a_quarter_of_a_second(tmp_path: Path) -> None:
    """Waiting for it would cost 20 s, which is more than the request may take in all."""
    with black_hole() as hole:
        names = {BAD: ("2001:db8::6", "198.51.100.6")}
        async with Bench(tmp_path, {BAD_URL: SERVES}, names=names, limits=replace(CALM, total=10)) as bench:
            bench.dialer.table["2001:db8::6", 443] = ("127.0.0.1", hole)
            bench.configure(BAD)
            walked = await bench.walk()
    assert walked.document["found"]["registry"] == BAD
    details = {stage["stage"]: stage["detail"] for stage in walked.bad["stages"]}
    assert (details["dns"], details["tcp"]) == ("2001:db8::6, 198.51.100.6", "198.51.100.6:443")


CUT = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + b"{" * 500


@pytest.mark.fault(7)
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-", CUT], ids=["silent", "headers", "body"])
async def test_a_reset_is_told_and_half_an_answer_is_none(said: bytes, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: resetting(PING, said), GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.UNREACHABLE
        assert (
            "broke: connection reset by peer" in walked.bad["error"] or "closed the connection" in walked.bad["error"]
        )
        # A kept connection that is reset in place of the answer is replaced once.
        assert bench.dialer.dialed.count((BAD, 443)) == (1 if said else 2)


@pytest.mark.fault(8)
async def test_a_connection_that_closes_after_each_answer_is_replaced_in_silence(tmp_path: Path) -> None:
    answers = iter([PING, SERVED])

    async def one_each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(next(answers))
        await writer.drain()

    async with Bench(tmp_path, {BAD_URL: one_each}) as bench:
        bench.configure(BAD)
        walked = await bench.walk()
        assert walked.document["found"]["digest"] == DIGEST
        assert walked.bad["error"] == ""
        assert bench.served[BAD_URL].accepted == 2


SLOW = [
    pytest.param(dripping(b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 1000), id="headers byte by byte"),
    pytest.param(endless_interim(103), id="103 without end"),
    pytest.param(endless_interim(100), id="100 without end"),
]


@pytest.mark.fault(9)
@pytest.mark.parametrize("handler", SLOW)
async def test_a_slow_answer_ends_with_the_time_in_all(handler: object, tmp_path: Path) -> None:
    """Every read brings something, so the limits of a single read never strike."""
    bounds = replace(CALM, total=0.5)
    async with Bench(tmp_path, {BAD_URL: handler, GOOD_URL: SERVES}, limits=bounds) as bench:  # type: ignore[dict-item]
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.UNDECIDED
        assert "in 500 ms" in walked.bad["error"]


@pytest.mark.fault(10)
async def test_a_slow_body_ends_with_the_time_in_all_or_when_a_person_leaves(tmp_path: Path) -> None:
    slow = dripping(b"x" * 5000, first=(PING, b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n"))
    bounds = replace(CALM, total=0.5)
    async with Bench(tmp_path, {BAD_URL: slow, GOOD_URL: SERVES}, limits=bounds) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.UNDECIDED
    async with Bench(tmp_path, {BAD_URL: slow}) as bench:
        bench.configure(BAD)
        with bench.session() as session:
            task = asyncio.create_task(fold(session, NAME))
            await bench.got(BAD_URL, b"GET " + MANIFEST.encode())
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert session.client()._transport._busy == 0
            await session.aclose()


@pytest.mark.fault(11)
async def test_of_fifty_registries_ten_are_dead(tmp_path: Path) -> None:
    """The good ones are known while the dead ones hang, and there are never more than sixteen sockets."""
    good = [f"r{number}.example.com" for number in range(40)]
    open_now, most = 0, 0

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(PING)
            await reader.read()
        finally:
            open_now -= 1

    async with serving(counted) as server:
        with black_hole() as hole:
            dead = {f"http://dead{number}.example.com": hole for number in range(10)}
            servers = {**dead, **{f"http://{host}": server.port for host in good}}
            async with Bench(tmp_path, {**servers, **{f"https://{host}": None for host in good}}) as bench:
                for host in dead:
                    bench.dialer.table[host.removeprefix("http://"), 443] = ("127.0.0.1", hole)
                names = (*(host.removeprefix("http://") for host in dead), *good)
                bench.configure(*names, insecure=names)
                with bench.session() as session:
                    outcomes = []
                    async with asyncio.timeout(15):  # below the 20 s that a dead one takes
                        async for event in session.health():
                            if event.registry in range(len(dead), len(names)):
                                outcomes.append(event.outcome)
                            if len(outcomes) == len(good):
                                break
                    await session.aclose()
    assert set(outcomes) == {Outcome.FOUND}
    assert most + len(dead) <= Limits().connections


@pytest.mark.fault(13)
async def test_a_token_that_died_in_its_sleep_is_fetched_again(tmp_path: Path) -> None:
    """After a suspended night the monotonic clock says that the token is fresh; the registry says that it is not."""
    numbers = iter(range(9))
    good = ["Bearer tok0"]

    def manifest(heard: Heard) -> bytes:
        return SERVED if heard.values("Authorization") == good else refusal('Bearer error="invalid_token"')

    script: Script = {
        "/v2/": bearer(f"{BAD_URL}/token"),
        "/token": lambda _: token(f"tok{next(numbers)}"),
        MANIFEST: manifest,
    }
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        with bench.session() as session:
            first = await fold(session, NAME)
            good[0] = "Bearer tok1"
            second = await fold(session, NAME)
            await session.aclose()
    assert [walked.document["exit"] for walked in (first, second)] == [0, 0]
    assert sum("/token" in line for line in bench.origins_asked()) == 2


@pytest.mark.fault(13)
async def test_a_clock_that_jumps_ends_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jumps = iter(range(0, 10**12, 10**8))
    async with Bench(tmp_path, {BAD_URL: SERVES}) as bench:
        bench.configure(BAD)
        monkeypatch.setattr(time, "time", lambda: float(next(jumps)))
        walked = await bench.walk()
    assert walked.document["found"]["digest"] == DIGEST


PROXIES = [
    "http://alice:pass-word-of-alice@nowhere.example:3128",
    "socks5://alice:pass-word-of-alice@proxy.example:1080",
    "ftp://proxy.example",
    "http://alice:pass-word-of-alice@:3128",
    "http://proxy.example:99999",
    "://",
    "http://[::1",
    "\x1b[2J",
    "http://%zz",
]


@pytest.mark.fault(14)
@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("no_proxy", ["", "[::1],fe80::/10,::1/128,host:abc,*.x,10.0.0.0/8,http://a"])
async def test_a_proxy_that_cannot_be_used_is_one_clear_error(proxy: str, no_proxy: str, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES}) as bench:
        bench.write(
            "etc/sysconfig/docker",
            f"ADD_REGISTRY='--add-registry {BAD}'\nOPTIONS=--signature-verification=false\n"
            f"HTTPS_PROXY='{proxy}'\nHTTP_PROXY='{proxy}'\nNO_PROXY='{no_proxy}'\n",
        )
        walked = await bench.walk()
        if walked.document["exit"]:
            assert "proxy" in walked.bad["error"]
        assert bench.heard == [] or walked.document["exit"] == 0


@pytest.mark.fault(14)
async def test_a_proxy_that_wants_another_password_is_named(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    proxy = "http://proxy.example:3128"
    async with Bench(tmp_path, {proxy: answering(answer), GOOD_URL: SERVES}, trusted=(proxy,)) as bench:
        bench.configure(BAD, GOOD)
        sysconfig = (tmp_path / "etc/sysconfig/docker").read_text()
        variables = "HTTPS_PROXY=http://alice:pass-word-of-alice@proxy.example:3128\nNO_PROXY=good.example.com\n"
        bench.write("etc/sysconfig/docker", sysconfig + variables)
        walked = await bench.passes()
        assert walked.bad["error"] == (
            "the proxy http://proxy.example:3128 refuses the connection: 407 Proxy Authentication Required"
        )


ODD_HOSTS = [
    *("[::1]:5000/x", "[fe80::1%25lo]:5000/x", "[fe80::1%lo]/x", "::1/x", "h:0/x", "h:65536/x", "h:-1/x", "h:080/x"),
    *("h:99999999999999999999/x", "bücher.example/x", "xn--/x", "xn--bcher-kva.example/x", "host./x", "a_b.c/x"),
    *("-a.b/x", "a-.b/x", "h:/x", ":5000/x", "127.1/x", "0x7f000001/x", "2130706433/x", "h:5000", "h:5000/", "//x"),
    *("..", "a/../b", "a.b/%2e%2e/c", "a@b/c", "u:p@h.example/x", "\x1b[2J/x", "a\nb.c/x", "\ud800", "\udcff.x/y", ""),
    *("a" * 64 + ".b/x", "a." * 130 + "b/x", "x" * 256, "h.example/" + "a/" * 130 + "b", "x:" + "t" * 129, "X"),
]


@pytest.mark.fault(15)
@pytest.mark.parametrize("engine", ["rhel-docker", "moby"])
@pytest.mark.parametrize("name", ODD_HOSTS)
async def test_any_name_is_resolved_or_refused(
    name: str, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = await asyncio.to_thread(
        run, ["resolve", "--dry-run", "--engine", engine, "--root", str(tmp_path), "--", name]
    )
    captured = capsys.readouterr()
    assert status in (0, 1)
    assert captured.err == ""
    assert captured.out
    assert all(line.isprintable() for line in captured.out.split("\n"))


@pytest.mark.fault(15)
@pytest.mark.parametrize(
    "host", [text.partition("/")[0] for text in ODD_HOSTS if text.isprintable() and " " not in text]
)
async def test_any_host_in_the_list_is_asked_or_passed_over(host: str, tmp_path: Path) -> None:
    async with Bench(tmp_path, {GOOD_URL: SERVES}) as bench:
        bench.configure(*([host] if host else []), GOOD, insecure=tuple([host] if host else []))
        with bench.session() as session:
            refused = session.config.refusal is not None
        if not refused:
            walked = await bench.walk()
            assert walked.document["exit"] in (0, 1)
