"""Bombs, each set off at the client: `python -m tests.faults.bombs`, run with a bounded address space."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.browse import BrowseError, place_of, tags
from regtui.registry.browsing import Browser
from regtui.registry.errors import RegistryError
from tests.faults.bench import BAD, CALM, DIGEST, GOOD, MANIFEST, PING, SCHEMA2, SERVES, Bench
from tests.faults.handlers import flood
from tests.faults.heavy import HEAVY
from tests.registry_net import bearer, reply

if TYPE_CHECKING:
    from tests.faults.bench import Handler, Server

MIB = 1024 * 1024
GIB = 1024 * MIB
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
        "a token of a gigabyte": {
            "/v2/": bearer(f"https://{BAD}/token"),
            "/token": reply(200, bomb, Content_Encoding="gzip"),
        },
    }


async def set_off(server: Server) -> bool:
    """Walk past the bomb, and browse into it; True where the walk found the image at the other registry."""
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


def main() -> None:
    """Print how many bombs there are, and how many the walk survived."""
    bombs = servers()
    ended = [asyncio.run(set_off(server)) for server in bombs.values()]
    print(json.dumps({"bombs": len(bombs), "ended": sum(ended)}))


if __name__ == "__main__":
    main()
