"""Cases 16 to 23: certificates, handshakes and client keys, as a walk meets them."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Outcome
from tests.faults.bench import (
    BAD,
    BAD_URL,
    CALM,
    GOOD,
    GOOD_URL,
    NAME,
    NOBODY,
    PING,
    SERVED,
    SERVES,
    Bench,
    fold,
)
from tests.faults.handlers import flood
from tests.hostile import answering, saying, server_context, serving
from tests.issuing import Issued, issue, server_of
from tests.tui_pty import running_command

if TYPE_CHECKING:
    from tests.faults.bench import Server

ROOT = Path(__file__).parent.parent.parent
CA = issue("Lab CA", authority=True)
STRANGER = issue("Stranger", authority=True)
CERTS = f"etc/docker/certs.d/{BAD}"


async def shown(root: Path, leaf: Issued, *chain: Issued, insecure: bool = False) -> tuple[Bench, dict[str, str]]:
    """Walk past a registry that shows these certificates; return the bench, and what is told of the endpoint."""
    async with serving(answering(PING), server_of(leaf, *chain)) as server:
        servers = {BAD_URL: server.port, f"http://{BAD}": None, GOOD_URL: SERVES}
        async with Bench(root, servers) as bench:
            bench.write(f"{CERTS}/ca.crt", CA.pem)
            bench.configure(BAD, GOOD, insecure=(BAD,) if insecure else ())
            bench.log_in(BAD)
            walked = await bench.passes()
            return bench, walked.bad | {"text": walked.text}


@pytest.mark.fault(16)
async def test_an_unknown_authority_is_told_with_all_that_helps_to_trust_it(tmp_path: Path) -> None:
    leaf = issue("web", by=STRANGER, dns=[BAD])
    bench, told = await shown(tmp_path, leaf)
    assert told["outcome"] == Outcome.TLS_FAILED
    assert told["error"] == "the certificate is signed by Stranger, which is not trusted here"
    text = told["text"]
    assert "subject web; issuer Stranger; names bad.example.com" in text
    assert f"SHA-256 {hashlib.sha256(leaf.der).hexdigest()}" in text
    assert f"/etc/docker/certs.d/{BAD}/" in text
    assert [place for place in bench.dialer.dialed if place[0] == BAD] == [(BAD, 443)]  # no http in its place
    assert bench.heard[0].origin == GOOD_URL


@pytest.mark.fault(16)
async def test_what_the_detail_says_is_in_the_document_too(tmp_path: Path) -> None:
    leaf = issue("web", by=STRANGER, dns=[BAD])
    _, told = await shown(tmp_path, leaf)
    assert f"SHA-256 {hashlib.sha256(leaf.der).hexdigest()}" in told["detail"]


WRONG = {
    "expired": (
        issue("web", CA, dns=[BAD], days=(-9, -2)),
        r"the certificate expired on [\d-]+ [\d:]+ UTC; this host's clock says .*",
    ),
    "not yet valid": (
        issue("web", CA, dns=[BAD], days=(2, 9)),
        r"the certificate is not valid until [\d-]+ [\d:]+ UTC; this host's clock says .*",
    ),
    "for another host": (issue("web", CA, dns=["other.example"]), rf"the certificate is not for {BAD}"),
    "a common name alone": (issue(BAD, CA), rf"the certificate is not for {BAD}"),
}


@pytest.mark.fault(17, 18)
@pytest.mark.parametrize(("leaf", "error"), WRONG.values(), ids=WRONG)
async def test_a_certificate_at_a_wrong_time_or_place(leaf: Issued, error: str, tmp_path: Path) -> None:
    _, told = await shown(tmp_path, leaf)
    assert told["outcome"] == Outcome.TLS_FAILED
    assert re.fullmatch(error, told["error"])


@pytest.mark.fault(19)
async def test_an_intermediate_or_the_leaf_itself_may_be_what_is_trusted(tmp_path: Path) -> None:
    middle = issue("Middle", STRANGER, authority=True)  # no AKI in it, which STRICT would insist on
    leaf = issue("web", middle, dns=[BAD])
    for anchor in (middle, leaf):
        async with (
            serving(answering(*SERVED_TWICE), server_of(leaf)) as server,
            Bench(tmp_path, {BAD_URL: server.port}) as bench,
        ):
            bench.write(f"{CERTS}/ca.crt", anchor.pem)
            bench.configure(BAD)
            walked = await bench.walk()
            assert walked.document["found"]["registry"] == BAD


SERVED_TWICE = (PING, SERVED)

CLIENT, OTHER = issue("client", CA), issue("other", CA)
KEYS = {
    "a certificate without its key": ({"client.cert": CLIENT.pem}, "Missing key client.key for client certificate"),
    "a key without its certificate": ({"client.key": CLIENT.key_pem()}, "Missing client certificate client.cert"),
    "the key of another": ({"client.cert": CLIENT.pem, "client.key": OTHER.key_pem()}, "does not match"),
    "an encrypted key": ({"client.cert": CLIENT.pem, "client.key": CLIENT.key_pem(b"hunter2")}, "private key"),
    "no certificate": ({"client.cert": b"junk", "client.key": CLIENT.key_pem()}, "failed to find any PEM data"),
    "a directory": ({"client.cert/x": b"", "client.key": CLIENT.key_pem()}, "is a directory"),
}


@pytest.mark.fault(20)
@pytest.mark.parametrize(("files", "words"), KEYS.values(), ids=KEYS)
async def test_client_keys_that_cannot_be_used_cost_their_own_registry_alone(
    files: dict[str, bytes], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with (
        serving(answering(PING), server_of(issue("web", CA, dns=[BAD]))) as server,
        Bench(tmp_path, {BAD_URL: server.port, GOOD_URL: SERVES}) as bench,
    ):
        for name, data in files.items():
            bench.write(f"{CERTS}/{name}", data)
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        first = walked.document["candidates"][0]
        assert words in first["reason"] + "".join(str(endpoint["error"]) for endpoint in first["endpoints"])
        assert bench.dialer.dialed == [(GOOD, 443)]
    assert capfd.readouterr() == ("", "")  # nobody is asked for a passphrase


@pytest.mark.fault(20)
async def test_a_server_that_wants_a_client_certificate_and_closes_is_understood(tmp_path: Path) -> None:
    context = server_of(issue("web", CA, dns=[BAD]))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=CA.pem.decode())
    async with (
        serving(answering(PING), context) as server,
        Bench(tmp_path, {BAD_URL: server.port, GOOD_URL: SERVES}) as bench,
    ):
        bench.write(f"{CERTS}/ca.crt", CA.pem)
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert "client certificate" in walked.text


OLD = [
    pytest.param(
        b"\x15\x03\x01\x00\x02\x02\x46", "refuses the TLS handshake: protocol version", id="TLS 1.1 and older"
    ),
    pytest.param(
        b"\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x02" + b"a" * 32 + b"\x00\x00\x2f\x00\x00\x00",
        "speaks no TLS newer than 1.1",
        id="TLS 1.1 chosen",
    ),
    pytest.param(b"HTTP/1.0 400 Bad Request\r\n\r\n", "speaks plain HTTP, not TLS", id="plain HTTP"),
    pytest.param(b"SSH-2.0-x\r\n", "does not speak TLS", id="SSH"),
]


@pytest.mark.fault(21)
@pytest.mark.parametrize(("said", "words"), OLD)
async def test_what_is_no_tls_of_today(said: bytes, words: str, tmp_path: Path) -> None:
    async with serving(saying(said)) as server, Bench(tmp_path, {BAD_URL: server.port, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert words in walked.bad["error"]
        assert walked.bad["outcome"] == Outcome.TLS_FAILED


@pytest.mark.fault(21)
async def test_a_handshake_that_stalls_and_a_tls_port_asked_in_plain(tmp_path: Path) -> None:
    hint = b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"
    async with (
        serving(saying(b"", then_close=False)) as silent,
        serving(answering(hint, then_close=True)) as tls_only,
    ):
        servers: dict[str, Server] = {BAD_URL: silent.port, f"http://{BAD}": tls_only.port, GOOD_URL: SERVES}
        async with Bench(tmp_path, servers, limits=replace(CALM, tls=0.2)) as bench:
            bench.configure(BAD, GOOD, insecure=(BAD,))
            walked = await bench.passes()
            assert "did not finish the TLS handshake in 200 ms" in walked.bad["error"]
            assert "400" in walked.endpoint(0, 1)["error"]


@pytest.mark.fault(22)
async def test_ten_thousand_names_and_control_characters_in_a_certificate(tmp_path: Path) -> None:
    """OpenSSL reads 100 KiB of certificates; 3,000 names fit."""
    names = [f"h{number}.example" for number in range(3000)]
    leaf = issue("\x1b[2J\u202e", STRANGER, dns=["\x1b]0;x\x07", *names])
    _, told = await shown(tmp_path, leaf)
    assert told["outcome"] == Outcome.TLS_FAILED
    assert len(told["text"]) < 10_000
    crowded = issue("web", STRANGER, dns=[f"h{number}.example" for number in range(10_000)])
    _, told = await shown(tmp_path, crowded)
    assert told["outcome"] == Outcome.TLS_FAILED
    assert len(told["text"]) < 10_000


@pytest.mark.fault(22)
async def test_a_handshake_of_megabytes_is_left(tmp_path: Path) -> None:
    """A certificate message that is announced with 16 MiB, in records of the right size, without end."""
    sent = 0

    async def shower(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.read(4096)
        hello = b"\x02\x00\x00\x26\x03\x03" + b"a" * 32 + b"\x00\xc0\x2f\x00"
        writer.write(b"\x16\x03\x03" + len(hello).to_bytes(2, "big") + hello)
        piece = b"\x16\x03\x03\x40\x00" + b"\x0b\xff\xff\xff\xff\xff\xfc".ljust(16384, b"\x30")
        sent = await flood(writer, piece)

    async with serving(shower) as server, Bench(tmp_path, {BAD_URL: server.port, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] in (Outcome.TLS_FAILED, Outcome.UNREACHABLE)
    assert sent < 16 * 1024 * 1024


@pytest.mark.fault(23)
async def test_an_insecure_registry_says_so_and_a_password_for_plain_http_needs_that(tmp_path: Path) -> None:
    own = issue(BAD, dns=[BAD])
    async with (
        serving(answering(*SERVED_TWICE), server_of(own)) as server,
        Bench(tmp_path, {BAD_URL: server.port}) as bench,
    ):
        bench.configure(BAD, insecure=(BAD,))
        walked = await bench.walk()
        assert (walked.bad["outcome"], walked.bad["verify"]) == (Outcome.FOUND, False)
        assert "insecure" in walked.text
        assert walked.bad["stages"][2]["detail"].endswith(", not verified")


@pytest.mark.fault(23)
async def test_one_insecure_entry_does_not_make_another_registry_insecure(tmp_path: Path) -> None:
    async with (
        serving(answering(PING), server_context()) as server,
        Bench(tmp_path, {f"https://{BAD}:5000": server.port, GOOD_URL: SERVES}) as bench,
    ):
        bench.configure(f"{BAD}:5000", GOOD, insecure=(BAD, f"{BAD}:5001"))
        with bench.session() as session:
            walked = await fold(session, NAME)
            await session.aclose()
    walked.check()
    assert (walked.bad["outcome"], walked.bad["verify"]) == (Outcome.TLS_FAILED, True)


@pytest.mark.fault(18)
async def test_a_certificate_for_another_host_tells_whose_it_is_in_part(tmp_path: Path) -> None:
    names = ["*.other.example", *(f"h{number}.example" for number in range(500))]
    _, told = await shown(tmp_path, issue("web", CA, dns=names))
    assert told["error"] == f"the certificate is not for {BAD}"
    assert "names *.other.example, h0.example" in told["detail"]
    assert "and 4" in told["detail"]  # hundreds more are counted
    assert len(told["detail"]) < 2000


@pytest.mark.fault(20)
async def test_a_client_certificate_that_the_server_does_not_take(tmp_path: Path) -> None:
    context = server_of(issue("web", CA, dns=[BAD]))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=STRANGER.pem.decode())
    async with (
        serving(answering(PING), context) as server,
        Bench(tmp_path, {BAD_URL: server.port, GOOD_URL: SERVES}) as bench,
    ):
        bench.write(f"{CERTS}/ca.crt", CA.pem)
        bench.write(f"{CERTS}/client.cert", CLIENT.pem)
        bench.write(f"{CERTS}/client.key", CLIENT.key_pem())
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert "client certificate" in walked.text


@pytest.mark.fault(20)
async def test_an_encrypted_key_asks_nobody_for_its_passphrase(tmp_path: Path) -> None:
    """OpenSSL would ask on the terminal of the process, which capturing its output does not see."""
    (tmp_path / CERTS).mkdir(parents=True)
    for name, data in {"client.cert": CLIENT.pem, "client.key": CLIENT.key_pem(b"hunter2")}.items():
        (tmp_path / CERTS / name).write_bytes(data)
    (tmp_path / "etc/sysconfig").mkdir()
    (tmp_path / "etc/sysconfig/docker").write_text(f"ADD_REGISTRY='--add-registry {BAD}'\n")
    words = [sys.executable, "-m", "regtui", "resolve", f"{BAD}/{NAME}", "--root", str(tmp_path)]
    ways = [f"--resolve={BAD}:443:198.51.100.6", f"--connect-to={BAD}:443:127.0.0.1:{NOBODY}"]
    with running_command([*words, *ways, "--no-color"], environ={"PYTHONPATH": str(ROOT)}) as terminal:
        assert await asyncio.to_thread(terminal.end) == 1
        assert b"pass phrase" not in terminal.out.lower().replace(b"passphrase", b"pass phrase")
        assert b"client.key" in terminal.out
