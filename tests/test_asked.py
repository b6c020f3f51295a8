"""What was asked over HTTP: kept for a person, without secrets, and never more than a session's newest."""

from __future__ import annotations

import asyncio
import json
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from regtui.asked import REQUESTS_MOST, URL_LIMIT, RequestLog
from regtui.browse import catalog, place_of
from regtui.live import LiveSession, Means
from regtui.registry.dialers import SystemDialer
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import Trust
from tests.browsing_net import HOST, REG, browsing, drained, repositories
from tests.hostile import PATIENT
from tests.registry_net import bearer, reply, token
from tests.tui_hostile import EVIL

if TYPE_CHECKING:
    from tests.registry_net import Script

SIGNED = "https://store.example.com/blob?X-Amz-Signature=5ecret&X-Amz-Credential=5ecret&token=5ecret"


async def test_every_request_of_a_session_is_kept_with_what_came_of_it() -> None:
    script: Script = {
        "/v2/": bearer(f"{REG}/token"),
        "/token": token("5ecret-token"),
        "/v2/_catalog": repositories("team/app"),
    }
    async with browsing({REG: script}, registries=(HOST, "gone.example.com")) as (session, net):
        _ = [check async for check in session.health()]
        assert (await drained(catalog(session, place_of(session, HOST)))).names == ["team/app"]
        kept = session.requests.kept
        answered = [one for one in kept if one.status is not None]
        assert sorted((one.method, one.url.partition("?")[0]) for one in answered) == sorted(
            (one.method, one.url.partition("?")[0]) for one in net.heard
        )
        listed = next(one for one in answered if "_catalog" in one.url)
        assert (listed.status, listed.size, listed.failure) == (
            200,
            len(json.dumps({"repositories": ["team/app"]})),
            "",
        )
        gone = next(one for one in kept if "gone.example.com" in one.url)
        assert gone.status is None
        assert "no such host" in gone.failure
        assert "5ecret" not in repr(kept)


async def test_a_request_that_nobody_waits_for_any_more_is_kept_as_given_up() -> None:
    asked = asyncio.Event()

    async def never(_heard: object) -> bytes:
        asked.set()
        await asyncio.Event().wait()
        return b""

    async with browsing({REG: {"/v2/": never}}, registries=(HOST,)) as (session, _):
        waiting = asyncio.ensure_future(anext(session.health()))
        await asked.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert [(one.status, one.failure) for one in session.requests.kept] == [(None, "given up")]


async def test_a_redirect_to_a_signed_url_is_kept_without_its_signature() -> None:
    script: Script = {"/v2/": reply(307, Location=SIGNED)}
    scripts: dict[str, Script] = {REG: script, "https://store.example.com": {"/blob": reply(200, "{}")}}
    async with browsing(scripts, registries=(HOST,)) as (session, net):
        _ = [check async for check in session.health()]
        assert [one.url.partition("?")[0] for one in session.requests.kept] == [
            f"{REG}/v2/",
            "https://store.example.com/blob",
        ]
        assert "5ecret" in str(net.log)
        assert "5ecret" not in repr(session.requests.kept)


def test_no_secret_and_no_control_character_is_kept() -> None:
    log = RequestLog()
    log.note("GET", SIGNED, seconds=0.1)
    log.note("GET", "https://user:5ecret@reg.example.com/v2/", seconds=0.1, proxy="http://user:5ecret@proxy:3128")
    log.note("GET", f"https://reg.example.com/{EVIL}", seconds=0.1, failure=f"Authorization: Basic 5ecret {EVIL}")
    log.note("GET", "https://reg.example.com/" + "x" * 100_000, seconds=0.1)
    texts = [text for one in log.kept for text in (one.url, one.failure, one.proxy)]
    assert all(text.isprintable() and len(text) <= URL_LIMIT for text in texts)
    assert "5ecret" not in "".join(texts)
    assert log.kept[0].url.startswith("https://store.example.com/blob?")


def test_only_the_newest_are_kept() -> None:
    log = RequestLog()
    for number in range(REQUESTS_MOST + 5):
        log.note("GET", f"https://reg.example.com/{number}", seconds=0.1, status=200)
    assert (log.total, len(log.kept)) == (REQUESTS_MOST + 5, REQUESTS_MOST)
    assert log.kept[0].url.endswith("/5")
    assert log.kept[-1].url.endswith(f"/{REQUESTS_MOST + 4}")


async def test_who_waits_for_more_is_told() -> None:
    log = RequestLog()
    waiting = asyncio.ensure_future(log.more(0))
    await asyncio.sleep(0)
    assert not waiting.done()
    log.note("GET", "https://reg.example.com/v2/", seconds=0.1, status=200)
    await waiting
    await log.more(0)


@pytest.mark.usefixtures("no_leaked_sockets")
async def test_a_session_that_asked_nobody_has_nothing_to_show() -> None:
    means = Means(StaticResolver({HOST: (IPv4Address("127.0.0.1"),)}), SystemDialer(), Trust(system=False), PATIENT)
    async with browsing({}) as (session, _):
        other = LiveSession(session.config, means, place="test")
        other.plan("debian")
        assert (other.requests.total, other.requests.kept) == (0, ())
