"""Cases 71 to 75, the part without a screen: what is printed, where, and how the program ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.text import printable
from tests.faults.bench import BAD, BAD_URL, GOOD, GOOD_URL, HANG, MANIFEST, NAME, PING, SERVES, Bench
from tests.faults.handlers import after_ping
from tests.hostile import Served, forever, serving
from tests.registry_net import bearer, reply, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.registry_net import Script

ROOT = Path(__file__).parent.parent.parent
DEMO = ("resolve", "debian", "--demo")
PAYLOADS = {
    "C0": "".join(map(chr, range(32))) + "\x7f",
    "C1": "".join(map(chr, range(0x80, 0xA0))),
    "CSI": "\x1b[2J\x1b[31m\x9b31m\x1b[?1049h\x1b[6n",
    "OSC": "\x1b]0;owned\x07\x1b]8;;http://x\x1b\\\x1b]52;c;eA==\x07\x9d0;x\x9c",
    "DCS": "\x1bPq#0\x1b\\\x90x\x9c\x1b_x\x1b\\\x1b^x\x1b\\",
    "bidi": "\u202e\u202a\u2066\u2069\u200f\u061c",
    "invisible": "\u200b\u200d\ufeff\u2028\u2029\u00ad\ufe0f\U000e0001",
    "marks": "a" + "\u0301" * 200,
    "surrogates": "\ud800\udfff\udc80",
    "a MiB": "x" * 1_000_000,
    "wide": "\U0001f433\u6f22\u5b57" * 50,
}


@pytest.mark.fault(71)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_no_payload_of_a_registry_acts(payload: str, tmp_path: Path) -> None:
    """In an error's code, message and detail, a scope, a service, a realm's query, a platform and a type."""
    errors = json.dumps({"errors": [{"code": payload, "message": payload, "detail": payload}]})
    index = json.dumps({"schemaVersion": 2, "manifests": [
        {"digest": "sha256:" + "0" * 64, "size": 1, "mediaType": payload, "annotations": {payload: payload},
         "platform": {"os": payload, "architecture": payload, "variant": payload}}]})  # fmt: skip
    asking = bearer(f"{BAD_URL}/token", "s", error="x")
    scripts: list[Script] = [
        {"/v2/": PING, MANIFEST: reply(400, errors)},
        {
            "/v2/": PING,
            MANIFEST: reply(200, index, Content_Type="application/vnd.docker.distribution.manifest.list.v2+json"),
        },
        {"/v2/": asking, "/token": reply(401, json.dumps({"details": payload, "message": payload}))},
        {"/v2/": asking, "/token": token(), MANIFEST: reply(403, errors)},
    ]
    for script in scripts:
        async with Bench(tmp_path, {BAD_URL: script}) as bench:
            bench.write("etc/sysconfig/docker", "OPTIONS=--signature-verification=false\n")
            walked = await bench.walk(f"{BAD}/{NAME}")
            assert walked.document["exit"] == 1
            assert len(walked.text) < 20_000


@pytest.mark.fault(71, 34)
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_no_payload_of_a_header_acts(payload: str, tmp_path: Path) -> None:
    raw = payload.encode("utf-8", "surrogatepass").replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"")[:4000]
    head = b'HTTP/1.1 500 %s\r\nWarning: 299 - "%s"\r\nContent-Type: %s\r\nContent-Length: 0\r\n\r\n' % (raw, raw, raw)
    async with Bench(tmp_path, {BAD_URL: after_ping(PING, head), GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        await bench.passes()


@pytest.mark.fault(71)
@pytest.mark.parametrize("payload", [text for text in PAYLOADS.values() if "\0" not in text], ids=list(PAYLOADS)[1:])
def test_no_payload_of_a_file_or_an_argument_acts(payload: str, tmp_path: Path) -> None:
    text = payload[:2000].replace("'", "").replace("\n", "")
    config = tmp_path / "docker"
    config.write_bytes(f"ADD_REGISTRY='--add-registry {text}'\nX='{text}'\n".encode("utf-8", "surrogatepass"))
    odd = tmp_path / printable(text, 30).replace("/", "_")
    odd.write_bytes(config.read_bytes())
    raw = os.fsencode(text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
    for words in (
        (b"info",),
        (b"info", b"--json"),
        (b"resolve", b"--dry-run", raw),
        (b"--" + raw,),
        (b"resolve", raw, raw),
    ):
        ran = subprocess.run(
            [sys.executable, "-m", "regtui", *words, b"--config", os.fsencode(config)],
            capture_output=True, env=environment(), cwd=tmp_path, timeout=60, check=False,
        )  # fmt: skip
        assert ran.returncode in (0, 1, 2), ran.stderr
        printed = (ran.stdout + ran.stderr).decode("utf-8")
        assert all(line.isprintable() for line in printed.split("\n"))
        assert "a fault of its own" not in printed


def environment(**variables: str) -> dict[str, str]:
    """An environment in which nothing of the developer's counts."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HOME": os.environ["HOME"],
        "LC_ALL": "C.UTF-8",
    } | variables


