"""What breaks on the way to an answer, and after it began: each text is Go's own."""

from __future__ import annotations

import asyncio
import errno
import re
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Stage, Trouble
from regtui.registry.errors import NetworkError
from regtui.registry.failures import dial_failed, ping_text
from regtui.registry.limits import Limits
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import INSECURE, Trust
from regtui.registry.transport import Request, Transport
from tests.hostile import (
    ADDRESS,
    HOST,
    NAME_SERVER,
    PATIENT,
    TRUSTED,
    Watched,
    answering,
    black_hole,
    closed_port,
    get,
    saying,
    server_context,
    serving,
    transport,
)

if TYPE_CHECKING:
    from regtui.host.model import Address
    from regtui.registry.dialers import Pair

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

BROKEN = "net/http: HTTP/1.x transport connection broken: "
HTTP = f"http://{HOST}:5000/v2/"
HTTPS = f"https://{HOST}/v2/"


async def failure(client: Transport, request: Request, watch: Watched | None = None) -> NetworkError:
    """Return the error that the request ends with, after closing the transport."""
    try:
        with pytest.raises(NetworkError) as caught:
            await client.request(request, watch)
        return caught.value
    finally:
        await client.aclose()


class BrokenDialer:
    """Fails with an errno for each address."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)

    async def dial(self, address: Address, port: int, host: str = "") -> Pair:
        raise OSError(self.numbers.pop(0), "Connect call failed")


async def failing_dial(*addresses: str, numbers: tuple[int, ...], port: int = 443) -> NetworkError:
    """Return the error for a host with these addresses, of which each fails with an errno."""
    found = tuple(IPv6Address(text) if ":" in text else IPv4Address(text) for text in addresses)
    client = Transport(
        resolver=StaticResolver({HOST: found}),
        dialer=BrokenDialer(*numbers),
        trust=Trust(system=False),
        limits=PATIENT,
    )
    return await failure(client, get(f"http://{HOST}:{port}/v2/"))


async def test_a_name_that_does_not_exist() -> None:
    watch = Watched()
    error = await failure(transport({}), get(HTTPS), watch)
    assert error.go == f"dial tcp: lookup {HOST} on {NAME_SERVER}: no such host"
    assert (error.stage, error.trouble, error.own_limit) == (Stage.DNS, Trouble.NO_SUCH_HOST, False)
    assert watch.lines == ["dns started", "dns failed"]


@pytest.mark.parametrize("host", ["999.1.1.1", "127.1", "a..b", "-a.example", "a" * 64 + ".example"])
async def test_a_name_that_nobody_can_ask_for(host: str) -> None:
    error = await failure(transport({}), get(f"http://{host}/v2/"))
    assert error.go == f"dial tcp: lookup {host}: no such host"


@pytest.mark.fault(15)
@pytest.mark.parametrize("url", ["http://h:99999/", "ftp://h/", "http://h h/", "http:///v2/", "javascript:x", ""])
async def test_a_url_that_cannot_be_asked(url: str) -> None:
    assert (await failure(transport({}), get(url))).trouble is Trouble.PROTOCOL


async def test_dns_without_an_answer() -> None:
    client = Transport(
        resolver=StaticResolver({HOST: Trouble.DNS_TIMEOUT}, server=NAME_SERVER, silence=60),
        dialer=BrokenDialer(),
        trust=Trust(system=False),
        limits=Limits(dns=0.02),
    )
    error = await failure(client, get(HTTPS))
    assert error.go == f"dial tcp: lookup {HOST} on {NAME_SERVER}: read udp 0.0.0.0:0->{NAME_SERVER}: i/o timeout"
    assert (error.trouble, error.own_limit) == (Trouble.DNS_TIMEOUT, True)
    assert "no answer from DNS for reg.example.com in 20 ms; the engine waits 10 s" in str(error)


async def test_a_refused_connection() -> None:
    watch = Watched()
    with closed_port() as port:
        error = await failure(transport({f"{HOST}:443": port}), get(HTTPS), watch)
    assert error.go == "dial tcp 198.51.100.6:443: connect: connection refused"
    assert (error.stage, error.trouble) == (Stage.TCP, Trouble.REFUSED)
    assert watch.lines == ["dns started", "dns ok", "tcp started", "tcp failed"]
    assert watch.details == ["198.51.100.6", "connection refused by 198.51.100.6:443"]


@pytest.mark.parametrize(
    ("number", "text", "trouble"),
    [
        (errno.EHOSTUNREACH, "no route to host", Trouble.NO_ROUTE),
        (errno.ENETUNREACH, "network is unreachable", Trouble.NO_ROUTE),
        (errno.ETIMEDOUT, "connection timed out", Trouble.CONNECT_TIMEOUT),
        (errno.ECONNRESET, "connection reset by peer", Trouble.RESET),
        (errno.EACCES, "permission denied", Trouble.NO_ROUTE),
    ],
)
async def test_what_connect_says(number: int, text: str, trouble: Trouble) -> None:
    error = await failing_dial("198.51.100.6", numbers=(number,))
    assert error.go == f"dial tcp 198.51.100.6:443: connect: {text}"
    assert (error.trouble, error.own_limit) == (trouble, False)


async def test_of_several_addresses_the_first_is_blamed() -> None:
    numbers = (errno.ENETUNREACH, errno.ECONNREFUSED, errno.ECONNREFUSED)
    error = await failing_dial("2001:db8::1", "198.51.100.6", "198.51.100.7", numbers=numbers, port=5000)
    assert error.go == "dial tcp [2001:db8::1]:5000: connect: network is unreachable"


async def test_a_black_hole() -> None:
    with black_hole() as port:
        error = await failure(transport({f"{HOST}:443": port}, bounds=Limits(tcp=0.05)), get(HTTPS))
    assert error.go == "dial tcp 198.51.100.6:443: i/o timeout"
    assert (error.stage, error.trouble, error.own_limit) == (Stage.TCP, Trouble.CONNECT_TIMEOUT, True)
    assert str(error) == "no answer from 198.51.100.6:443 in 50 ms; the engine waits 30 s"
    waiting = "net/http: request canceled while waiting for connection"
    assert ping_text(error, before_go_1_15=True) == f"{waiting} (Client.Timeout exceeded while awaiting headers)"
    assert ping_text(error, before_go_1_15=False) == "context deadline exceeded"


def test_a_ping_that_fails_at_once_reads_like_any_other_request() -> None:
    error = dial_failed(ADDRESS, 443, ConnectionRefusedError(errno.ECONNREFUSED, ""))
    assert ping_text(error, before_go_1_15=True) == error.go
    kernel = dial_failed(ADDRESS, 443, TimeoutError(errno.ETIMEDOUT, ""))
    assert ping_text(kernel, before_go_1_15=False) == "dial tcp 198.51.100.6:443: connect: connection timed out"


async def test_a_reset_in_place_of_the_answer() -> None:
    async with serving(answering(b"", reset=True)) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}), get(HTTP))
    assert re.fullmatch(r"read tcp [\d.]+:\d+->198\.51\.100\.6:5000: read: connection reset by peer", error.go)
    assert (error.stage, error.trouble) == (Stage.PING, Trouble.RESET)


@pytest.mark.parametrize(
    ("answer", "go", "trouble"),
    [
        (b"", "EOF", Trouble.CLOSED),
        (b"garbage", BROKEN + 'malformed HTTP response "garbage"', Trouble.PROTOCOL),
        (b"SSH-2.0-OpenSSH_7.4\r\n", BROKEN + 'malformed HTTP response "SSH-2.0-OpenSSH_7.4"', Trouble.PROTOCOL),
        (b"220 mx ESMTP\r\n", BROKEN + 'malformed HTTP status code "mx"', Trouble.PROTOCOL),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            BROKEN + r'malformed HTTP response "\x15\x03\x01\x00\x02\x02F"',
            Trouble.PROTOCOL,
        ),
        (b"HTTP/1.1 2000 OK\r\n\r\n", BROKEN + 'malformed HTTP status code "2000"', Trouble.PROTOCOL),
        (b"HTTP/2 200 OK\r\n\r\n", BROKEN + 'malformed HTTP version "HTTP/2"', Trouble.PROTOCOL),
        (b"HTTP/1.1 200", BROKEN + "unexpected EOF", Trouble.CLOSED),
        (b"HTTP/1.1 200 OK\r\nFoo: b", BROKEN + "unexpected EOF", Trouble.CLOSED),
        (
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            BROKEN + 'malformed MIME header: missing colon: "no colon"',
            Trouble.PROTOCOL,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
            BROKEN + 'http: message cannot contain multiple Content-Length headers; got ["2" "3"]',
            Trouble.PROTOCOL,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n", BROKEN + 'bad Content-Length "-2"', Trouble.PROTOCOL),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\n",
            BROKEN + 'unsupported transfer encoding: "foo"',
            Trouble.PROTOCOL,
        ),
        (
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            BROKEN + "unexpected switch to another protocol",
            Trouble.PROTOCOL,
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n1234567890", "unexpected EOF", Trouble.CLOSED),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nok", "unexpected EOF", Trouble.CLOSED),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
            "invalid byte in chunk length",
            Trouble.PROTOCOL,
        ),
    ],
)
async def test_an_answer_that_is_no_http(answer: bytes, go: str, trouble: Trouble) -> None:
    async with serving(answering(answer, then_close=True)) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}), get(HTTP, stage=Stage.MANIFEST))
    assert (error.go, error.trouble, error.stage) == (go, trouble, Stage.MANIFEST)


async def test_a_greeting_is_recognized_while_the_server_waits_for_ours() -> None:
    async with serving(answering(b"SSH-2.0-OpenSSH_7.4\r\n")) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}), get(HTTP))
    assert str(error) == "198.51.100.6:5000 does not speak HTTP, it sent: SSH-2.0-OpenSSH_7.4"


async def test_control_characters_of_a_server_do_not_reach_a_message() -> None:
    async with serving(answering(b"\x1b]0;owned\x07 \xe2\x80\xae x\r\n\r\n", then_close=True)) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}), get(HTTP))
    assert (str(error) + error.go + error.detail).isprintable()


async def test_more_headers_than_anybody_needs() -> None:
    async with serving(answering(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}), get(HTTP))
    assert (error.trouble, error.own_limit) == (Trouble.TOO_LARGE, True)


@pytest.mark.parametrize(
    ("answer", "go"),
    [
        (b"", "net/http: timeout awaiting response headers"),
        (b"HTTP/1.1 200 OK\r\nFoo", "net/http: timeout awaiting response headers"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n12",
            "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
        ),
    ],
)
async def test_an_answer_that_stalls(answer: bytes, go: str) -> None:
    bounds = Limits(first_byte=0.05, idle=0.05, total=20)
    async with serving(answering(answer)) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}, bounds=bounds), get(HTTP))
    assert (error.go, error.trouble, error.own_limit) == (go, Trouble.ANSWER_TIMEOUT, True)


async def test_a_ping_without_an_answer_in_the_words_of_old_and_new_go() -> None:
    async with serving(answering(b"")) as server:
        error = await failure(transport({f"{HOST}:5000": server.port}, bounds=Limits(first_byte=0.05)), get(HTTP))
    canceled = "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"
    assert ping_text(error, before_go_1_15=True) == canceled
    assert ping_text(error, before_go_1_15=False) == "context deadline exceeded"


async def test_a_flood_of_interim_answers_ends_with_the_total_time() -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        while True:
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await writer.drain()
            sent += 1
            await asyncio.sleep(0.001)

    async with serving(flood) as server:
        client = transport({f"{HOST}:5000": server.port}, bounds=Limits(total=0.2))
        error = await failure(client, get(HTTP))
    assert error.trouble is Trouble.ANSWER_TIMEOUT
    assert sent > 1


async def test_a_request_may_bring_its_own_total_time() -> None:
    async with serving(answering(b"")) as server:
        client = transport({f"{HOST}:5000": server.port})
        error = await failure(client, Request("GET", HTTP, total=0.05))
    assert "in 50 ms" in str(error)


async def test_a_request_whose_time_is_over_before_it_is_connected() -> None:
    with black_hole() as port:
        client = transport({f"{HOST}:5000": port})
        error = await failure(client, Request("GET", HTTP, total=0.05))
    assert (error.stage, error.trouble, error.own_limit) == (Stage.TCP, Trouble.CONNECT_TIMEOUT, True)


@pytest.mark.parametrize("seconds", [0.5, 3.0, 20.0, 100.0])
def test_with_a_time_limit_in_all_the_stage_that_hangs_ends_first(seconds: float) -> None:
    bounds = Limits().within(seconds)
    assert max(bounds.dns, bounds.tcp, bounds.tls, bounds.first_byte, bounds.idle) < bounds.total
    assert bounds.total == seconds


@pytest.mark.parametrize(
    ("said", "go", "trouble"),
    [
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", "http: server gave HTTP response to HTTPS client", Trouble.PLAIN_HTTP),
        (b"SSH-2.0-x\r\n", "tls: first record does not look like a TLS handshake", Trouble.TLS),
        (b"<html>", "tls: first record does not look like a TLS handshake", Trouble.TLS),
        (b"", "EOF", Trouble.CLOSED),
        (b"HTTP", "unexpected EOF", Trouble.CLOSED),
        (b"\x16\x03\x03\x00\x50\x02\x00", "unexpected EOF", Trouble.CLOSED),
        (b"\x15\x03\x03\x00\x02\x02\x28", "remote error: tls: handshake failure", Trouble.TLS),
        (b"\x15\x03\x01\x00\x02\x02\x46", "remote error: tls: protocol version not supported", Trouble.TLS),
        (b"\x15\x03\x03\x00\x02\x02\x2a", "remote error: tls: bad certificate", Trouble.CLIENT_CERTIFICATE),
        (b"\x15\x03\x03\x00\x02\x02\x74", "remote error: tls: certificate required", Trouble.CLIENT_CERTIFICATE),
        (b"\x15\x03\x03\x00\x02\x02\x78", "remote error: tls: no application protocol", Trouble.TLS),
        (b"\x15\x03\x03\x00\x02\x02\xc8", "remote error: tls: alert(200)", Trouble.TLS),
        (b"\x15\x03\x03\x00\x02\x01\x00", "EOF", Trouble.CLOSED),
        (b"\x16\x03\x03\xff\xff" + b"a" * 99, "tls: oversized record received with length 65535", Trouble.TLS),
        (
            b"\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x02" + b"a" * 32 + b"\x00\x00\x2f\x00\x00\x00",
            "tls: server selected unsupported protocol version 302",
            Trouble.TLS,
        ),
    ],
)
@pytest.mark.parametrize("rules", [TRUSTED, INSECURE], ids=["secure", "insecure"])
async def test_a_server_that_does_not_speak_tls(said: bytes, go: str, trouble: Trouble, rules: object) -> None:
    watch = Watched()
    tls = INSECURE if rules is INSECURE else TRUSTED
    async with serving(saying(said)) as server:
        error = await failure(transport({f"{HOST}:443": server.port}), get(HTTPS, tls=tls), watch)
    assert (error.go, error.trouble, error.stage) == (go, trouble, Stage.TLS)
    assert watch.lines[-2:] == ["tls started", "tls failed"]


async def test_a_handshake_that_stalls() -> None:
    async with serving(saying(b"", then_close=False)) as server:
        error = await failure(transport({f"{HOST}:443": server.port}, bounds=Limits(tls=0.05)), get(HTTPS))
    assert (error.go, error.trouble) == ("net/http: TLS handshake timeout", Trouble.TLS_TIMEOUT)
    assert error.own_limit


async def test_a_server_that_closes_after_the_handshake_may_want_a_client_certificate() -> None:
    async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")

    async with serving(close, server_context()) as server:
        error = await failure(transport({f"{HOST}:443": server.port}), get(HTTPS, tls=TRUSTED))
    assert (error.go, error.stage) == ("EOF", Stage.PING)
    assert error.detail == "a server that wants a client certificate may close like this"


async def test_plain_http_to_a_tls_port_is_an_answer_like_any_other() -> None:
    text = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    async with serving(answering(text, then_close=True)) as server:
        client = transport({f"{HOST}:5000": server.port})
        response = await client.request(get(HTTP))
        await client.aclose()
    assert (response.status, response.body) == (400, b"Client sent an HTTP request to an HTTPS server.\n")


@pytest.mark.fault(55, 70)
async def test_a_secret_in_a_header_that_cannot_be_sent_stays_out_of_the_error() -> None:
    secret = "hunter2\r\nX: y"
    request = Request("GET", HTTP, headers=(("Authorization", secret),))
    error = await failure(transport({}), request)
    assert "hunter2" not in str(error) + error.go + error.detail + repr(request)
    assert error.go == 'net/http: invalid header field value for "Authorization"'


async def test_only_get_and_head_go_to_a_registry() -> None:
    client = transport({})
    with pytest.raises(ValueError, match="GET and HEAD only"):
        await client.request(Request("POST", HTTP))
    with pytest.raises(ValueError, match="with POST"):
        await client.post_token(Request("GET", HTTP))
