"""Connections: kept, warmed up, retried once, limited in number, and never lost when a request is canceled."""

from __future__ import annotations

import asyncio
import errno
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Trouble
from regtui.registry.errors import NetworkError
from regtui.registry.transport import Request, Transport
from tests.hostile import (
    HOST,
    OK,
    PATIENT,
    TRUSTED,
    Watched,
    answering,
    black_hole,
    closed_port,
    forever,
    get,
    server_context,
    serving,
    transport,
)

if TYPE_CHECKING:
    from regtui.registry.dialers import Pair

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

URL = f"http://{HOST}:5000/v2/"
SECURE_URL = f"https://{HOST}/v2/"
BOTH = ["dns started", "dns ok", "tcp started", "tcp ok"]
ALL = [*BOTH, "tls started", "tls ok"]


def open_connections(client: Transport) -> int:
    """Count the connections that a transport holds, at work and waiting."""
    return sum(len(lane._idle) + len(lane._active) for lane in client._lanes.values())


async def test_a_connection_is_kept_for_the_next_request() -> None:
    watch = Watched()
    async with serving(answering(*[OK] * 5), server_context()) as server:
        client = transport({f"{HOST}:443": server.port})
        answers = [await client.request(get(SECURE_URL, tls=TRUSTED), watch) for _ in range(5)]
        await client.aclose()
    assert server.accepted == 1
    assert [answer.reused_connection for answer in answers] == [False, True, True, True, True]
    assert watch.lines == ALL
    assert watch.details[:2] == ["198.51.100.6", "198.51.100.6:443"]
    first = answers[0]
    assert (first.peer, first.tls_version, first.http_version) == ("198.51.100.6:443", "TLSv1.3", "HTTP/1.1")
    assert watch.details[2] == f"{first.tls_version} {first.tls_cipher}"


async def test_a_connection_that_is_opened_ahead_takes_the_next_request() -> None:
    ahead, later = Watched(), Watched()
    async with serving(answering(OK), server_context()) as server:
        client = transport({f"{HOST}:443": server.port})
        await client.connect(SECURE_URL, TRUSTED, ahead)
        await client.connect(SECURE_URL, TRUSTED, ahead)
        answer = await client.request(get(SECURE_URL, tls=TRUSTED), later)
        await client.aclose()
    assert (server.accepted, answer.reused_connection) == (1, True)
    assert (ahead.lines, later.lines) == (ALL, [])


async def test_a_request_waits_for_the_connection_that_is_being_opened_ahead() -> None:
    async with serving(answering(OK), server_context()) as server:
        client = transport({f"{HOST}:443": server.port})
        _, answer = await asyncio.gather(
            client.connect(SECURE_URL, TRUSTED), client.request(get(SECURE_URL, tls=TRUSTED))
        )
        await client.aclose()
    assert (server.accepted, answer.status) == (1, 200)


async def test_a_request_shares_the_failure_of_the_connection_that_is_opened_ahead() -> None:
    watch = Watched()
    with closed_port() as port:
        client = transport({f"{HOST}:443": port})
        errors = await asyncio.gather(
            client.connect(SECURE_URL), client.request(get(SECURE_URL), watch), return_exceptions=True
        )
        await client.aclose()
    assert [isinstance(error, NetworkError) and error.trouble for error in errors] == [Trouble.REFUSED] * 2
    assert watch.lines == []


async def test_canceling_what_opens_ahead_lets_the_waiting_request_connect_itself() -> None:
    held, released = asyncio.Event(), asyncio.Event()

    class SlowOnce:
        async def dial(self, address: object, port: int, host: str = "") -> Pair:
            if not held.is_set():
                held.set()
                await released.wait()
            return await asyncio.open_connection("127.0.0.1", server.port)

    async with serving(answering(OK)) as server:
        client = transport({f"{HOST}:5000": 1})
        client._connector._dialer = SlowOnce()
        ahead = asyncio.create_task(client.connect(URL))
        await held.wait()
        request = asyncio.create_task(client.request(get(URL)))
        await asyncio.sleep(0)
        ahead.cancel()
        answer = await request
        await client.aclose()
    assert (answer.status, server.accepted) == (200, 1)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_kept_connection_that_the_server_closed_is_replaced_once(method: str) -> None:
    answer = OK if method == "GET" else OK.removesuffix(b"ok")
    request = Request("HEAD" if method == "HEAD" else "GET", URL)
    async with serving(answering(answer, then_close=True)) as server:
        client = transport({f"{HOST}:5000": server.port})
        for _ in range(3):
            assert (await client.request(request)).status == 200
        await client.aclose()
    assert server.accepted == 3


