"""Cases 24 to 35: redirects, bodies, codings, statuses and headers of servers that mean harm or know no better."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Outcome
from regtui.registry.limits import ERROR_BYTES, MANIFEST_BYTES
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
    registry,
    shorter,
)
from tests.faults.bounded import run_bounded
from tests.faults.handlers import after_ping, flood
from tests.hostile import answering
from tests.registry_net import Heard, bearer, refusal, reply, token

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from tests.faults.bench import Server, Walked
    from tests.registry_net import Script

CDN = "https://cdn.example.com"


async def past(root: Path, manifest: bytes, **answers: bytes) -> tuple[Bench, Walked]:
    """Walk past a registry that answers so when the manifest is asked for; a password is stored for it."""
    async with Bench(root, {BAD_URL: registry(manifest=manifest, **answers), GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD)
        return bench, await bench.passes()


LOCATIONS = [
    pytest.param(MANIFEST, "leads in a circle", id="itself"),
    pytest.param("", "without saying where to go", id="empty"),
    pytest.param("javascript:alert(1)", "refused the redirect to javascript:alert(1)", id="script"),
    pytest.param("file:///etc/passwd", "refused the redirect to file:///etc/passwd", id="file"),
    pytest.param("ftp://cdn.example.com/x", "refused the redirect to ftp", id="ftp"),
    pytest.param("https://cdn.example.com:99999/", "refused the redirect", id="port"),
    pytest.param(
        "https://cdn.example.com/\x1b[2J", r"refused the redirect to https://cdn.example.com/\x1b[2J", id="ESC"
    ),
    pytest.param("https://u:p@cdn.example.com/", "has a user name in it", id="user name"),
    pytest.param(f"http://{BAD}/x", "leads from https to plain HTTP", id="downgrade"),
    pytest.param("//169.254.169.254/latest/meta-data", "inside this host or its network", id="metadata service"),
    pytest.param("https://0x7f000001/", "no such host", id="hexadecimal loopback"),
    pytest.param("https://[::ffff:127.0.0.1]/", "inside this host or its network", id="mapped loopback"),
    pytest.param("https://localhost/", "inside this host or its network", id="localhost"),
    pytest.param("https://xn--/", "no such host", id="punycode of nothing"),
    pytest.param("\\\\cdn.example.com\\x", "refused the redirect", id="backslashes"),
    pytest.param("x" * 9000, "refused the redirect", id="9,000 characters"),
]


@pytest.mark.fault(24, 26)
@pytest.mark.parametrize(("location", "words"), LOCATIONS)
async def test_a_redirect_that_is_refused_is_one_sentence(location: str, words: str, tmp_path: Path) -> None:
    bench, walked = await past(tmp_path, reply(302, Location=location))
    assert words in walked.bad["error"]
    assert bench.dialer.strays == []


@pytest.mark.fault(24)
async def test_five_redirects_are_followed_and_no_more(tmp_path: Path) -> None:
    hops: Script = {f"/{number}": reply(302, Location=f"/{number + 1}") for number in range(20)}
    bench, walked = await past(tmp_path, reply(302, Location="/0"), **hops)  # type: ignore[arg-type]
    assert "stopped after 5 redirects" in walked.bad["error"]
    assert sum(one.origin == BAD_URL for one in bench.heard) == 7


@pytest.mark.fault(25)
async def test_another_host_gets_no_proof_no_cookie_and_no_second_question(tmp_path: Path) -> None:
    asking: Script = {
        "/v2/": refusal("Basic"),
        MANIFEST: reply(307, Location=f"{CDN}/x?sig=secret-signature", Set_Cookie="session=1"),
    }
    cdn: Script = {"/x": refusal("Basic", f'Bearer realm="{CDN}/token"'), "/token": token()}
    servers = {BAD_URL: asking, CDN: cdn, GOOD_URL: SERVES}
    async with Bench(tmp_path, servers, trusted=(BAD_URL,)) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD)
        walked = await bench.passes()
        at_cdn = [one for one in bench.heard if one.origin == CDN]
        assert [one.target for one in at_cdn] == ["/x?sig=secret-signature"]
        assert not [one for one in bench.heard if one.values("Cookie")]
        assert not [name for one in at_cdn for name, _ in one.headers if name.lower() not in
                    ("host", "accept", "accept-encoding", "user-agent", "connection")]  # fmt: skip
        assert "secret-signature" not in walked.json + walked.text
        assert any(request["url"] == f"{CDN}/x?sig=***" for request in walked.bad["requests"])


@pytest.mark.fault(27)
@pytest.mark.parametrize("status", [301, 302, 307])
async def test_the_endless_body_of_a_redirect_is_not_read(status: int, tmp_path: Path) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} Moved\r\nLocation: {CDN}/v2/\r\nTransfer-Encoding: chunked\r\n\r\n"
        writer.write(head.encode())
        sent = await flood(writer, b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    servers: dict[str, Server] = {BAD_URL: endless, CDN: {"/v2/": PING}, GOOD_URL: SERVES}
    async with Bench(tmp_path, servers) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.walk()
        assert "GET https://cdn.example.com/v2/" in bench.origins_asked()
        assert walked.document["exit"] == 0
    assert sent < 16 * 1024 * 1024


LIES = [
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{}", "in the middle of its answer", id="short"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", 'bad Content-Length "-2"', id="negative"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "multiple", id="two lengths"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 90 + b"\r\n\r\n{}", "Content-Length", id="90 digits"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n{}", "Content-Length", id="underscore"),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "broken body", id="bad chunk"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n", "broken", id="huge chunk"
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\n", "unsupported transfer encoding", id="coding"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1" + b";x" * 99_999, "broken body", id="extension"
    ),
    pytest.param(b"HTTP/1.1 200 OK\r\n\x00: x\r\n\r\n", "broken answer", id="NUL"),
    pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "switch", id="101"),
    pytest.param(b"SSH-2.0-OpenSSH\r\n", "does not speak HTTP", id="SSH"),
    pytest.param(b"\x00" * 4000 + b"\r\n", "does not speak HTTP", id="zeros"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", "more than 100 KiB of headers", id="headers"
    ),
]


@pytest.mark.fault(28, 33)
@pytest.mark.parametrize(("said", "words"), LIES)
async def test_an_answer_that_lies_about_itself(said: bytes, words: str, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: after_ping(PING, said), GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert words in walked.bad["error"]


@pytest.mark.fault(28)
@pytest.mark.parametrize("status", [200, 404, 500])
async def test_an_endless_body_is_left_at_its_limit(status: int, tmp_path: Path) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while b" /v2/ " in await reader.readuntil(b"\r\n\r\n"):
            writer.write(PING)
        writer.write(f"HTTP/1.1 {status} X\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        sent = await flood(writer, b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    async with Bench(tmp_path, {BAD_URL: endless, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["requests"][-1]["status"] == status
    assert sent < 16 * 1024 * 1024 + (MANIFEST_BYTES if status == 200 else ERROR_BYTES)


@pytest.mark.fault(28)
async def test_a_length_and_chunks_together_are_read_as_chunks(tmp_path: Path) -> None:
    body = SERVED.partition(b"\r\n\r\n")[2]
    said = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.distribution.manifest.v2+json\r\n"
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    )
    async with Bench(tmp_path, {BAD_URL: answering(PING, said)}) as bench:
        bench.configure(BAD)
        assert (await bench.walk()).document["found"]["digest"] == DIGEST


def coded(coding: str, body: bytes) -> bytes:
    return reply(200, body, Content_Type="application/json", Content_Encoding=coding)


CODED = [
    pytest.param(coded("gzip, gzip, gzip", gzip.compress(gzip.compress(b"{}"))), "not asked for", id="stacked"),
    pytest.param(coded("br", b"x"), "has the encoding br", id="br"),
    pytest.param(coded("zstd", b"x"), "has the encoding zstd", id="zstd"),
    pytest.param(coded("\x1b[2J", b"x"), r"has the encoding \x1b[2j", id="ESC"),
    pytest.param(coded("gzip", gzip.compress(b"{}")[:-4]), "is cut short", id="cut"),
    pytest.param(coded("gzip", gzip.compress(b"{}") + b"junk"), "follows the compressed body", id="garbage behind"),
    pytest.param(coded("gzip", zlib.compress(b"{}")), "body is broken", id="no gzip"),
]


@pytest.mark.fault(29)
@pytest.mark.parametrize(("manifest", "words"), CODED)
async def test_a_coding_that_nobody_asked_for_is_refused(manifest: bytes, words: str, tmp_path: Path) -> None:
    _, walked = await past(tmp_path, manifest)
    assert words in walked.bad["error"]


@pytest.mark.fault(29, 28, 30, 37, 43, 45, 55)
def test_bombs_fit_into_little_memory() -> None:
    """Each bomb in a process whose address space is bounded; the largest would unfold to a gigabyte.

    None may take more than `bombs.MOST_GROWTH` of resident memory, not even for a moment.
    """
    assert run_bounded("tests.faults.bombs") == {"bombs": 18, "ended": 18, "costly": {}}


ODD = [
    pytest.param(reply(200, "<html>log in</html>", Content_Type="text/html"), "text/html", id="a portal"),
    pytest.param(reply(200, "hello", Content_Type="text/plain"), "text/plain", id="plain text"),
    pytest.param(reply(200, "", Content_Type="application/json"), "cannot be read", id="empty"),
    pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", "no type", id="204"),
    pytest.param(reply(999, "x"), "999", id="999"),
    pytest.param(reply(416), "416", id="416"),
    pytest.param(reply(451, "legal"), "451", id="451"),
    pytest.param(b"HTTP/1.1 503 Try \x1b[2J later\r\nContent-Length: 0\r\n\r\n", r"503 Try \x1b[2J later", id="reason"),
    pytest.param(reply(500, '{"errors":[{"code":"UNKNOWN","message":"boom"}]}'), "500", id="500"),
]


@pytest.mark.fault(30, 31)
@pytest.mark.parametrize(("manifest", "words"), ODD)
async def test_an_odd_answer_is_no_manifest(manifest: bytes, words: str, tmp_path: Path) -> None:
    _, walked = await past(tmp_path, manifest)
    assert words in walked.bad["error"]
    assert "<html>" not in walked.bad["error"]


@pytest.mark.fault(30)
async def test_a_portal_in_place_of_every_answer_is_no_registry(tmp_path: Path) -> None:
    portal = reply(200, "<html>" + "x" * 12_000, Content_Type="text/html")
    async with Bench(tmp_path, {BAD_URL: {"/v2/": portal, MANIFEST: portal}, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.NOT_A_REGISTRY
        assert len(walked.text) < 5000


PINGS = [
    pytest.param(reply(404, "404 page not found"), "answered 404", id="404"),
    pytest.param(reply(405), "answered 404", id="405"),
    pytest.param(reply(500, "<html>"), "answered 404", id="500"),
    pytest.param(reply(204), "answered 404", id="204"),
]


@pytest.mark.fault(31)
@pytest.mark.parametrize(("ping", "words"), PINGS)
async def test_what_has_no_v2_api_is_told(ping: bytes, words: str, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: {"/v2/": ping}, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.NOT_A_REGISTRY
        assert words in walked.bad["error"]


LATER = ["30", "Fri, 01 Jan 2999 00:00:00 GMT", "-5", "1" + "0" * 20, "\uff11\uff12", "soon", "\x1b[2J"]
TOO_MANY = json.dumps({"message": "toomanyrequests: You have reached your pull rate limit."})


@pytest.mark.fault(32)
@pytest.mark.parametrize("later", LATER)
async def test_a_registry_that_has_enough_is_asked_once(later: str, tmp_path: Path) -> None:
    limited = reply(429, TOO_MANY, Retry_After=later, RateLimit_Limit="100;w=21600", RateLimit_Remaining="0;w=21600")
    bench, walked = await past(tmp_path, limited)
    assert walked.bad["outcome"] == Outcome.RATE_LIMITED
    assert [one.target for one in bench.heard if one.origin == BAD_URL] == ["/v2/", MANIFEST]


@pytest.mark.fault(33)
async def test_five_thousand_headers_and_a_flood_of_cookies(tmp_path: Path) -> None:
    body = SERVED.partition(b"\r\n\r\n")
    many = b"".join(b"\r\nX-%d: y" % number for number in range(4000)) + b"\r\nSet-Cookie: a=b" * 1000
    async with Bench(tmp_path, {BAD_URL: answering(PING, body[0] + many + body[1] + body[2])}) as bench:
        bench.configure(BAD)
        walked = await bench.walk()
        assert walked.document["found"]["digest"] == DIGEST


RAW = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\x00\r"


@pytest.mark.fault(34, 71)
async def test_control_characters_become_visible_wherever_they_come_from(tmp_path: Path) -> None:
    errors = json.dumps({"errors": [{"code": "DENIED", "message": f"no {RAW}", "detail": RAW}]})
    reason = b'HTTP/1.1 403 \x1b[2J\xe2\x80\xae\r\nWarning: 299 - "\x1b[2J"\r\nContent-Type: \x1b[31m\r\n'
    said = reason + b"Content-Length: %d\r\n\r\n%s" % (len(errors), errors.encode())
    async with Bench(tmp_path, {BAD_URL: after_ping(PING, said), GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] == Outcome.DENIED
        assert r"\x1b]0;owned\x07" in walked.text


@pytest.mark.fault(34)
async def test_an_error_of_megabytes_is_read_and_told_in_part(tmp_path: Path) -> None:
    """docker prints the whole body; 64 KiB of it are read here, and what reaches a file stays bounded."""
    _, walked = await past(tmp_path, reply(400, b"\x1b" * 3_000_000))
    assert len(walked.json) < 40 * ERROR_BYTES
    assert len(walked.text) < 20_000


@pytest.mark.fault(35)
@pytest.mark.parametrize("extra", [b"junk", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"])
async def test_what_follows_an_answer_is_never_taken_for_the_next(extra: bytes, tmp_path: Path) -> None:
    async def split(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            ping = b" /v2/ " in await reader.readuntil(b"\r\n\r\n")
            writer.write((PING if ping else SERVED) + extra)
            await writer.drain()

    async with Bench(tmp_path, {BAD_URL: split}) as bench:
        bench.configure(BAD)
        walked = await bench.walk()
        assert walked.document["found"]["digest"] == DIGEST
        assert bench.dialer.dialed == [(BAD, 443), (BAD, 443)]


@pytest.mark.fault(27, 28)
async def test_a_body_that_stalls_ends_at_its_own_limit(tmp_path: Path) -> None:
    said = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
    async with Bench(
        tmp_path, {BAD_URL: answering(PING, said), GOOD_URL: SERVES}, limits=shorter(CALM, idle=0.2)
    ) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert "no end of the answer" in walked.bad["error"]


@pytest.mark.fault(25)
async def test_a_server_that_plays_back_what_it_was_sent_leaks_nothing(tmp_path: Path) -> None:
    """A debugging server puts the request into its error; docker prints that, and so would regtui."""

    def echo(heard: Heard) -> bytes:
        return reply(400, b"you sent: " + heard.raw, Content_Type="text/plain")

    basic: Script = {"/v2/": refusal("Basic"), MANIFEST: echo}
    tokens: Script = {"/v2/": bearer(f"{BAD_URL}/token"), "/token": echo}
    for script, identity in ((basic, False), (tokens, False), (tokens, True)):
        async with Bench(tmp_path, {BAD_URL: script}, trusted=(BAD_URL,)) as bench:
            bench.write("etc/sysconfig/docker", "OPTIONS=--signature-verification=false\n")
            bench.log_in(BAD, identity=identity)
            walked = await bench.walk(f"{BAD}/{NAME}")
            assert walked.document["exit"] == 1
            assert "you sent" in walked.text
