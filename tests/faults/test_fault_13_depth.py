"""What could go on for ever and is left: a body that trickles, indexes in indexes."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from regtui.browse import details, place_of
from regtui.host.model import EngineName
from regtui.live import LiveSession
from regtui.outcome import Stage
from regtui.registry.manifests import DOCKER_LIST, Kind
from regtui.tui.state import Progress
from tests.faults.bench import BAD, BAD_URL, DIGEST, IMAGE, MANIFEST, NAME, PING, SCHEMA2, Bench, fold
from tests.faults.test_fault_05_content import entry, index
from tests.faults.test_fault_11_screen import SIZES, joined, showing, shown
from tests.registry_net import reply
from tests.tui_browsing import until
from tests.tui_screens import home

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.tui.state import Walk
    from tests.registry_net import Script


async def trickling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer `GET /v2/`, and anything else with four megabytes of which a byte comes now and then."""
    while b" /v2/ " in await reader.readuntil(b"\r\n\r\n"):
        writer.write(PING)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.fault(10)
@SIZES
async def test_while_a_large_body_trickles_in_the_walk_shows_where_it_is_and_escape_ends_it(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with Bench(tmp_path, {BAD_URL: trickling}) as bench:
        bench.configure(BAD)
        async with showing(bench, size) as pilot:
            home(pilot).ask(NAME)
            await bench.got(BAD_URL, b"GET " + MANIFEST.encode())
            await until(pilot, lambda: running(home(pilot).walk_view.walk) == [Stage.MANIFEST])
            assert "manifest" in joined(await shown(pilot, BAD))
            await pilot.press("escape")
            assert "stopped: nobody is asked any more" in joined(await shown(pilot, "stopped"))
            session = home(pilot)._session
            assert isinstance(session, LiveSession)
            client = session.client()
            await until(pilot, lambda: client._transport._busy == 0)


def running(walk: Walk | None) -> list[Stage]:
    """Return the stages that are under way."""
    views = [endpoint for view in walk.candidates for endpoint in view.endpoints] if walk is not None else []
    return [stage.stage for view in views for stage in view.stages if stage.progress is Progress.RUNNING]


def digest_of(body: bytes) -> str:
    """The digest of a manifest."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def nested(levels: int) -> tuple[bytes, dict[str, bytes]]:
    """An index in an index and so on, an image in the innermost; the outermost, and the others by path."""
    held = {DIGEST: reply(200, IMAGE, Content_Type=SCHEMA2)}
    body = index(entry(DIGEST))
    for _ in range(levels - 1):
        held[digest_of(body)] = reply(200, body, Content_Type=DOCKER_LIST)
        body = index(entry(digest_of(body)))
    held[digest_of(body)] = reply(200, body, Content_Type=DOCKER_LIST)
    return body, {f"/v2/{NAME}/manifests/{digest}": answer for digest, answer in held.items()}


def in_a_circle() -> tuple[bytes, dict[str, bytes]]:
    """Two indexes, each of which names the other: the digest of the second is a lie, as no true one can be."""
    lie = "sha256:" + "b" * 64
    first = index(entry(lie))
    bodies = {lie: index(entry(digest_of(first))), digest_of(first): first}
    return first, {
        f"/v2/{NAME}/manifests/{digest}": reply(200, body, Content_Type=DOCKER_LIST) for digest, body in bodies.items()
    }


ENDLESS = {"A, B, A": in_a_circle(), "a depth of a hundred": nested(100)}
MOST_ASKED = {EngineName.RHEL_DOCKER: 2, EngineName.MOBY: 2, EngineName.PODMAN: 2, EngineName.CONTAINERD: 3}
"""Manifests that an engine asks for: the tag and its one child; containerd asks for the tag's digest in between."""
POLICY = '{"default":[{"type":"insecureAcceptAnything"}]}'


@pytest.mark.fault(45)
@pytest.mark.parametrize("engine", MOST_ASKED)
@pytest.mark.parametrize(("outer", "inner"), ENDLESS.values(), ids=ENDLESS)
async def test_a_walk_asks_for_one_manifest_behind_an_index(
    outer: bytes, inner: dict[str, bytes], engine: EngineName, tmp_path: Path
) -> None:
    script: Script = {"/v2/": PING, MANIFEST: reply(200, outer, Content_Type=DOCKER_LIST), **inner}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        bench.write("etc/containers/policy.json", POLICY)
        with bench.session(engine) as session:
            walked = await fold(session, f"{BAD}/{NAME}:latest")
            await session.aclose()
        manifests = [one.target for one in bench.heard if "/manifests/" in one.target and one.method == "GET"]
        assert len(manifests) == len(set(manifests)) <= MOST_ASKED[engine]
        assert walked.document["found"] is None
        if engine in (EngineName.RHEL_DOCKER, EngineName.MOBY):
            assert walked.bad["error"] == "the platform's manifest is an index again"
            assert "unsupported manifest format" in walked.text


@pytest.mark.fault(45)
@pytest.mark.parametrize(("outer", "inner"), ENDLESS.values(), ids=ENDLESS)
async def test_browsing_opens_no_index_in_an_index_by_itself(
    outer: bytes, inner: dict[str, bytes], tmp_path: Path
) -> None:
    script: Script = {"/v2/": PING, MANIFEST: reply(200, outer, Content_Type=DOCKER_LIST), **inner}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        with bench.session() as session:
            seen = await details(session, place_of(session, BAD), NAME, "latest")
            await session.aclose()
        manifests = [one.target for one in bench.heard if "/manifests/" in one.target]
        assert (seen.manifest.kind, len(seen.manifest.entries)) == (Kind.INDEX, 1)
        assert manifests[0] == MANIFEST
        assert len(manifests) == len(set(manifests)) <= 3, "the tag, what refers to its digest, and the host's platform"