async def test_a_request_that_the_server_drops_is_sent_again_on_a_new_connection() -> None:
    """The server reads the second request of its first connection, and closes without a word."""
    heads = 0

    async def drop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal heads
        first = server.accepted == 1
        for _ in range(1 if first else 2):
            await reader.readuntil(b"\r\n\r\n")
            heads += 1
            writer.write(OK)
        if first:
            await reader.readuntil(b"\r\n\r\n")
            heads += 1

    async with serving(drop) as server:
        client = transport({f"{HOST}:5000": server.port})
        await client.request(get(URL))
        again = await client.request(get(URL))
        await client.aclose()
    assert (again.status, again.reused_connection) == (200, False)
    assert (server.accepted, heads) == (2, 3)


async def test_a_new_connection_that_is_dropped_is_not_tried_again() -> None:
    async with serving(answering(b"", then_close=True)) as server:
        client = transport({f"{HOST}:5000": server.port})
        with pytest.raises(NetworkError, match="without an answer"):
            await client.request(get(URL))
        await client.aclose()
    assert server.accepted == 1


async def test_a_post_is_never_sent_twice() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.readuntil(b"secret")
        posts.append(1)

    posts: list[int] = []
    async with serving(once) as server:
        client = transport({f"{HOST}:5000": server.port})
        await client.request(get(URL))
        with pytest.raises(NetworkError):
            await client.post_token(Request("POST", URL, body=b"secret"))
        await client.aclose()
    assert (len(posts), server.accepted) == (1, 1)


@pytest.mark.parametrize(
    "extra", [b"junk", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"], ids=["junk", "second answer"]
)
@pytest.mark.parametrize("late", [False, True])
async def test_bytes_after_an_answer_never_become_the_next_answer(extra: bytes, late: bool) -> None:
    more = asyncio.Event()

    async def split(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + (b"" if late else extra))
        if late:
            await more.wait()
            writer.write(extra)
            await writer.drain()
            sent.set()
        await forever()

    sent = asyncio.Event()
    async with serving(split) as server:
        client = transport({f"{HOST}:5000": server.port})
        assert (await client.request(get(URL))).body == b"ok"
        more.set()
        if late:
            await sent.wait()
            await asyncio.sleep(0)
        assert (await client.request(get(URL))).body == b"ok"
        await client.aclose()
    assert server.accepted == 2


@pytest.mark.fault(12)
async def test_two_hundred_canceled_requests_leave_nothing_behind() -> None:
    """Canceled at once, while connecting, in the handshake, and while the answer is awaited."""
    async with serving(answering(b""), server_context()) as slow, serving(answering(*[OK] * 9)) as good:
        with black_hole() as hole:
            client = transport({f"{HOST}:443": slow.port, f"{HOST}:444": hole, f"{HOST}:5000": good.port})
            tasks_before = asyncio.all_tasks()
            for turn in range(200):
                url = (SECURE_URL, f"https://{HOST}:444/v2/", SECURE_URL)[turn % 3]
                task = asyncio.create_task(client.request(get(url, tls=TRUSTED)))
                for _ in range(turn % 40):
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            for _ in range(3):
                await asyncio.sleep(0)
            assert open_connections(client) == 0
            assert {lane.users for lane in client._lanes.values()} == {0}
            assert not [task for task in asyncio.all_tasks() - tasks_before if "transport" in repr(task.get_coro())]
            answers = [await client.request(get(URL)) for _ in range(9)]
            await client.aclose()
    assert [answer.status for answer in answers] == [200] * 9


async def test_a_burst_that_is_canceled_frees_all_places() -> None:
    async with serving(answering(b"")) as slow, serving(answering(OK)) as good:
        client = transport({f"{HOST}:5000": slow.port, "good.example.com:5000": good.port})
        tasks = [asyncio.create_task(client.request(get(URL))) for _ in range(200)]
        await slow.arrived(PATIENT.per_origin)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        answer = await client.request(get("http://good.example.com:5000/"))
        assert client._busy == 0
        assert open_connections(client) == 1
        await client.aclose()
    assert answer.status == 200
    assert slow.accepted == PATIENT.per_origin


async def test_an_origin_that_hangs_does_not_hold_up_another() -> None:
    async with serving(answering(b"")) as hung, serving(answering(*[OK] * 20)) as good:
        client = transport({f"{HOST}:5000": hung.port, "good.example.com:5000": good.port})
        stuck = [asyncio.create_task(client.request(get(URL))) for _ in range(50)]
        answers = [await client.request(get("http://good.example.com:5000/")) for _ in range(20)]
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)
        await client.aclose()
    assert {answer.status for answer in answers} == {200}
    assert hung.accepted <= PATIENT.per_origin


