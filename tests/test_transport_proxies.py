"""The daemon's proxies: CONNECT for https, the whole URL for http, and errors that name them without a password."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regtui.host.model import Proxies
from regtui.outcome import Stage, Trouble
from regtui.registry.errors import NetworkError
from regtui.registry.tls import Trust
from regtui.registry.transport import Request, Transport
from regtui.registry.tunnel import read_proxy
from tests.hostile import (
    AUTHORITY,
    AUTHORITY_PEM,
    HOST,
    OK,
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
    import ssl

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

PROXY = "http://user:hunter2@proxy.example:3128"
HTTP, HTTPS = f"http://{HOST}:5000/v2/?n=1", f"https://{HOST}/v2/"


def through(proxy: str, port: int, *, trust: Trust | None = None) -> Transport:
    """Return a transport that uses this proxy for everything, and finds it on a port of loopback."""
    places = {"proxy.example:3128": port, "proxy.example:443": port}
    return transport(places, proxies=Proxies(proxy, proxy), trust=trust)


async def failure(client: Transport, url: str = HTTPS, watch: Watched | None = None) -> NetworkError:
    """Return the error of a GET, which has no password in it anywhere."""
    with pytest.raises(NetworkError) as caught:
        await client.request(get(url, tls=TRUSTED), watch)
    await client.aclose()
    error: BaseException | None = caught.value
    while error is not None:
        assert "hunter2" not in f"{error!r} {error} {getattr(error, 'go', '')} {getattr(error, 'detail', '')}"
        error = error.__cause__
    return caught.value


async def test_an_http_request_goes_to_the_proxy_with_its_whole_url() -> None:
    heads: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(OK)

    watch = Watched()
    async with serving(proxy) as server:
        client = through(PROXY, server.port)
        response = await client.request(get(HTTP), watch)
        await client.aclose()
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == f"GET {HTTP} HTTP/1.1"
    assert f"Host: {HOST}:5000" in lines
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy" in lines
    assert (response.proxy, response.peer) == ("http://proxy.example:3128", "198.51.100.6:3128")
    assert watch.details == ["198.51.100.6", "198.51.100.6:3128, the proxy http://proxy.example:3128"]


@pytest.mark.parametrize("proxy_scheme", ["http", "https"])
async def test_an_https_request_goes_through_a_tunnel_and_judges_the_registry(proxy_scheme: str) -> None:
    heads: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        onward, back = await asyncio.open_connection("127.0.0.1", registry.port)
        writer.write(b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
        try:
            await asyncio.gather(pump(reader, back), pump(onward, writer))
        finally:
            back.transport.abort()

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(4096):
            target.write(data)

    context: ssl.SSLContext | None = None
    if proxy_scheme == "https":
        context = server_context(AUTHORITY.issue_cert("proxy.example"))
    trust = Trust(system=False, authorities=(AUTHORITY_PEM,))
    watch = Watched()
    async with serving(answering(OK, OK), server_context()) as registry, serving(proxy, context) as server:
        client = through(PROXY.replace("http", proxy_scheme, 1), server.port, trust=trust)
        await client.connect(HTTPS, TRUSTED, watch)
        answers = [await client.request(get(HTTPS, tls=TRUSTED), watch) for _ in range(2)]
        await client.aclose()
    assert [(answer.status, answer.tls_version) for answer in answers] == [(200, "TLSv1.3")] * 2
    assert (registry.accepted, server.accepted) == (1, 1)
    lines = heads[0].decode().split("\r\n")
    assert lines[:2] == [f"CONNECT {HOST}:443 HTTP/1.1", f"Host: {HOST}:443"]
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy" in lines
    assert watch.lines == ["dns started", "dns ok", "tcp started", "tcp ok", "tls started", "tls ok"]


@pytest.mark.fault(14)
@pytest.mark.parametrize("url", [HTTP, HTTPS])
async def test_a_proxy_that_refuses_connections(url: str) -> None:
    with closed_port() as port:
        error = await failure(through(PROXY, port), url)
    assert error.go == "proxyconnect tcp: dial tcp 198.51.100.6:3128: connect: connection refused"
    assert (error.stage, error.trouble) == (Stage.TCP, Trouble.PROXY)
    assert "the proxy http://proxy.example:3128 cannot be reached: connection refused" in str(error)


@pytest.mark.fault(14)
async def test_a_proxy_that_does_not_exist() -> None:
    client = transport({}, proxies=Proxies("", "http://gone.example:3128"))
    error = await failure(client)
    assert error.go == "proxyconnect tcp: dial tcp: lookup gone.example on 198.51.100.253:53: no such host"
    assert (error.stage, error.trouble) == (Stage.DNS, Trouble.PROXY)


@pytest.mark.fault(14)
async def test_a_proxy_in_a_black_hole() -> None:
    with black_hole() as port:
        client = transport(
            {"proxy.example:3128": port}, proxies=Proxies(PROXY, PROXY), bounds=replace(PATIENT, tcp=0.05)
        )
        error = await failure(client)
    assert error.go == "proxyconnect tcp: dial tcp 198.51.100.6:3128: i/o timeout"
    assert error.own_limit


@pytest.mark.fault(14)
@pytest.mark.parametrize(
    ("answer", "go"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "Proxy Authentication Required"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<html>", "Forbidden"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "No Content"),
        (b"HTTP/1.1 502\r\n\r\n", "unknown status code"),
        (b"SSH-2.0-x\r\n\r\n", 'malformed HTTP response "SSH-2.0-x"'),
        (b"HTTP/1.1 500 \x1b[2J\r\n\r\n", r"\x1b[2J"),
        (b"", "EOF"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, "unexpected EOF"),
    ],
)
async def test_a_proxy_that_opens_no_way(answer: bytes, go: str) -> None:
    watch = Watched()
    async with serving(saying(answer)) as server:
        error = await failure(through(PROXY, server.port), HTTPS, watch)
    assert (error.go, error.trouble, error.stage) == (go, Trouble.PROXY, Stage.TCP)
    assert "the proxy http://proxy.example:3128" in str(error)
    assert watch.lines[-2:] == ["tcp started", "tcp failed"]


@pytest.mark.fault(14)
async def test_a_proxy_that_is_silent() -> None:
    async with serving(saying(b"", then_close=False)) as server:
        client = transport(
            {"proxy.example:3128": server.port}, proxies=Proxies(PROXY, PROXY), bounds=replace(PATIENT, tcp=0.2)
        )
        error = await failure(client)
    assert (error.trouble, error.own_limit) == (Trouble.PROXY, True)


@pytest.mark.fault(14)
async def test_a_captive_portal_in_place_of_a_proxy() -> None:
    """It says 200 to CONNECT, and goes on in HTML."""
    text = b"HTTP/1.1 200 OK\r\n\r\n"

    async def portal(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text)
        await reader.read(4096)
        writer.write(b"<html>log in</html>")

    async with serving(portal) as server:
        error = await failure(through(PROXY, server.port))
    assert error.go == "tls: first record does not look like a TLS handshake"


@pytest.mark.fault(14)
@pytest.mark.parametrize(
    "proxy", ["socks5://user:hunter2@proxy.example:1080", "http://user:hunter2@:80", "http://user:hunter2@proxy:99999"]
)
async def test_a_proxy_that_regtui_cannot_use_is_named(proxy: str) -> None:
    error = await failure(transport({}, proxies=Proxies(proxy, proxy)))
    assert (error.trouble, error.own_limit) == (Trouble.PROXY, True)
    assert "***" in str(error)


@pytest.mark.fault(14)
@pytest.mark.parametrize("url", ["http://127.0.0.1:5000/v2/", f"http://{HOST}:5000/v2/"])
async def test_some_hosts_are_asked_directly(url: str) -> None:
    async with serving(answering(OK)) as server:
        client = transport(
            {f"{HOST}:5000": server.port, "127.0.0.1:5000": server.port},
            proxies=Proxies(PROXY, PROXY, no_proxy=".example.com"),
        )
        response = await client.request(Request("GET", url))
        await client.aclose()
    assert (response.status, response.proxy) == (200, "")


@pytest.mark.fault(14)
def test_a_proxy_shows_no_password() -> None:
    proxy = read_proxy("http://us%65r:p%40ss@Proxy.Example")
    assert str(proxy) == "http://proxy.example:80"
    assert proxy.authorization == "Basic dXNlcjpwQHNz"
    assert "Basic" not in repr(proxy)
    assert read_proxy("https://[2001:db8::1]") == replace(
        proxy, scheme="https", host="2001:db8::1", port=443, authorization=""
    )
