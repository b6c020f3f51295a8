"""Pulls recorded from the real engines, resolved against the same worlds of real servers on loopback."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from regtui.demo.recorded import parse_images, parse_world
from regtui.demo.world import World
from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.host.info import info_lines
from regtui.host.model import EngineName
from regtui.host.security import names_to_look_up
from regtui.live import LiveSession, Means
from regtui.lookups import look_up_names
from regtui.registry.limits import Limits
from regtui.registry.tls import Trust
from regtui.report import Resolution, document
from tests.golden import DATA, Row, comparable, counted, rows, write_host
from tests.worlds import certificates_for

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.host.model import HostConfig

IMAGES = parse_images(json.loads((DATA / "images.json").read_text()))
ENGINES = {"rhel-docker": EngineName.RHEL_DOCKER, "moby": EngineName.MOBY}
ROWS = rows("pull-rhel-docker.jsonl") + rows("pull-moby.jsonl")

# A black hole is silent for ever: what is waited for it is a fraction of a second here.
LIMITS = Limits(dns=0.3, tcp=0.3, tls=1.0)

TRANSCRIPT_EXCEPTIONS: dict[str, str] = {}
"""Engine/id -> why its transcript cannot agree."""


@dataclass(frozen=True)
class Walked:
    """What regtui said of a row, and what the servers were asked."""

    config: HostConfig
    info: tuple[str, ...]
    document: dict[str, Any]
    asked: list[tuple[str, str, str, int]]


async def walk(row: Row, root: Path, *, strict: bool) -> Walked:
    """Serve the row's world and resolve its name as the row's host would."""
    spec = parse_world(row["world"], IMAGES)
    certificates = certificates_for(spec)
    entries = {text: certificates.file(text) for files in (row.get("certsd") or {}).values() for text in files.values()}
    write_host(row, root, entries)
    config = load(str(root), (), ENGINES[row["engine"]])
    async with World(spec, certificates) as world:
        info = info_lines(config, await look_up_names(names_to_look_up(config), world.resolver, 1.0))
        if config.refusal is not None:
            return Walked(config, info, {}, [])
        trust = Trust(system=False, authorities=(world.authorities.encode(),))
        means = Means(world.resolver, world.dialer, trust, LIMITS)
        session = LiveSession(config, means, place="test", platform=Platform())
        record = Resolution()
        async for event in session.resolve(row["pull"], strict=strict):
            record.fold(event)
        await session.aclose()
        await world.settled()
        asked = counted([entry.as_trace() for entry in world.log.entries])
    return Walked(config, info, document(record), asked)


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "default"])
@pytest.mark.parametrize("row", ROWS, ids=[f"{row['engine']}-{row['id']}" for row in ROWS])
async def test_agrees_with_the_engine(row: Row, tmp_path: Path, *, strict: bool) -> None:
    walked = await walk(row, tmp_path, strict=strict)
    if row.get("refused"):
        assert walked.config.refusal is not None
        assert refusal_of(row) in walked.config.refusal.message.splitlines()[0]
        return
    assert walked.config.refusal is None
    assert [line.rstrip() for line in walked.info] == row["info"]
    found = walked.document
    assert found["exit"] == row["exit"]
    assert_same_winner(row, found)
    if f"{row['engine']}/{row['id']}" not in TRANSCRIPT_EXCEPTIONS:
        printed = [comparable(line) for line in found["transcript"]]
        assert printed == [comparable(line) for line in row["transcript"]]
    if strict:
        assert walked.asked == counted(row["trace"])
        assert requests_told(found) == [request[3] for request in counted(row["trace"])]
    else:
        assert_nothing_told_early(row, walked)
    if row["seconds"] > 2:
        assert found["engine_seconds"] == pytest.approx(row["seconds"], rel=0.2)


def refusal_of(row: Row) -> str:
    """Return the daemon's message of a row, without the folder that the recording lay in."""
    text: str = row["refused"].removeprefix("Status: ").replace("RUN/daemon.json", "/etc/docker/daemon.json")
    return text


def assert_same_winner(row: Row, found: dict[str, Any]) -> None:
    digests = [line.removeprefix("Digest: ") for line in row["transcript"] if line.startswith("Digest: ")]
    if row["exit"]:
        assert found["found"] is None
        return
    served = [entry for entry in row["trace"] if "/manifests/" in entry.get("path", "") and entry["status"] == 200][-1]
    assert found["found"]["digest"] == digests[0]
    assert found["found"]["endpoint"].lower() == f"{served['scheme']}://{served['host']}".lower()


def requests_told(found: dict[str, Any]) -> list[int]:
    """Return the statuses of the requests that the document tells of, HEAD and its GET counted once."""
    statuses: list[int] = []
    for candidate in found["candidates"]:
        for endpoint in candidate["endpoints"]:
            last = ""
            for request in endpoint["requests"]:
                if request["status"] is None:
                    continue
                if last == "HEAD" and "/manifests/" in request["url"]:
                    statuses.pop()
                statuses.append(request["status"])
                last = request["method"]
    return statuses


def assert_nothing_told_early(row: Row, walked: Walked) -> None:
    """Manifests and tokens are asked of those whom the engine asked, and in its order."""
    expected = [request for request in counted(row["trace"]) if request[2] != "/v2/"]
    asked = [request for request in walked.asked if request[2] != "/v2/"]
    assert asked == expected
