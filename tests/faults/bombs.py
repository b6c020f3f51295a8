"""Bombs, each set off at the client: `python -m tests.faults.bombs`, run with a bounded address space.

Each one's cost is the resident memory at its highest above what was resident before, the bench's own share included.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import gzip
import json
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.browse import BrowseError, place_of, tags
from regtui.registry.browsing import Browser
from regtui.registry.errors import RegistryError
from tests.faults.bench import BAD, CALM, DIGEST, GOOD, MANIFEST, PING, SCHEMA2, SERVES, Bench
from tests.faults.handlers import flood
from tests.faults.heavy import HEAVY, TAGS, listed
from tests.registry_net import bearer, reply

if TYPE_CHECKING:
    from tests.faults.bench import Handler, Server
    from tests.registry_net import Script

MIB = 1024 * 1024
GIB = 1024 * MIB
MOST_GROWTH = 64 * MIB
"""Bytes of resident memory that a bomb may add while it is read."""
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def zeros(size: int) -> bytes:
    """Some zeros, compressed a thousandfold: one block that is compressed once, over and over again."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    first = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    again = squeeze.compress(bytes(MIB)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return first + again * (size // MIB - 1)


def endless(head: bytes, piece: bytes) -> Handler:
    """Answer `GET /v2/`, then send the piece for ever."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while b" /v2/ " in await reader.readuntil(b"\r\n\r\n"):
            writer.write(PING)
        writer.write(head)
        await flood(writer, piece)

    return handler


def servers() -> dict[str, Server]:
    """Name -> the registry that sets the bomb off."""
    bomb = zeros(GIB)
    twice = gzip.compress(zeros(GIB))
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    nested = b"[" * (4 * MIB - 10)
    lists = b'{"manifests":[' + b"{}," * (MIB + 200_000) + b"{}]}"
    wide = b'{"manifests":[' + b"[]," * (MIB + 200_000) + b"[]]}"

    def said(body: bytes, **headers: str) -> bytes:
        return reply(200, body, **{"Content_Type": SCHEMA2, **headers})

    return {
        "gzip to a gigabyte": {"/v2/": PING, MANIFEST: said(bomb, Content_Encoding="gzip")},
        "gzip twice": {"/v2/": PING, MANIFEST: said(twice, Content_Encoding="gzip, gzip")},
        "gzip in an error": {"/v2/": PING, MANIFEST: reply(404, bomb, Content_Encoding="gzip")},
        "a body without end": endless(chunked, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"),
        "a header without end": endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 0x10000),
        "nesting": {"/v2/": PING, MANIFEST: said(nested)},
        "a million entries": {"/v2/": PING, MANIFEST: said(lists, Content_Type=LIST)},
        "a million lists": {"/v2/": PING, MANIFEST: said(wide, Content_Type=LIST)},
        "a page of a million tags": HEAVY["eight MiB of tags"],
        "a page of no tags": HEAVY["eight MiB of no tags"],
        "a page of odd tags": HEAVY["eight MiB of odd tags"],
        "a page of short tags": {"/v2/": PING, TAGS: listed("tags", b'"a"')},
        "a page of lists": {"/v2/": PING, TAGS: listed("tags", b"[[],{}]")},
        "a page of objects": {"/v2/": PING, TAGS: listed("tags", b'{"a":{}}')},
        "a page with a wide letter": {"/v2/": PING, TAGS: listed("tags", '"v1.2.3😀"'.encode())},
        "a tag of eight MiB": {
            "/v2/": PING,
            TAGS: listed("tags", b'"' + b"x" * 8_000_000 + "😀".encode() + b'"'),
        },
        "a manifest of a wide string": {
            "/v2/": PING,
            MANIFEST: said(b'{"mediaType":"' + b"x" * 4_000_000 + "😀".encode() + b'"}', Content_Type=LIST),
        },
        "a token of a gigabyte": {
            "/v2/": bearer(f"https://{BAD}/token"),
            "/token": reply(200, bomb, Content_Encoding="gzip"),
        },
    }


def in_pieces(script: Script) -> Handler:
    """Send a script's answers so that little of them waits in the bench: what it holds would count as the client's."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            target = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
            said = script.get(target.partition("?")[0], reply(404, b"{}"))
            assert isinstance(said, bytes)
            for start in range(0, len(said), 0x10000):
                writer.write(said[start : start + 0x10000])
                await writer.drain()

    return handler


async def set_off(server: Server) -> bool:
    """Walk past the bomb, and browse into it; True where the walk found the image at the other registry."""
    server = in_pieces(server) if isinstance(server, Mapping) else server
    with tempfile.TemporaryDirectory() as folder:
        async with Bench(Path(folder), {f"https://{BAD}": server, f"https://{GOOD}": SERVES}, limits=CALM) as bench:
            bench.configure(BAD, GOOD)
            walked = await bench.walk()
            with bench.session() as session:
                endpoint = session.plan("team/app").candidates[0].endpoints[0]
                browser = Browser(session._opened(), session._target(endpoint)[0])
                with contextlib.suppress(RegistryError):
                    await browser.manifest("team/app", "latest")
                with contextlib.suppress(BrowseError):
                    _ = [part async for part in tags(session, place_of(session, BAD), "team/app")]
                await session.aclose()
            found = walked.document["found"]
    return bool(found) and found["digest"] == DIGEST


def resident(field: str) -> int:
    """Return bytes of this process that are in memory, now (`VmRSS`) or at most (`VmHWM`) since `forget_peak`."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:")) * 1024


def forget_peak() -> None:
    """Give what is free back to the system and start the highest value anew (proc(5), clear_refs)."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def growth(server: Server) -> tuple[bool, int]:
    """Set the bomb off; whether the walk survived it, and the bytes that it took at most."""
    forget_peak()
    before = resident("VmRSS")
    ended = asyncio.run(set_off(server))
    return ended, resident("VmHWM") - before


def main() -> None:
    """Print how many bombs there are, how many the walk survived, and which cost too much, with its bytes."""
    bombs = servers()
    asyncio.run(set_off(SERVES))  # what is imported late is no bomb's cost
    seen = {name: growth(server) for name, server in bombs.items()}
    costly = {name: size for name, (_ended, size) in seen.items() if size > MOST_GROWTH}
    print(json.dumps({"bombs": len(bombs), "ended": sum(ended for ended, _ in seen.values()), "costly": costly}))


if __name__ == "__main__":
    main()
