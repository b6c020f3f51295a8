"""How far away a host feels: round trips counted between a real ssh and a real sshd, over a line that is slow."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from ipaddress import ip_address
from itertools import pairwise
from typing import TYPE_CHECKING

from regtui.host.discover import load
from regtui.ssh.host import far_host as log_in
from regtui.ssh.words import Words
from tests.far_hosts import far_host, rhel_7

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

DELAY = 0.1
"""Seconds that a byte travels: much longer than either side thinks."""
FILES = rhel_7("ADD_REGISTRY='--add-registry registry.far:5000'\n")
TO_THE_LIST = 3
"""Round trips behind the login: ssh opens a channel, starts the shell, and the shell sends all files."""


class SlowLine:
    """A relay on a thread. `depth` is how many exchanges, each of which needed the one before it, have reached ssh."""

    def __init__(self, port: int) -> None:
        self.depth = 0
        self._sent = 0
        self._writers: list[asyncio.StreamWriter] = []
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port: int = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(30)

    async def _start(self) -> int:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _take(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        far, to_far = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [to_near, to_far]
        await asyncio.gather(self._carry(near, to_far, asks=True), self._carry(far, to_near, asks=False))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, asks: bool) -> None:
        while data := await source.read(65536):
            depth = self.depth + 1 if asks else self._sent
            self._loop.call_later(DELAY, self._arrive, sink, data, depth, asks)
        self._loop.call_later(DELAY, sink.close)

    def _arrive(self, sink: asyncio.StreamWriter, data: bytes, depth: int, asks: bool) -> None:
        if asks:
            self._sent = max(self._sent, depth)
        else:
            self.depth = max(self.depth, depth)
        sink.write(data)

    async def _stop(self) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()


def test_round_trips_from_the_login_to_the_list_and_of_a_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    feed = Words.feed

    def noting(words: Words, line: bytes) -> str:
        before = words.authenticated
        text = feed(words, line)
        if words.authenticated and not before:
            seen.append(line_.depth)
        return text

    monkeypatch.setattr(Words, "feed", noting)
    with far_host(tmp_path, FILES) as host:
        line_ = SlowLine(host.port)
        for file in ("ssh_config", "known_hosts"):
            path = tmp_path / file
            path.write_text(path.read_text().replace(str(host.port), str(line_.port)))
        monkeypatch.setenv("PATH", host.environment()["PATH"])
        try:
            with log_in(host.name, batch=True) as far:
                config = far.settle(partial(load, far.root, files=far.files))
                seen.append(line_.depth)
                asyncio.run(far.resolver().resolve("registry.far", 0))
                seen.append(line_.depth)
                asyncio.run(_connect(far.dialer.dial, host.port))
                seen.append(line_.depth)
        finally:
            line_.stop()
    assert config.registries[0].value == "registry.far:5000"
    trips = [after - before for before, after in pairwise(seen)]
    assert trips[0] <= TO_THE_LIST
    assert trips[1:] == [1, 1]


async def _connect(dial: object, port: int) -> None:
    assert callable(dial)
    _, writer = await dial(ip_address("127.0.0.1"), port)
    writer.transport.abort()
