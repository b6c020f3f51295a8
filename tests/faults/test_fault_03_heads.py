"""Cases 30 and 31, the part about HEAD: what a registry says to a request whose answer has no body."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING

import pytest

from regtui.engines.hub import HUB_URL
from regtui.host.model import EngineName
from tests.faults.bench import DIGEST, IMAGE, MANIFEST, NAME, PING, SCHEMA2, SERVED, Bench, fold
from tests.registry_net import Heard, reply

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from tests.registry_net import Script

HUB: Script = {
    "/v2/": PING,
    f"/v2/{NAME}/manifests/{DIGEST}": SERVED,
}
HEADS = [
    pytest.param(405, 200, "found", id="405"),
    pytest.param(403, 403, "denied", id="403"),
]


@pytest.mark.fault(31)
@pytest.mark.parametrize(("head", "get", "outcome"), HEADS)
async def test_a_head_that_is_refused_is_followed_by_one_get_for_the_reason(
    head: int, get: int, outcome: str, tmp_path: Path
) -> None:
    """Docker Hub, where a tag that was seen before is looked at with HEAD: a HEAD has no body to tell why not."""
    message = "the reason that stands in a body"
    refused = reply(get, json.dumps({"errors": [{"code": "DENIED", "message": message}]}))
    asked: list[str] = []

    def tag(heard: Heard) -> bytes:
        asked.append(heard.method)
        if len(asked) == 1:
            return SERVED
        return reply(head, b"x" * 100) if heard.method == "HEAD" else SERVED if get == 200 else refused

    async with Bench(tmp_path, {HUB_URL: {**HUB, MANIFEST: tag}}) as bench:
        bench.write("etc/docker/daemon.json", "{}")
        with bench.session(EngineName.MOBY) as session:
            await fold(session, NAME)
            second = await fold(session, NAME)
            await session.aclose()
        second.check()
        assert asked == ["GET", "HEAD", "GET"]
        assert second.bad["outcome"] == outcome
        assert get == 200 or message in second.bad["error"]


@pytest.mark.fault(30)
async def test_a_head_that_is_answered_with_a_body_poisons_nothing(tmp_path: Path) -> None:
    """The body of the answer to a HEAD must not become the answer to what is asked next."""
    evil = reply(200, IMAGE.replace(b"0000", b"1111"), Content_Type=SCHEMA2)

    async def body_for_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                head = SERVED.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + evil
                writer.write(head if request.startswith(b"HEAD") else PING if b" /v2/ " in request else SERVED)
                await writer.drain()

    async with Bench(tmp_path, {HUB_URL: body_for_all}) as bench:
        bench.write("etc/docker/daemon.json", "{}")
        with bench.session(EngineName.MOBY) as session:
            for _ in range(3):
                walked = await fold(session, NAME)
                assert walked.document["found"]["digest"] == DIGEST
            await session.aclose()
