"""A registry of a million repositories and a repository of a hundred thousand tags, in a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from bisect import bisect_right
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent.parent
REPOSITORY = "team/service"
TLS_HANDSHAKE = b"\x16"
"""The first byte of a client that tries TLS; without an answer it would wait for its own time limit."""
PAGE = 1000
"""Names of a page where the client does not ask for fewer; distribution gives no more."""


def repository_names(count: int) -> list[str]:
    """Return so many repository names in the order of a catalog."""
    return [f"group-{number // 1000:04}/service-{number % 1000:03}" for number in range(count)]


def tag_names(count: int) -> list[str]:
    """Return so many tags as release pipelines make them, in the registry's order (of their characters)."""
    kinds = ("", "-alpine", "-rc.1", "-rc.2", "-slim")
    versions = (
        f"{number // 2500}.{number // 50 % 50}.{number // 5 % 10}{kinds[number % 5]}" for number in range(count)
    )
    return sorted(set(versions))


class Registry(asyncio.Protocol):
    """One connection; every answer is made from the two lists, without authentication."""

    def __init__(self, names: list[str], tags: list[str]) -> None:
        self._lists = {"/v2/_catalog": ("repositories", names), f"/v2/{REPOSITORY}/tags/list": ("tags", tags)}
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request whose head is complete."""
        assert self._transport is not None
        if data[:1] == TLS_HANDSHAKE:
            self._transport.write(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n")
            self._transport.close()
            return
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("latin-1")
            self._transport.write(self._answer(target))

    def _answer(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        if path == "/v2/":
            return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
        if path not in self._lists:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        key, names = self._lists[path]
        wanted = dict(parse_qsl(query))
        size = min(int(wanted.get("n", PAGE)), PAGE)
        first = bisect_right(names, wanted["last"]) if "last" in wanted else 0
        page = names[first : first + size]
        body = ('{"' + key + '":["' + '","'.join(page) + '"]}').encode()
        more = f'Link: <{path}?last={page[-1]}&n={size}>; rel="next"\r\n' if first + size < len(names) else ""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{more}Content-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


async def _serve(repositories: int, tags: int) -> None:
    loop = asyncio.get_running_loop()
    names, versions = repository_names(repositories), tag_names(tags)
    server = await loop.create_server(lambda: Registry(names, versions), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextlib.contextmanager
def running(*, repositories: int = 0, tags: int = 0) -> Iterator[int]:
    """Yield the loopback port of a registry in another process, over plain HTTP."""
    command = [sys.executable, "-m", "tests.benchmarks.synthetic", str(repositories), str(tags)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
