"""What holds in every case: no answer holds the loop for long, keys are answered, and quitting waits for nobody.

The loop's share is counted in processor time of its own thread, so that a loaded machine is no failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.browse import BrowseError, catalog, details, place_of, tags
from tests.faults.bench import BAD, BAD_URL, GOOD, GOOD_URL, NAME, PING, SECRETS, SERVES, Bench, fold
from tests.faults.handlers import dripping, endless_interim
from tests.faults.heavy import HEAVY
from tests.hostile import AUTHORITY_PEM, forever, serving
from tests.registry_net import bearer, context_for, refusal
from tests.tui_pty import Terminal, running_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractContextManager

    from regtui.live import LiveSession
    from tests.faults.bench import Handler
    from tests.registry_net import Script

ROOT = Path(__file__).parent.parent.parent
BLINK = 0.1
"""Seconds in which a key is answered."""


class Beat:
    """Turns the loop without a pause, and notes the longest processor time between two turns."""

    def __init__(self) -> None:
        self.longest = 0.0
        self.turns = 0

    async def __aenter__(self) -> Beat:
        self._task = asyncio.create_task(self._turn())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _turn(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            self.longest, self.turns, last = max(self.longest, now - last), self.turns + 1, now


async def browse(session: LiveSession) -> None:
    """Read catalog, tags and details of the first registry, whatever comes of it."""
    place = place_of(session, BAD)
    for reading in (catalog(session, place), tags(session, place, NAME)):
        with contextlib.suppress(BrowseError):
            _ = [part async for part in reading]
    with contextlib.suppress(BrowseError):
        await details(session, place, NAME, "latest")


@pytest.mark.fault(29, 34, 37, 43, 45, 52, 55)
@pytest.mark.parametrize("script", HEAVY.values(), ids=HEAVY)
async def test_no_answer_holds_the_loop_for_longer_than_a_blink(script: Script, tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        with bench.session() as session:
            await fold(session, NAME)  # what is imported once is not what is measured
            async with Beat() as walking:
                walked = await fold(session, NAME)
            async with Beat() as browsing:
                await browse(session)
            await session.aclose()
        walked.check()
        assert walked.document["exit"] == 0
        assert (walking.longest < BLINK, browsing.longest < BLINK) == (True, True)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    await forever()


async def flooding(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the ping, then headers without end, slower than their limit is reached."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(PING)
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


def asking(challenge: bytes) -> Handler:
    """Want a token, and give none."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b" /v2/ " in await reader.readuntil(b"\r\n\r\n"):
            writer.write(challenge)
            await writer.drain()
        await forever()

    return handler


HANGING: dict[str, Handler | None] = {
    "a handshake that stalls": None,
    "a ping without an answer": silent,
    "headers byte by byte": dripping(b"HTTP/1.1 200 OK\r\n" + b"X-Header: y\r\n" * 10_000),
    "interim answers without end": endless_interim(103),
    "a manifest that drips": dripping(
        b"{" * 100_000, first=(PING, b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n")
    ),
    "headers without end": flooding,
    "a token that never comes": asking(bearer(f"{BAD_URL}/token")),
    "a password that is answered by nobody": asking(refusal("Basic")),
}


@contextlib.asynccontextmanager
async def hanging(root: Path, handler: Handler | None) -> AsyncIterator[tuple[AbstractContextManager[Terminal], Bench]]:
    """A host whose first registry hangs, and the command that resolves a name there in a terminal."""
    async with (
        serving(handler or silent, context_for(BAD) if handler else None) as server,
        Bench(root, {GOOD_URL: SERVES, BAD_URL: server.port}) as bench,
    ):
        bench.configure(BAD, GOOD)
        bench.log_in(BAD, GOOD)
        ways = []
        for host, port in ((BAD, server.port), (GOOD, bench.served[GOOD_URL].port)):
            bench.write(f"etc/docker/certs.d/{host}/ca.crt", AUTHORITY_PEM)
            ways += [f"--resolve={host}:443:198.51.100.6", f"--connect-to={host}:443:127.0.0.1:{port}"]
        command = [sys.executable, "-m", "regtui", NAME, "--root", str(root), "--engine", "rhel-docker", *ways]
        yield running_command(command, environ={"PYTHONPATH": str(ROOT)}), bench


@pytest.mark.fault(9, 10, 21, 55, 75)
@pytest.mark.parametrize("handler", HANGING.values(), ids=HANGING)
async def test_a_key_is_answered_while_a_registry_hangs_and_quitting_waits_for_nobody(
    handler: Handler | None, tmp_path: Path
) -> None:
    """Help opens over the walk that hangs; then the app goes, long before any time limit of the walk."""
    async with hanging(tmp_path, handler) as (running, bench):
        status, out = await asyncio.to_thread(drive, running)
        assert status == 0
        for secret in SECRETS:
            assert secret not in out
        assert b"Traceback" not in out
        assert bench.receivers() == set()


def drive(running: AbstractContextManager[Terminal]) -> tuple[int, bytes]:
    """Press keys while the walk hangs."""
    with running as terminal:
        terminal.until("bad.example.com")
        terminal.until("asking")
        terminal.send(b"\t?")
        terminal.until("Help")
        terminal.send(b"qq")
        status = terminal.end(within=5)
        assert terminal.restored()
        return status, terminal.out
