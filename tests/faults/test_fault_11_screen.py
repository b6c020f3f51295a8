"""What the screen shows of faults, over real sockets: in the app in this process, and in the program in a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.tui.app import RegtuiApp, Start
from tests.faults.bench import (
    BAD,
    BAD_URL,
    GOOD,
    GOOD_URL,
    MANIFEST,
    NAME,
    PING,
    SECRETS,
    SERVES,
    Bench,
    registry,
)
from tests.hostile import AUTHORITY_PEM, serving
from tests.registry_net import bearer, refusal, reply, token
from tests.tui_browsing import calm, until
from tests.tui_pty import LIMIT, Terminal, running_command
from tests.tui_screens import LARGE, SMALL, STILL, screen_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from regtui.session import Session
    from tests.registry_net import Script

ROOT = Path(__file__).parent.parent.parent
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"])


@contextlib.asynccontextmanager
async def showing(bench: Bench, size: tuple[int, int] = SMALL, name: str = "") -> AsyncIterator[Pilot[None]]:
    """Run the app on the bench's host."""
    with bench.session() as session:

        async def open_session() -> Session:
            return session

        app = RegtuiApp(Start(session.config, "bench", open_session, STILL, name))
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.home._session is not None)
            yield pilot
        await session.aclose()


async def shown(pilot: Pilot[None], *words: str) -> str:
    """Wait until the words stand on the screen; return it, each line after the other in one."""
    await until(pilot, lambda: all(word in " ".join(screen_text(pilot).split()) for word in words))
    await calm(pilot)
    return screen_text(pilot)


def joined(screen: str) -> str:
    """Return what stands on the screen without frames and line ends, so that wrapped sentences are whole."""
    return " ".join(screen.translate(str.maketrans("│╭╮╰╯─├┤", "        ")).split())


@pytest.mark.fault(1, 3)
async def test_a_registry_that_is_down_is_marked_and_a_key_asks_again(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        way = bench.dialer.table[BAD, 443]
        bench.dialer.table[BAD, 443] = ("127.0.0.1", 1)
        async with showing(bench) as pilot:
            await shown(pilot, BAD, GOOD, "refused")
            dialed = bench.dialer.dialed.count((BAD, 443))
            assert dialed == 1
            bench.dialer.table[BAD, 443] = way
            await pilot.press("r")
            await until(pilot, lambda: "refused" not in screen_text(pilot))
            assert bench.dialer.dialed.count((BAD, 443)) == dialed + 1


@SIZES
@pytest.mark.fault(53)
async def test_the_screen_says_what_was_kept_back_and_how_to_allow_it(size: tuple[int, int], tmp_path: Path) -> None:
    names = {"auth.example.com": "198.51.100.90"}
    script: Script = {"/v2/": bearer("https://auth.example.com/token"), MANIFEST: refusal("Basic")}
    async with Bench(tmp_path, {BAD_URL: script}, names=names) as bench:
        bench.configure(BAD)
        bench.log_in(BAD)
        async with showing(bench, size, f"{BAD}/{NAME}") as pilot:
            await shown(pilot, "unauthorized")
            await pilot.press("enter")
            in_the_walk = joined(await shown(pilot, "withheld"))
            await pilot.press("tab", "enter")
            in_the_list = joined(await shown(pilot, "was not sent"))
        for text in (in_the_walk, in_the_list):
            assert "the password of alice for bad.example.com was not sent to auth.example.com" in text
            assert "dockerd would have sent it" in text
            assert "--allow-auth-realm bad.example.com=auth.example.com allows it" in text


@pytest.mark.fault(23)
async def test_an_insecure_registry_has_its_badge(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES}) as bench:
        bench.configure(BAD, insecure=(BAD,))
        async with showing(bench, LARGE, f"{BAD}/{NAME}") as pilot:
            text = joined(await shown(pilot, "certificate not verified"))
            assert "insecure" in text


@pytest.mark.fault(25)
async def test_a_redirect_to_another_host_stands_among_the_requests(tmp_path: Path) -> None:
    moving = registry(manifest=reply(307, Location="https://cdn.example.com/x?sig=secret-signature"))
    async with Bench(tmp_path, {BAD_URL: moving, "https://cdn.example.com": {"/x": reply(404)}}) as bench:
        bench.configure(BAD)
        async with showing(bench, LARGE, NAME) as pilot:
            await shown(pilot, "nobody serves it")
            await pilot.press("up", "enter")
            text = joined(await shown(pilot, "cdn.example.com"))
            assert "secret-signature" not in text


@pytest.mark.fault(36, 42)
async def test_entries_that_are_no_names_are_counted_beside_those_that_are(tmp_path: Path) -> None:
    names = ["good/one", "../../x", "UPPER", "a\x1b[2J", 7]
    tags = ["v1", "a/b", "\x1b]0;owned\x07", "sha256:" + "0" * 64, None]
    script: Script = {
        "/v2/": PING,
        "/v2/_catalog": reply(200, json.dumps({"repositories": names})),
        "/v2/good/one/tags/list": reply(200, json.dumps({"tags": tags})),
    }
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        async with showing(bench, LARGE) as pilot:
            await pilot.press("enter")
            text = joined(await shown(pilot, "good/one", "complete"))
            assert "4 left out, no names" in text
            await pilot.press("enter")
            text = joined(await shown(pilot, "v1", "complete"))
            assert "4 left out, no names" in text
        assert not [one for one in bench.heard if ".." in one.target or "UPPER" in one.target]


