"""The same image in every registry: one question to each, a row to each, mirrors on a person's word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from regtui.browse import everywhere
from regtui.outcome import Outcome
from tests.browsing_net import HOST, HUB, OK, REG, browsing
from tests.images import image, layer, served
from tests.registry_net import Heard, reply

if TYPE_CHECKING:
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

AMD64 = image("amd64", "2025-03-28T09:34:02Z", layer(1), layer(2))
ARM64 = image("arm64", "2025-03-28T09:40:00Z", layer(1), layer(3))


async def test_an_image_is_looked_for_in_every_registry_with_one_request_each() -> None:
    other = "https://other.example.com"
    scripts: dict[str, Script] = {
        REG: {"/v2/": OK, **served("debian", AMD64, tag="12")},
        other: {"/v2/": OK, **served("debian", ARM64, tag="12")},
        HUB: {"/v2/": OK, **served("library/debian", AMD64, tag="12")},
    }
    async with browsing(scripts, registries=[HOST, "other.example.com", "docker.io", "gone.example.com"]) as (
        session,
        net,
    ):
        rows = {row.registry: row async for row in everywhere(session, "debian", "12", digest=AMD64.digest)}
        assert [(name, rows[name].digest, rows[name].same) for name in (HOST, "other.example.com", "docker.io")] == [
            (HOST, AMD64.digest, True),
            ("other.example.com", ARM64.digest, False),
            ("docker.io", AMD64.digest, True),
        ]
        assert rows["gone.example.com"].outcome is Outcome.UNREACHABLE
        assert "no such host" in rows["gone.example.com"].text
        assert sorted(one.method for one in net.heard) == ["GET"] * 3 + ["HEAD"] * 3


async def test_rows_are_numbered_in_the_engines_order_whoever_answers_first() -> None:
    other, last = "https://other.example.com", asyncio.Event()

    async def late(heard: Heard) -> bytes:
        await last.wait()
        return reply(404, "{}")

    scripts: dict[str, Script] = {
        REG: {"/v2/": OK, "/v2/debian/manifests/12": late},
        other: {"/v2/": OK, **served("debian", ARM64, tag="12")},
    }
    async with browsing(scripts, registries=[HOST, "other.example.com"]) as (session, _):
        rows = []
        async for row in everywhere(session, "debian", "12"):
            rows.append((row.registry, row.order))
            last.set()
        assert rows == [("other.example.com", 1), (HOST, 0)]


async def test_a_mirror_is_asked_beside_its_upstream_where_a_person_wants_it() -> None:
    mirror = "https://cache.example.com"
    scripts: dict[str, Script] = {
        HUB: {"/v2/": OK, **served("library/debian", AMD64, tag="12")},
        mirror: {"/v2/": OK, **served("library/debian", ARM64, tag="12")},
    }
    async with browsing(scripts, registries=["docker.io"], mirrors=[mirror]) as (session, net):
        rows = {row.mirror: row async for row in everywhere(session, "debian", "12", digest=AMD64.digest, mirrors=True)}
        assert {url: (row.registry, row.digest, row.same) for url, row in rows.items()} == {
            "": ("docker.io", AMD64.digest, True),
            mirror: ("docker.io", ARM64.digest, False),
        }
        assert sorted(one.method for one in net.heard) == ["GET"] * 2 + ["HEAD"] * 2
        heard = len(net.heard)
        assert [row.mirror async for row in everywhere(session, "debian", "12")] == [""]
        assert {one.origin for one in net.heard[heard:]} == {HUB}