MARKUP = [
    "[@click=app.quit]x[/]",
    "[/nope]",
    "[/",
    "[link=http://x]y[/link]",
    ":boom:",
    "[red]x",
    "x\\",
    "{{7*7}}",
    "%s%n",
]


@pytest.mark.fault(72)
@pytest.mark.parametrize("markup", MARKUP)
async def test_markup_is_text(markup: str, tmp_path: Path) -> None:
    errors = json.dumps({"errors": [{"code": "DENIED", "message": markup}]})
    async with Bench(tmp_path, {BAD_URL: {"/v2/": PING, MANIFEST: reply(403, errors)}, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert f"denied: {markup}" in walked.text
        assert walked.bad["error"].endswith(markup)


def run(*words: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """Run regtui with nothing on its standard input."""
    settings: dict[str, object] = {"env": environment(), "stdin": subprocess.DEVNULL, "timeout": 60, **options}
    if "stdout" not in settings:
        settings["stdout"] = subprocess.PIPE
    if "stderr" not in settings:
        settings["stderr"] = subprocess.PIPE
    return subprocess.run([sys.executable, "-m", "regtui", *words], check=False, **settings)  # type: ignore[call-overload,no-any-return]


@pytest.mark.fault(73)
@pytest.mark.parametrize("words", [("--version",), ("--help",), ("info", "--demo"), DEMO, (*DEMO, "--json")])
def test_a_reader_that_leaves_early_is_no_fault(words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ran = run(*words, stdout=write)
    finally:
        os.close(write)
    assert (ran.returncode, ran.stderr) == (141, b"")


@pytest.mark.fault(73)
@pytest.mark.parametrize("words", [("--version",), DEMO, (*DEMO, "--json")])
def test_a_disk_that_is_full_is_one_sentence(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = run(*words, stdout=full)
    assert (ran.returncode, ran.stderr) == (74, b"regtui: the output cannot be written: no space left on device\n")


@pytest.mark.fault(73)
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_descriptors_that_are_closed_go_nowhere(closed: tuple[int, ...]) -> None:
    """Else the first socket would be standard output, and what is printed would go to a registry."""

    def close() -> None:
        for number in closed:
            os.close(number)

    ran = run(*DEMO, preexec_fn=close)
    assert ran.returncode == 0
    assert ran.stderr == b""
    assert (ran.stdout == b"") is (1 in closed)


@pytest.mark.fault(73)
@pytest.mark.parametrize("variables", [{}, {"TERM": "dumb"}, {"TERM": "xterm-256color"}, {"FORCE_COLOR": "1"}], ids=str)
def test_a_pipe_gets_no_escapes(variables: dict[str, str]) -> None:
    ran = run(*DEMO, env=environment(**variables))
    assert ran.returncode == 0
    assert b"\x1b" not in ran.stdout


@pytest.mark.fault(73)
@pytest.mark.parametrize(
    ("variables", "words", "colored"),
    [
        ({"TERM": "xterm-256color"}, (), True),
        ({"TERM": "dumb"}, (), False),
        ({}, (), False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, (), False),
        ({"TERM": "xterm"}, ("--no-color",), False),
        ({"TERM": "xterm", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, (), True),
    ],
    ids=str,
)
def test_a_terminal_gets_what_it_can_show(variables: dict[str, str], words: tuple[str, ...], *, colored: bool) -> None:
    main, other = pty.openpty()
    env = environment(**variables)
    with subprocess.Popen(
        [sys.executable, "-m", "regtui", *DEMO, *words], stdin=other, stdout=other, stderr=other, env=env
    ) as program:
        os.close(other)
        printed = bytearray()
        with contextlib.suppress(OSError):  # the end of a pty is an error on Linux
            while select.select([main], [], [], HANG)[0] and (data := os.read(main, 65536)):
                printed += data
        assert program.wait(HANG) == 0
    os.close(main)
    assert (b"\x1b[" in printed) is colored
    assert b"docker.io/library/debian:latest" in printed
    if variables.get("LC_ALL") == "C":
        assert printed.isascii()


@pytest.mark.fault(73)
@pytest.mark.parametrize("name", [b"\xff\xfe", b"a\xed\xa0\x80b", b"\xf0\x9f"])
def test_bytes_that_are_no_text_in_a_name_are_no_fault(name: bytes) -> None:
    for locale in ("C.UTF-8", "C"):
        for words in ((), ("--json",)):
            ran = subprocess.run(
                [sys.executable, "-m", "regtui", "resolve", "--demo", *words, name],
                capture_output=True, env=environment(LC_ALL=locale), timeout=60, check=False,
            )  # fmt: skip
            assert (ran.returncode, ran.stderr) == (1, b"")


def test_the_demo_needs_no_terminal_and_the_screen_says_that_it_does() -> None:
    ran = run(env=environment(TERM="xterm"))
    assert ran.returncode == 2
    assert b"is not a terminal. Use: regtui resolve NAME" in ran.stderr


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    await forever()


@contextlib.asynccontextmanager
async def hanging(*words: str, root: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, Served]]:
    """A resolution whose first registry took the connection and says nothing."""
    async with serving(silent) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "regtui", "resolve", f"{BAD}/{NAME}", *words,
            "--root", str(root), "--engine", "rhel-docker",
            f"--resolve={BAD}:443:198.51.100.6", f"--connect-to={BAD}:443:127.0.0.1:{server.port}",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment(),
        )  # fmt: skip
        try:
            async with asyncio.timeout(HANG):
                await server.arrived(1)
            yield process, server
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def ended(process: asyncio.subprocess.Process) -> tuple[int, bytes, bytes]:
    """Wait for the end, for less than the silence of the registry would take."""
    async with asyncio.timeout(4):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out, err


@pytest.mark.fault(73, 74)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "JSON"])
async def test_a_signal_ends_it_with_its_status(number: signal.Signals, words: tuple[str, ...], tmp_path: Path) -> None:
    async with hanging(*words, root=tmp_path) as (process, _):
        process.send_signal(number)
        status, out, err = await ended(process)
        assert (status, err) == (128 + number, b"")
        if words:
            document = json.loads(out)
            assert (document["found"], document["error"]) == (None, "interrupted")


@pytest.mark.fault(73)
async def test_a_program_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    async with hanging(root=tmp_path) as (process, server):
        process.send_signal(signal.SIGTSTP)
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGTERM)
        assert (await ended(process))[0] == 128 + signal.SIGTERM
        assert server.accepted == 1


@pytest.mark.fault(74)
async def test_a_value_is_one_record_however_many_lines_it_has(tmp_path: Path) -> None:
    errors = json.dumps({"errors": [{"code": "DENIED", "message": "a\nb\tc\r\nfound  evil"}]})
    async with Bench(tmp_path, {BAD_URL: {"/v2/": PING, MANIFEST: reply(403, errors)}, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert [line for line in walked.text.splitlines() if line.startswith("found  ")] == [
            f"found  {GOOD}/{NAME}:latest"
        ]
        assert r"a\nb\tc" in walked.bad["error"].replace(r"\x0a", r"\n").replace(r"\x09", r"\t")


@pytest.mark.fault(74)
@pytest.mark.parametrize(
    "words", [(*DEMO, "--json"), ("info", "--demo", "--json"), ("resolve", "No:Such", "--demo", "--json")]
)
def test_a_document_is_ascii_and_whole(words: tuple[str, ...]) -> None:
    for locale in ("C", "C.UTF-8"):
        ran = run(*words, env=environment(LC_ALL=locale))
        assert ran.stdout.isascii()
        assert str(json.loads(ran.stdout)["schema"]).startswith("regtui.")


BLOCKED = """
import socket, sys, threading
started = threading.Semaphore(0)
def block(*arguments, **options):
    sys.stderr.write("asked\\n"); sys.stderr.flush()
    threading.Event().wait()
socket.getaddrinfo = block
import regtui.__main__ as program
sys.argv = ["regtui", *sys.argv[1:]]
program.entry()
"""


@pytest.mark.fault(75, 4)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_twenty_lookups_that_hang_hold_nobody(number: signal.Signals, tmp_path: Path) -> None:
    names = " ".join(f"--add-registry dead{index}.example.com" for index in range(20))
    config = tmp_path / "docker"
    config.write_text(f"ADD_REGISTRY='{names}'\nOPTIONS=--signature-verification=false\n")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BLOCKED, "resolve", NAME, "--config", str(config), "--root", str(tmp_path),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=environment(),
    )  # fmt: skip
    assert process.stderr is not None
    for _ in range(20):
        assert await process.stderr.readline() == b"asked\n"
    process.send_signal(number)
    assert (await ended(process))[0] == 128 + number


@pytest.mark.fault(75, 62)
async def test_a_helper_that_hangs_ends_with_the_program(tmp_path: Path) -> None:
    """The helper holds a FIFO open; its end is read when the last of its processes is gone."""
    leash, home = tmp_path / "leash", tmp_path / "home"
    os.mkfifo(leash)
    reader = os.open(leash, os.O_RDONLY | os.O_NONBLOCK)
    helper = tmp_path / "docker-credential-slow"
    helper.write_text(f"#!/bin/sh\nexec 9> {leash}; echo up >&9; sleep 600 & sleep 600\n")
    helper.chmod(0o755)
    (home / ".docker").mkdir(parents=True)
    (home / ".docker/config.json").write_text(json.dumps({"credsStore": "slow"}))
    config = tmp_path / "docker"
    config.write_text(f"INSECURE_REGISTRY='--insecure-registry {BAD}'\nOPTIONS=--signature-verification=false\n")

    async def asks(streamed: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await streamed.readuntil(b"\r\n\r\n"):
            writer.write(reply(401, "{}", WWW_Authenticate="Basic"))

    async with serving(asks) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "regtui", "resolve", f"{BAD}/{NAME}", "--config", str(config),
            f"--resolve={BAD}:443:198.51.100.6", f"--connect-to={BAD}:443:127.0.0.1:{server.port}",
            f"--resolve={BAD}:80:198.51.100.6", f"--connect-to={BAD}:80:127.0.0.1:{server.port}",
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment(HOME=str(home), PATH=f"{tmp_path}:{os.environ['PATH']}"),
        )  # fmt: skip
        loop = asyncio.get_running_loop()
        stream = asyncio.StreamReader()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reader, "rb", buffering=0)
        )
        async with asyncio.timeout(HANG):
            assert await stream.readline() == b"up\n"
        process.send_signal(signal.SIGTERM)
        assert (await ended(process))[0] == 128 + signal.SIGTERM
        async with asyncio.timeout(4):
            assert await stream.read() == b""
        transport.close()
