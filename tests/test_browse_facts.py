"""What tags point at: how many requests that costs, on which registry none is made, and when it stops."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from regtui.browse import TagFactsReader, details, place_of, places, standing
from regtui.browse.times import read_time
from regtui.cache import Cache
from regtui.registry.manifests import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from tests.browsing_net import HOST, HUB, OK, REG, browsing
from tests.images import Picture, answer, digest_of, image, index_of, served
from tests.registry_net import Heard, reply

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.browse.models import TagFacts
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

REPOSITORY = "team/app"
AMD64, ARM64 = image("amd64", "2025-03-28T09:34:02Z"), image("arm64", "2025-03-28T09:40:00Z")
INDEX = index_of(AMD64, ARM64)


async def described(reader: TagFactsReader, *tags: str) -> dict[str, TagFacts]:
    return {facts.tag: facts async for facts in reader.describe(tags)}


def manifests(heard: list[Heard], method: str = "GET") -> list[str]:
    return [one.target.rpartition("/")[2] for one in heard if "/manifests/" in one.target and one.method == method]


async def test_a_tag_of_an_image_costs_its_manifest_and_its_configuration() -> None:
    async with browsing({REG: {"/v2/": OK, **served(REPOSITORY, AMD64, tag="1.0")}}) as (session, net):
        reader = TagFactsReader(session, place_of(session, HOST), REPOSITORY)
        facts = (await described(reader, "1.0"))["1.0"]
        assert (facts.digest, facts.created, facts.platforms) == (
            AMD64.digest,
            datetime(2025, 3, 28, 9, 34, 2, tzinfo=UTC),
            ("linux/amd64",),
        )
        assert facts.size == AMD64.size
        assert (facts.media_type, facts.kind, facts.claimed, facts.trouble) == (OCI_MANIFEST, "image", False, "")
        assert len(net.heard) == 3
        assert await described(reader, "1.0") == {"1.0": facts}
        assert len(net.heard) == 3


@pytest.mark.fault(46)
async def test_a_tag_whose_header_names_another_digest_says_so_and_the_others_of_its_image_do_not() -> None:
    other = f"sha256:{'a' * 64}"
    lying = {f"/v2/{REPOSITORY}/manifests/2.0": answer(AMD64, Docker_Content_Digest=other)}
    async with browsing({REG: {"/v2/": OK, **served(REPOSITORY, AMD64, tag="1.0"), **lying}}) as (session, _net):
        reader = TagFactsReader(session, place_of(session, HOST), REPOSITORY)
        found = await described(reader, "2.0") | await described(reader, "1.0")
        assert found["2.0"].trouble == (f"DIGEST MISMATCH: the header says {other}, the content is {AMD64.digest}")
        assert found["2.0"].digest == AMD64.digest
        assert (found["1.0"].trouble, found["1.0"].size) == ("", AMD64.size)


async def test_tags_of_one_digest_cost_their_content_once() -> None:
    script: Script = {"/v2/": OK, **served(REPOSITORY, INDEX, AMD64, tag="1.0"), **served(REPOSITORY, INDEX, tag="1")}
    async with browsing({REG: script}) as (session, net):
        found = await described(TagFactsReader(session, place_of(session, HOST), REPOSITORY), "1.0", "1")
        assert found["1.0"].digest == found["1"].digest == INDEX.digest
        assert found["1"].platforms == ("linux/amd64", "linux/arm64")
        assert found["1"].created == read_time("2025-03-28T09:34:02Z")
        assert sorted(manifests(net.heard)) == sorted(["1.0", "1", AMD64.digest])
        assert len(net.heard) == 5  # with the ping and one configuration


async def test_a_second_reader_has_the_content_from_the_cache(tmp_path: Path) -> None:
    script: Script = {"/v2/": OK, **served(REPOSITORY, INDEX, AMD64, tag="1.0")}
    async with browsing({REG: script}, cache=Cache(tmp_path / "cache")) as (session, net):
        place = place_of(session, HOST)
        first = await described(TagFactsReader(session, place, REPOSITORY), "1.0")
        asked = len(net.heard)
        assert await described(TagFactsReader(session, place, REPOSITORY), "1.0") == first
        assert len(net.heard) == asked + 1  # the tag alone: it may have moved


@pytest.mark.fault(32)
async def test_docker_hub_is_sent_heads_alone_and_what_is_kept_is_shown(tmp_path: Path) -> None:
    hub: Script = {"/v2/": OK, **served(REPOSITORY, INDEX, AMD64, tag="1.0"), **served(REPOSITORY, ARM64, tag="2.0")}
    async with browsing({HUB: hub}, cache=Cache(tmp_path / "cache")) as (session, net):
        place = place_of(session, "docker.io")
        reader = TagFactsReader(session, place, REPOSITORY)
        found = await described(reader, "1.0", "2.0")
        assert found["1.0"].digest == INDEX.digest
        assert found["1.0"].claimed
        assert (found["1.0"].created, found["1.0"].size, found["1.0"].media_type) == (None, None, OCI_INDEX)
        assert manifests(net.heard) == []
        assert sorted(manifests(net.heard, "HEAD")) == ["1.0", "2.0"]
        await details(session, place, REPOSITORY, "1.0")
        reader.forget()
        pulled = manifests(net.heard)
        again = await described(reader, "1.0", "2.0")
        assert (again["1.0"].size, again["1.0"].claimed) == (AMD64.size, False)
        assert again["2.0"].size is None
        assert manifests(net.heard) == pulled
        known = standing(session, place)
        assert known is not None
        assert known.rate_limit is not None
        assert (known.rate_limit.remaining, known.rate_limit.limit) == (76, 100)


async def test_docker_hubs_manifests_are_fetched_on_the_users_word() -> None:
    async with browsing({HUB: {"/v2/": OK, **served(REPOSITORY, AMD64, tag="1.0")}}) as (session, net):
        reader = TagFactsReader(session, place_of(session, "docker.io"), REPOSITORY, spend=True)
        assert (await described(reader, "1.0"))["1.0"].size == AMD64.size
        assert manifests(net.heard) == ["1.0"]


async def test_nothing_is_asked_of_a_mirror_until_somebody_wants_it() -> None:
    mirror = "https://cache.example.com"
    script: Script = {"/v2/": OK, **served(REPOSITORY, AMD64, tag="1.0")}
    async with browsing({mirror: script}, mirrors=[mirror], registries=["cache.example.com", "docker.io"]) as (
        session,
        net,
    ):
        for place in places(session):
            if place.caches:
                assert await described(TagFactsReader(session, place, REPOSITORY), "1.0") == {}
        assert [place.title for place in places(session) if place.caches] == [
            "cache.example.com",
            f"mirror {mirror} of docker.io",
        ]
        assert net.heard == []
        wanted = TagFactsReader(session, places(session)[-1], REPOSITORY, allowed=True)
        assert (await described(wanted, "1.0"))["1.0"].digest == AMD64.digest


async def test_at_most_four_tags_are_asked_for_at_one_time() -> None:
    at_once, most, gate = 0, 0, asyncio.Event()

    async def slow(_: Heard) -> bytes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        if at_once == 4:
            gate.set()
        await gate.wait()
        at_once -= 1
        return reply(404)

    names = [f"t{number}" for number in range(20)]
    script: Script = {"/v2/": OK, **{f"/v2/{REPOSITORY}/manifests/{name}": slow for name in names}}
    async with browsing({REG: script}) as (session, net):
        found = await described(TagFactsReader(session, place_of(session, HOST), REPOSITORY), *names)
        assert most == 4
        assert len(found) == 20
        assert all("404" in facts.trouble for facts in found.values())
        assert len(net.heard) == 21


@pytest.mark.fault(32)
async def test_a_registry_that_has_enough_is_left_alone() -> None:
    names = [f"t{number}" for number in range(50)]
    busy = reply(429, '{"message": "toomanyrequests"}', Retry_After="90")
    script: Script = {"/v2/": OK, **{f"/v2/{REPOSITORY}/manifests/{name}": busy for name in names}}
    async with browsing({REG: script}) as (session, net):
        place = place_of(session, HOST)
        reader = TagFactsReader(session, place, REPOSITORY)
        found = await described(reader, *names)
        assert len(found) == 50
        assert 1 <= len(manifests(net.heard)) <= 4
        assert "not asked: the registry wants a pause of" in found["t49"].trouble
        known = standing(session, place)
        assert known is not None
        assert known.retry_after is not None
        assert 80 < known.retry_after <= 90
        asked = len(net.heard)
        assert len(await described(reader, *names)) == 50
        assert len(net.heard) == asked
        assert reader.known == {}


@pytest.mark.fault(12)
async def test_leaving_the_rows_cancels_what_is_under_way() -> None:
    arrived = asyncio.Event()

    async def slow(_: Heard) -> bytes:
        arrived.set()
        await asyncio.Event().wait()
        return reply(404)

    script: Script = {"/v2/": OK, f"/v2/{REPOSITORY}/manifests/1": slow, **served(REPOSITORY, AMD64, tag="2")}
    async with browsing({REG: script}) as (session, _):
        reader = TagFactsReader(session, place_of(session, HOST), REPOSITORY)
        task = asyncio.create_task(described(reader, "1"))
        await arrived.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert (await described(reader, "2"))["2"].digest == AMD64.digest


async def test_names_that_are_no_tags_are_left_out() -> None:
    async with browsing({REG: {"/v2/": OK}}) as (session, net):
        reader = TagFactsReader(session, place_of(session, HOST), REPOSITORY)
        assert await described(reader, "a/b", "x" * 129, "") == {}
        assert net.heard == []


BROKEN = {
    "not JSON": (reply(200, "x", Content_Type=OCI_MANIFEST), "no usable manifest"),
    "a wrong configuration": (
        reply(200, Picture(AMD64.body.replace(AMD64.config_digest.encode(), b"sha256:" + b"0" * 64)).body,
              Content_Type=OCI_MANIFEST),
        "its configuration cannot be had",
    ),
    "another type": (reply(200, AMD64.body, Content_Type=DOCKER_MANIFEST), "no usable manifest"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "trouble"), BROKEN.values(), ids=BROKEN)
async def test_a_broken_manifest_is_told_in_its_row(answer: bytes, trouble: str) -> None:
    async with browsing({REG: {"/v2/": OK, f"/v2/{REPOSITORY}/manifests/1": answer}}) as (session, _):
        facts = (await described(TagFactsReader(session, place_of(session, HOST), REPOSITORY), "1"))["1"]
        assert trouble in facts.trouble
        assert facts.created is None


async def test_artifacts_have_the_date_of_their_annotation() -> None:
    chart = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"mediaType": "application/vnd.cncf.helm.config.v1+json", "digest": digest_of(b""), "size": 2},
            "layers": [],
            "annotations": {"org.opencontainers.image.created": "2025-09-12T08:11:40.5+02:00"},
        }
    ).encode()
    script: Script = {"/v2/": OK, f"/v2/{REPOSITORY}/manifests/1": reply(200, chart, Content_Type=OCI_MANIFEST)}
    async with browsing({REG: script}) as (session, net):
        facts = (await described(TagFactsReader(session, place_of(session, HOST), REPOSITORY), "1"))["1"]
        assert facts.kind == "Helm chart"
        assert facts.created is not None
        assert facts.created.astimezone(UTC).isoformat() == "2025-09-12T06:11:40.500000+00:00"
        assert len(net.heard) == 2


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "0001-01-01T00:00:00Z", "2025-02-30T00:00:00Z", "9999-99-99T00:00:00Z", "٢٠٢٥-01-01T00:00:00Z"],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_time(text) is None


def test_moments_are_read_to_the_microsecond_with_their_offset() -> None:
    moment = read_time("2025-03-28T09:34:02.123456789-08:00")
    assert moment is not None
    assert moment.astimezone(UTC) == datetime(2025, 3, 28, 17, 34, 2, 123456, tzinfo=UTC)
