"""What is left behind: regtui browses, walks and is canceled for a long time, and all that could leak is counted."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import threading
import time
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from regtui import browse
from regtui.browse.models import BrowseError, ListingEnded
from regtui.registry.manifests import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from tests.browsing_net import OK, REG, browsing, repositories, tag_page
from tests.images import Picture, answer, image, index_of, served
from tests.registry_net import bearer, reply, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Sequence

    from regtui.browse.models import Place
    from regtui.live import LiveSession
    from regtui.registry.transport import Transport
    from tests.registry_net import Answer, Heard, Net, Script

REPOSITORIES = tuple(f"team/app-{number:02}" for number in range(20))
TAGS = tuple(f"1.{number}" for number in range(30))
SLOW, SILENT = "https://slow.example.com", "https://silent.example.com"
AUTH = "https://auth.example.com"
ALL, ENDING = 8, 5
"""How many kinds of actions there are, and how many of them come to an end by themselves."""
SETTLING = 40
"""Turns of the loop in which what was canceled lets go of its connections."""


@dataclass(frozen=True, slots=True)
class Census:
    """What a process holds. `memory` is KiB of resident memory, `objects` what the garbage collector knows."""

    sockets: int
    threads: int
    tasks: int
    places: int
    connections: int
    objects: int
    memory: int


async def counted(session: LiveSession) -> Census:
    """Count, once all that is on its way out is gone."""
    for _ in range(SETTLING):
        await asyncio.sleep(0)
    gc.collect()
    return _held(session.client()._asker._transport, listed=len(session.requests.kept))


def _held(transport: Transport, listed: int) -> Census:
    """Count; the list of the newest requests, which fills up to its bound, is no growth."""
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.exists()]
    return Census(
        sockets=sum(link.startswith("socket:") for link in links),
        threads=threading.active_count(),
        tasks=len(asyncio.all_tasks()),
        places=transport._busy,
        connections=sum(len(lane._idle) + len(lane._active) for lane in transport._lanes.values()),
        objects=len(gc.get_objects()) - listed,
        memory=int(Path("/proc/self/statm").read_text().split()[1]) * 4,
    )


def world() -> dict[str, Script]:
    """A registry as they are, with a token service; one that never ends an answer; one that is silent."""
    amd64, arm64 = _for_docker(image("amd64")), _for_docker(image("arm64"))
    index = _for_docker(index_of(amd64, arm64))
    good: dict[str, Answer] = {}
    pages = [REPOSITORIES[:10], REPOSITORIES[10:]]
    good["/v2/_catalog?n=100"] = good["/v2/_catalog"] = repositories(*pages[0], link="/v2/_catalog?n=100&last=x")
    good["/v2/_catalog?n=100&last=x"] = repositories(*pages[1])
    for name in REPOSITORIES:
        good |= served(name, index, amd64, arm64)
        good[f"/v2/{name}/tags/list"] = tag_page(*TAGS)
        good |= {f"/v2/{name}/manifests/{tag}": answer(index) for tag in TAGS}

    def asked(heard: Heard) -> bytes:
        found = good.get(heard.target) or good.get(heard.target.partition("?")[0]) or reply(404)
        assert isinstance(found, bytes)
        return found if heard.proof else bearer(f"{AUTH}/token", "reg", scope="repository:team/app-00:pull")

    def silence(heard: Heard) -> bytes:
        return b""

    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"
    return {
        REG: {**dict.fromkeys(good, asked), "/v2/": bearer(f"{AUTH}/token", "reg")},
        AUTH: {"/token": token()},
        SLOW: {"/v2/": OK, "/v2/_catalog": begun, **{f"/v2/{name}/tags/list": begun for name in REPOSITORIES}},
        SILENT: {"/v2/": silence},
    }


def _for_docker(made: Picture) -> Picture:
    """Return an image of the types that the old engine takes, so that a walk ends at it."""
    body = made.body.replace(OCI_MANIFEST.encode(), DOCKER_MANIFEST.encode())
    body = body.replace(OCI_INDEX.encode(), DOCKER_LIST.encode())
    media_type = DOCKER_LIST if made.media_type == OCI_INDEX else DOCKER_MANIFEST
    return Picture(body, media_type, made.blobs, made.platform)


@contextlib.asynccontextmanager
async def soaking() -> AsyncIterator[tuple[LiveSession, Net]]:
    """Yield a session on the world, whose three registries are searched one after another."""
    hosts = [origin.removeprefix("https://") for origin in (REG, SLOW, SILENT)]
    async with browsing(world(), registries=hosts) as (session, net):
        yield session, net


def actions(session: LiveSession, chance: random.Random) -> Sequence[Callable[[], Coroutine[None, None, None]]]:
    """Return one of each that a person does: open a list, a repository, an image, look for names, walk, ask again."""
    good, slow, silent = (browse.place_of(session, origin.removeprefix("https://")) for origin in (REG, SLOW, SILENT))
    name, tag = chance.choice(REPOSITORIES), chance.choice(TAGS)
    return (
        lambda: _list(session, good, ""),
        lambda: _list(session, good, name),
        lambda: _look(session, good, name, tag),
        lambda: _facts(session, good, name),
        lambda: _walk(session, f"{name}:{tag}"),
        lambda: _list(session, slow, ""),
        lambda: _list(session, slow, name),
        lambda: _list(session, silent, name),
    )


async def _list(session: LiveSession, place: Place, repository: str) -> None:
    listing = (
        browse.tags(session, place, repository, fresh=True)
        if repository
        else browse.catalog(session, place, fresh=True)
    )
    async with contextlib.aclosing(listing):
        async for part in listing:
            if isinstance(part, ListingEnded):
                return


async def _look(session: LiveSession, place: Place, repository: str, tag: str) -> None:
    with contextlib.suppress(BrowseError):
        await browse.details(session, place, repository, tag)


async def _facts(session: LiveSession, place: Place, repository: str) -> None:
    async for _ in browse.TagFactsReader(session, place, repository).describe(TAGS[:8]):
        pass


async def _walk(session: LiveSession, name: str) -> None:
    async for _ in session.resolve(name):
        pass


async def use(session: LiveSession, net: Net, count: int, *, seed: int = 1) -> None:
    """Do so many things, as a person does them: one at a time, most to their end; those that hang are left."""
    chance = random.Random(seed)
    for number in range(count):
        chosen = chance.randrange(ALL)
        work = actions(session, chance)[chosen]()
        if chosen < ENDING:
            await work
        else:
            await _left(work, turns=60)
        if number % 20 == 19:
            browse.forget(session, browse.place_of(session, REG.removeprefix("https://")))
        net.heard.clear()


async def cancel(session: LiveSession, net: Net, count: int, *, seed: int = 2) -> None:
    """Begin so many things and leave each after some turns of the loop: at its start, in a handshake, in an answer."""
    chance = random.Random(seed)
    for number in range(count):
        await _left(actions(session, chance)[number % ALL](), turns=number % 50)
        net.heard.clear()


async def _left(work: Coroutine[None, None, None], turns: int) -> None:
    task = asyncio.create_task(work)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@dataclass(frozen=True, slots=True)
class Met:
    """A health check of forty registries: how many answered, how many dead ones were given up meanwhile, seconds."""

    good: int
    dead_before: int
    most_connections: int
    seconds: float
    left: Census


async def forty_good(dead: int) -> Met:
    """Ask forty registries whether they answer, beside some that take the connection and say nothing."""
    good = [f"good{number:02}.example.com" for number in range(40)]
    silent = [f"dead{number}.example.com" for number in range(dead)]
    hosts = [name for pair in zip_longest(silent, good) for name in pair if name]
    scripts: dict[str, Script] = {f"https://{host}": {"/v2/": OK} for host in good}
    scripts |= {f"https://{host}": {"/v2/": lambda heard: b""} for host in silent}
    async with browsing(scripts, registries=hosts) as (session, _):
        transport: Transport = session.client()._asker._transport
        met, gave_up, most = 0, 0, 0
        began = time.perf_counter()
        async for check in session.health():
            most = max(most, transport._busy)
            known = hosts[check.registry] if check.registry < len(hosts) else ""
            met += known in good
            gave_up += known in silent
            if met == len(good):
                break
        seconds = time.perf_counter() - began
        return Met(met, gave_up, most, seconds, await counted(session))
