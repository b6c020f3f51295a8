"""Bodies: read to a limit of the caller's, inflated once at most, and never decoded further than was asked for."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Stage, Trouble
from regtui.registry.errors import NetworkError
from regtui.registry.transport import Request, Response
from tests.hostile import HOST, OK, answering, get, serving, transport

if TYPE_CHECKING:
    import asyncio

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

URL = f"http://{HOST}:5000/v2/x/manifests/y"
KIB = 1024


def answer(body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Return an HTTP answer with a body."""
    lines = ["HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def fetch(text: bytes, limit: int, *, then_close: bool = False) -> Response:
    """Return what a GET of this answer gives."""
    async with serving(answering(text, then_close=then_close)) as server:
        client = transport({f"{HOST}:5000": server.port})
        try:
            return await client.request(get(URL, limit=limit, stage=Stage.MANIFEST))
        finally:
            await client.aclose()


async def refusal(text: bytes, limit: int = KIB) -> NetworkError:
    """Return the error that a GET of this answer ends with."""
    with pytest.raises(NetworkError) as caught:
        await fetch(text, limit)
    return caught.value


@pytest.mark.parametrize(("size", "truncated"), [(0, False), (9, False), (10, False), (11, True), (300_000, True)])
async def test_a_body_is_read_to_the_limit(size: int, truncated: bool) -> None:
    response = await fetch(answer(b"x" * size), limit=10)
    assert (response.body, response.truncated) == (b"x" * min(size, 10), truncated)


async def test_an_endless_body_is_left_after_the_limit() -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"%x\r\n%s\r\n" % (64 * KIB, b"x" * 64 * KIB))
            await writer.drain()
            sent += 64 * KIB

    async with serving(endless) as server:
        client = transport({f"{HOST}:5000": server.port})
        response = await client.request(get(URL, limit=100 * KIB))
        assert sum(lane.idle for lane in client._lanes.values()) == 0
        await client.aclose()
    assert (len(response.body), response.truncated) == (100 * KIB, True)
    assert sent < 64 * 1024 * KIB


async def test_a_truncated_answer_does_not_disturb_the_next_request() -> None:
    async with serving(answering(answer(b"x" * 500_000))) as server:
        client = transport({f"{HOST}:5000": server.port})
        first = await client.request(get(URL, limit=5))
        second = await client.request(get(URL, limit=5))
        await client.aclose()
    assert (first.body, second.body, server.accepted) == (b"xxxxx", b"xxxxx", 2)


async def test_a_body_without_a_length_ends_with_the_connection() -> None:
    response = await fetch(b"HTTP/1.0 200 OK\r\n\r\nhello", limit=10, then_close=True)
    assert (response.body, response.truncated, response.http_version) == (b"hello", False, "HTTP/1.0")


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", "identity, gzip"])
async def test_one_layer_of_gzip_is_inflated(coding: str) -> None:
    response = await fetch(answer(gzip.compress(b"hello" * 100), f"Content-Encoding: {coding}"), limit=500)
    assert (response.body, response.truncated) == (b"hello" * 100, False)


@pytest.mark.fault(29)
async def test_a_gzip_bomb_is_inflated_to_the_limit_and_no_further() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * KIB))
    assert len(bomb) < 70 * KIB
    tracemalloc.start()
    try:
        response = await fetch(answer(bomb, "Content-Encoding: gzip"), limit=100 * KIB)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (len(response.body), response.truncated) == (100 * KIB, True)
    assert peak < 4 * 1024 * KIB


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Encoding: gzip, gzip",),
        ("Content-Encoding: gzip", "Content-Encoding: gzip"),
        ("Content-Encoding: br",),
        ("Content-Encoding: zstd",),
        ("Content-Encoding: deflate",),
        ("Content-Encoding: \x1b[2J",),
    ],
)
async def test_any_other_coding_is_refused(headers: tuple[str, ...]) -> None:
    error = await refusal(answer(gzip.compress(gzip.compress(bytes(100_000))), *headers))
    assert (error.trouble, error.stage) == (Trouble.PROTOCOL, Stage.MANIFEST)
    assert "which was not asked for" in str(error)
    assert str(error).isprintable()


@pytest.mark.parametrize(
    ("body", "go"),
    [
        (gzip.compress(b"hello")[:-4], "unexpected EOF"),
        (gzip.compress(b"hello")[:-8] + bytes(8), "gzip: invalid checksum"),
        (gzip.compress(b"hello") + b"junk", "gzip: invalid header"),
        (gzip.compress(b"hello") * 2, "gzip: invalid header"),
        (b"hello", "gzip: invalid header"),
        (zlib.compress(b"hello"), "gzip: invalid header"),
    ],
)
async def test_broken_gzip_is_refused(body: bytes, go: str) -> None:
    assert (await refusal(answer(body, "Content-Encoding: gzip"))).go == go


@pytest.mark.parametrize("coding", ["br", "gzip"])
async def test_the_answer_to_a_head_has_no_body_to_decode(coding: str) -> None:
    async with serving(answering(answer(b"", f"Content-Encoding: {coding}", length=500))) as server:
        client = transport({f"{HOST}:5000": server.port})
        response = await client.request(Request("HEAD", URL))
        await client.aclose()
    assert (response.status, response.body, response.header("content-length")) == (200, b"", "500")


@pytest.mark.fault(30)
async def test_a_head_that_is_answered_with_a_body_does_not_poison_the_connection() -> None:
    async with serving(answering(answer(b"body"))) as server:
        client = transport({f"{HOST}:5000": server.port})
        statuses = [(await client.request(Request("HEAD", URL))).status for _ in range(2)]
        await client.aclose()
    assert (statuses, server.accepted) == ([200, 200], 2)


@pytest.mark.parametrize("status", ["999 Odd", "204 No Content", "304 Not Modified", "500 \x1b[2J\xe9"])
async def test_an_odd_status_is_an_answer(status: str) -> None:
    text = OK.replace(b"200 OK", status.encode("latin-1"))
    if status[:3] in ("204", "304"):
        text = text.partition(b"Content-Length")[0] + b"\r\n"
    response = await fetch(text, limit=10)
    assert response.status == int(status[:3])
    assert response.reason.isprintable()


async def test_header_values_keep_the_bytes_that_were_sent() -> None:
    raw = "Link: <http://h/é>; rel=next".encode() + b"\r\nWarning: \xff\x1b"
    response = await fetch(OK.replace(b"Content", raw + b"\r\nContent", 1), limit=10)
    assert response.header("link") == "<http://h/é>; rel=next"
    assert response.header("warning") == "\udcff\x1b"