@pytest.mark.fault(11)
async def test_there_are_never_more_connections_than_allowed() -> None:
    most = 0

    async def counted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal most
        open_now.add(writer)
        most = max(most, len(open_now))
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(OK)
        finally:
            open_now.discard(writer)

    open_now: set[asyncio.StreamWriter] = set()
    bounds = replace(PATIENT, connections=5)
    async with serving(counted) as server:
        hosts = [f"r{number}.example.com" for number in range(30)]
        client = transport({f"{host}:5000": server.port for host in hosts}, bounds=bounds)
        answers = await asyncio.gather(*(client.request(get(f"http://{host}:5000/")) for host in hosts))
        held = open_connections(client)
        await client.aclose()
    assert {answer.status for answer in answers} == {200}
    assert held <= bounds.connections
    assert server.accepted == len(hosts)


async def test_a_connection_that_waited_too_long_is_not_used() -> None:
    async with serving(answering(*[OK] * 2)) as server:
        client = transport({f"{HOST}:5000": server.port}, bounds=replace(PATIENT, kept=-1))
        await client.request(get(URL))
        await client.request(get(URL))
        await client.aclose()
    assert server.accepted == 2


async def test_closing_ends_requests_that_are_under_way() -> None:
    async with serving(answering(b"")) as server:
        client = transport({f"{HOST}:5000": server.port})
        task = asyncio.create_task(client.request(get(URL)))
        await server.arrived(1)
        for _ in range(5):
            await asyncio.sleep(0)
        await client.aclose()
        with pytest.raises(NetworkError):
            await task


async def test_cookies_are_not_kept_and_redirects_not_followed() -> None:
    heads: list[bytes] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(
                b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n"
                b"Location: http://evil.example/\r\nContent-Length: 0\r\n\r\n"
            )

    async with serving(redirect) as server:
        client = transport({f"{HOST}:5000": server.port})
        first = await client.request(get(URL))
        await client.request(get(URL))
        await client.aclose()
    assert (first.status, first.header("LOCATION"), first.header("absent")) == (302, "http://evil.example/", None)
    assert first.header_values("set-cookie") == ("a=b", "c=d")
    assert [b"ookie" in head for head in heads] == [False, False]
    assert b"Accept-Encoding: identity\r\n" in heads[0]
    assert b"Host: reg.example.com:5000\r\n" in heads[0]
    assert b"User-Agent: regtui/" in heads[0]


@pytest.mark.fault(70)
async def test_nothing_of_a_request_reaches_a_log() -> None:
    class Log(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    records: list[logging.LogRecord] = []
    root, log = logging.getLogger(), Log()
    root.addHandler(log)
    logging.getLogger("httpcore").setLevel(logging.DEBUG)
    try:
        async with serving(answering(OK)) as server:
            client = transport({f"{HOST}:5000": server.port})
            await client.request(Request("GET", URL + "?token=x", headers=(("Authorization", "Basic y"),)))
            await client.aclose()
    finally:
        logging.getLogger("httpcore").setLevel(logging.NOTSET)
        root.removeHandler(log)
    assert not [record.name for record in records if record.name.startswith("http")]


async def test_a_dialer_may_raise_what_it_likes_and_no_place_is_lost() -> None:
    class Odd:
        async def dial(self, address: object, port: int, host: str = "") -> Pair:
            raise OSError(errno.EMFILE, "Too many open files")

    client = transport({f"{HOST}:5000": 1})
    client._connector._dialer = Odd()
    for _ in range(20):
        with pytest.raises(NetworkError, match="too many open files"):
            await client.request(get(URL))
    assert (client._busy, open_connections(client)) == (0, 0)
    await client.aclose()


async def test_an_ipv6_address_stands_in_brackets_everywhere() -> None:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    async with serving(answer) as server:
        client = transport({"2001:db8::1:5000": server.port})
        response = await client.request(get("http://[2001:DB8::1]:5000/v2/"))
        await client.aclose()
    assert (response.peer, response.url) == ("[2001:db8::1]:5000", "http://[2001:db8::1]:5000/v2/")
    assert b"Host: [2001:db8::1]:5000\r\n" in heads[0]


async def test_a_path_is_sent_as_it_is() -> None:
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    path = "/v2/a/../b/./%2e%2F/~x;y=1?n=1&last=a%2fb"
    async with serving(answer) as server:
        client = transport({f"{HOST}:5000": server.port})
        await client.request(get(f"http://{HOST}:5000{path}"))
        await client.aclose()
    assert heads[0].startswith(f"GET {path} HTTP/1.1\r\n".encode())
