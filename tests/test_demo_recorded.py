"""Recorded worlds: every row is read, served, and answers each recorded request as it was answered then."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import ssl
from pathlib import Path
from typing import Any

import pytest

from regtui.demo.recorded import WorldError, parse_images, parse_world
from regtui.demo.spec import Listen
from regtui.demo.world import World
from tests.raw_client import RawClient
from tests.worlds import certificates_for, world_certificates

DATA = Path(__file__).parent / "data"
IMAGES = parse_images(json.loads((DATA / "images.json").read_text()))
ENGINES = ("rhel-docker", "moby", "podman", "containerd")
ROWS: list[dict[str, Any]] = [
    json.loads(line) for engine in ENGINES for line in (DATA / f"pull-{engine}.jsonl").read_text().splitlines()
]

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")


def name_of(row: dict[str, Any]) -> str:
    """Return a row's name among all."""
    return f"{row['engine']}-{row['id']}"


def authorization(kind: str | None, row: dict[str, Any], token: str) -> dict[str, str]:
    """Return a header of the recorded kind: the token, the stored login, or the empty login that Docker sends to v1."""
    if kind is None:
        return {}
    if kind == "Bearer":
        return {"Authorization": f"Bearer {token}"}
    login = next(iter((row.get("auths") or {}).values()), ":")
    return {"Authorization": f"{kind} {base64.b64encode(login.encode()).decode()}"}


async def replay(row: dict[str, Any], world: World) -> None:
    """Do again what the engine did, entry by entry."""
    trusting, strict = RawClient(world, verify=False), RawClient(world)
    token = ""
    for entry in row["trace"]:
        host = entry["host"]
        if "event" in entry:
            with pytest.raises((ssl.SSLError, ConnectionResetError)):
                await strict.ask("GET", f"https://{host}/v2/")
            await world.settled()
            continue
        client = strict if world.spec.host(host).listen is Listen.HTTPS else trusting
        headers = authorization(entry["auth"], row, token)
        reply = await client.ask(entry["method"], f"{entry['scheme']}://{host}{entry['path']}", headers)
        if entry["path"].startswith("/token"):
            token = reply.json["token"]


@pytest.mark.parametrize("row", [row for row in ROWS if row.get("trace")], ids=name_of)
async def test_a_recorded_world_answers_as_it_did(row: dict[str, Any]) -> None:
    spec = parse_world(row["world"], IMAGES)
    async with World(spec, certificates_for(spec)) as world:
        await replay(row, world)
        recorded = [{key: value for key, value in entry.items() if key != "why"} for entry in row["trace"]]
        assert world.log.trace() == recorded


async def test_three_hundred_worlds_come_and_go() -> None:
    specs = [parse_world(row["world"], IMAGES) for row in ROWS]
    specs = (specs * 2)[:300]
    for spec in specs:
        async with World(spec, certificates_for(spec)) as world:
            assert not world.log.entries
    assert len(specs) == 300
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_the_rows_are_all_here() -> None:
    counts = [len((DATA / f"pull-{engine}.jsonl").read_text().splitlines()) for engine in ENGINES]
    assert counts == [95, 68, 44, 8]


@pytest.mark.parametrize("letter", sorted(IMAGES))
def test_an_image_is_what_its_digest_says(letter: str) -> None:
    image = IMAGES[letter]
    assert image.digest == f"sha256:{hashlib.sha256(image.body).hexdigest()}"
    for blob in image.blobs:
        assert blob.digest == f"sha256:{hashlib.sha256(blob.content).hexdigest()}"


def test_an_index_holds_the_images_that_it_lists() -> None:
    assert [held.digest for held in IMAGES["INDEX"].holds] == [IMAGES["A"].digest, IMAGES["B"].digest]


@pytest.mark.parametrize(
    ("world", "complaint"),
    [
        ([], "world: not an object"),
        ({"a b": {}}, "'a b': not a host name"),
        ({"h": []}, "h: not an object"),
        ({"h": {"listne": "https"}}, "h: unknown key 'listne'"),
        ({"h": {"listen": "ftp"}}, "h.listen: 'ftp' is no way to listen"),
        ({"h": {"listen": 1}}, "h.listen: not a str"),
        ({"h": {"repos": {"app": {"latest": "Z"}}}}, "h.repos.app.latest: no image 'Z'"),
        ({"h": {"auth": {"type": "digest"}}}, "h.auth.type: 'digest' is neither bearer nor basic"),
        ({"h": {"auth": {"type": "bearer"}}}, "h.auth.realm: not a str"),
        ({"h": {"token": 1}}, "h.token: not a bool"),
        ({"h": {"status": {"/v2/": [500]}}}, "h.status./v2/: not a list of status, code, message and detail"),
        ({"h": {"status": {"/v2/": [True, "A", "b"]}}}, "h.status./v2/: not a int"),
        ({"h": {"raw": {"/": [42, "text/html", ""]}}}, "h.raw./: 42 is no HTTP status"),
        ({f"h{number}": {} for number in range(201)}, "world: more than 200 hosts"),
    ],
)
def test_what_is_no_world_is_refused_with_its_place(world: object, complaint: str) -> None:
    with pytest.raises(WorldError) as caught:
        parse_world(world, IMAGES)
    assert str(caught.value) == complaint


def test_a_file_of_certsd_is_the_certificate_that_its_name_says() -> None:
    certificates = world_certificates()
    text = certificates.file("@selfsigned:reg.example.com")
    assert text == certificates.issued(Listen.SELFSIGNED, "reg.example.com").certificate
    assert text.startswith("-----BEGIN CERTIFICATE-----")
    assert certificates.file("plain words") == "plain words"