@pytest.mark.fault(70)
async def test_no_command_takes_a_picture_of_what_is_on_the_screen(tmp_path: Path) -> None:
    """A picture lies in a folder with all that was on the screen; Textual's palette would offer one."""
    async with Bench(tmp_path, {BAD_URL: SERVES}) as bench:
        bench.configure(BAD)
        async with showing(bench) as pilot:
            titles = [command.title for command in pilot.app.get_system_commands(pilot.app.screen)]
            assert titles
            assert not [title for title in titles if "screenshot" in title.lower()]


BLOCKED = """
import socket, sys, threading
asked = sys.argv.pop()
def block(*arguments, **options):
    open(asked, "a").write("asked\\n")
    threading.Event().wait()
socket.getaddrinfo = block
import regtui.__main__ as program
sys.argv = ["regtui", *sys.argv[1:]]
program.entry()
"""


def quits(command: list[str], environ: dict[str, str], waited: Path, lines: int) -> tuple[int, bytes]:
    """Start the screen, wait until what hangs hangs, open help and quit."""
    with running_command(command, environ={"PYTHONPATH": str(ROOT), **environ}) as terminal:
        terminal.until("example.com")
        over = time.monotonic() + LIMIT
        while not waited.exists() or len(waited.read_text().splitlines()) < lines:
            terminal.quiet(0.02)
            assert time.monotonic() < over
        terminal.send(b"?")
        terminal.until("Help")
        terminal.send(b"qq")
        status = terminal.end(within=5)
        assert terminal.restored()
        return status, terminal.out


@pytest.mark.fault(4, 75)
def test_the_screen_waits_for_none_of_twenty_lookups(tmp_path: Path) -> None:
    names = " ".join(f"--add-registry dead{index}.example.com" for index in range(20))
    config, asked = tmp_path / "docker", tmp_path / "asked"
    config.write_text(f"ADD_REGISTRY='{names}'\nOPTIONS=--signature-verification=false\n")
    command = [sys.executable, "-c", BLOCKED, "--config", str(config), "--root", str(tmp_path), str(asked)]
    status, out = quits(command, {}, asked, 20)
    assert status == 0
    assert b"Traceback" not in out


@pytest.mark.fault(62, 75)
async def test_the_screen_waits_for_no_helper(tmp_path: Path) -> None:
    """A helper that hangs; keys are answered, and it is gone when the app is."""
    ran = tmp_path / "ran"
    helper = tmp_path / "docker-credential-slow"
    helper.write_text(f"#!/bin/sh\necho $$ >> {ran}\nsleep 600 & sleep 600\n")
    helper.chmod(0o755)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credsStore": "slow"}))
    config = tmp_path / "docker"
    config.write_text(f"INSECURE_REGISTRY='--insecure-registry {BAD}'\nOPTIONS=--signature-verification=false\n")

    async def asks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(refusal("Basic"))

    async with serving(asks) as server:
        ways = [f"--resolve={BAD}:{port}:198.51.100.6" for port in (443, 80)]
        ways += [f"--connect-to={BAD}:443:127.0.0.1:1", f"--connect-to={BAD}:80:127.0.0.1:{server.port}"]
        command = [sys.executable, "-m", "regtui", f"{BAD}/{NAME}", "--config", str(config), *ways]
        environ = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
        status, out = await asyncio.to_thread(quits, command, environ, ran, 1)
    assert status == 0
    assert b"Traceback" not in out
    assert [number for number in ran.read_text().split() if runs(number)] == []


def runs(number: str) -> bool:
    """Say whether a process still runs; one that has ended may be waiting for whoever adopted it."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


@pytest.mark.fault(53, 70, 73)
async def test_no_secret_reaches_the_terminal_whatever_is_opened(tmp_path: Path) -> None:
    """The stored password is used, is echoed by the registry, and is never among the bytes that the terminal gets."""
    echo = reply(403, json.dumps({"errors": [{"code": "DENIED", "message": "you said " + SECRETS[1].decode()}]}))
    script: Script = {"/v2/": bearer(f"{BAD_URL}/token"), "/token": token(SECRETS[0].decode()), MANIFEST: echo}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}, trusted=(BAD_URL,)) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD)
        ways = []
        for host, origin in ((BAD, BAD_URL), (GOOD, GOOD_URL)):
            bench.write(f"etc/docker/certs.d/{host}/ca.crt", AUTHORITY_PEM)
            port = bench.served[origin].port
            ways += [f"--resolve={host}:443:198.51.100.6", f"--connect-to={host}:443:127.0.0.1:{port}"]
        command = [sys.executable, "-m", "regtui", NAME, "--root", str(tmp_path), "--engine", "rhel-docker", *ways]

        def drive() -> bytes:
            with running_command(command, size=LARGE, environ={"PYTHONPATH": str(ROOT)}) as terminal:
                press_everything(terminal)
                assert terminal.end() == 0
                return terminal.out

        out = await asyncio.to_thread(drive)
        assert [secret for secret in SECRETS if secret in out] == []


def press_everything(terminal: Terminal) -> None:
    """Open each part of the screen on a walk that has ended, and leave."""
    terminal.until("good.example.com/team/app")
    terminal.quiet()
    for keys in (b"\t", b"\x1b[A", b"\r", b"t", b"t", b"y", b"c", b"\x1b", b"?", b"?", b"a", b"e", b"\x1b"):
        terminal.send(keys)
        terminal.quiet()
    terminal.send(b"\x11")
