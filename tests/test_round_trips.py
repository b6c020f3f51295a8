"""What a walk costs on a slow link: the depth of its dependent exchanges, each request once, connections kept."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from regtui.demo.spec import Bearer, Host, Listen, TokenService, WorldSpec
from regtui.demo.story import STORY_FILES, story_world
from regtui.demo.world import World
from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.live import LiveSession, Means
from regtui.outcome import Outcome
from regtui.registry.dialers import SystemDialer
from regtui.registry.limits import Limits
from regtui.registry.tls import Trust
from regtui.report import Resolution
from tests.relay import ROUND_TRIP, Relay
from tests.virtual_time import run_in_virtual_time

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.demo.log import Asked

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

OKD, QUAY, HUB, AUTH = "okd-lr.zyl.io:5000", "quay.io:443", "registry-1.docker.io:443", "auth.docker.io:443"
DEAD = Host("registry.dead.example", Listen.BLACKHOLE)
LOOPBACK = ipaddress.IPv4Address("127.0.0.1")
PINGS = {f"{host} GET /v2/" for host in (OKD, "quay.io", "registry-1.docker.io")}


@dataclass(frozen=True, slots=True)
class Walked:
    """One walk: what was found, its round trips, its virtual seconds, the requests in order."""

    record: Resolution
    depth: int
    seconds: float
    requests: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        assert self.record.ended is not None
        return self.record.ended.outcome


def seed_world() -> WorldSpec:
    """Return the demo's world with a quay.io that wants tokens, as the real one does."""
    story = story_world(lively=False)
    quay = replace(story.host("quay.io"), auth=Bearer("https://quay.io/token", "quay.io"), token=TokenService())
    return WorldSpec(tuple(quay if host.name == quay.name else host for host in story.hosts))


def told(entry: Asked) -> str:
    """Return `HOST METHOD PATH` of a request."""
    return f"{entry.host} {entry.method} {entry.path.partition('?')[0]}"


class Far:
    """A session whose registries are all 50 ms away; `walk` once or more."""

    def __init__(self, root: Path, world: World, limits: Limits) -> None:
        trust = Trust(system=False, authorities=(world.authorities.encode(),))
        self.relay = Relay(world.dialer)
        self._world = world
        means = Means(world.resolver, self.relay, trust, limits)
        self._session = LiveSession(load(root), means, place="test", platform=Platform())

    async def walk(self, name: str, *, strict: bool = False) -> Walked:
        """Resolve a name; depth and seconds are those of this walk until its verdict."""
        loop = asyncio.get_running_loop()
        before, began = self.relay.depth, loop.time()
        self._world.log.clear()
        record = Resolution()
        async for event in self._session.resolve(name, strict=strict):
            record.fold(event)
        requests = tuple(told(entry) for entry in self._world.log.requests if not entry.via)
        return Walked(record, self.relay.depth - before, loop.time() - began, requests)

    async def close(self) -> None:
        """Close everything."""
        await self._session.aclose()
        self.relay.close()


def far_walks(
    root: Path, *names: str, strict: bool = False, limits: Limits | None = None
) -> tuple[Relay, list[Walked]]:
    """Resolve the names one after the other, in one session of the demo's host."""

    async def work() -> tuple[Relay, list[Walked]]:
        async with World(seed_world()) as world:
            far = Far(root, world, limits or Limits())
            try:
                return far.relay, [await far.walk(name, strict=strict) for name in names]
            finally:
                await far.close()

    return run_in_virtual_time(work())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files of the demo's host: three registries, the first on plain HTTP, and a mirror."""
    for name, text in STORY_FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def list_registries(root: Path, *registries: str, insecure: str) -> None:
    """Put other registries into the host's list."""
    added = " ".join(f"--add-registry {registry}" for registry in registries)
    path = root / "etc/sysconfig/docker"
    path.write_text(f"ADD_REGISTRY='{added}'\nINSECURE_REGISTRY='--insecure-registry {insecure}'\n")


class Answering(asyncio.Protocol):
    """Answers whatever comes with a few bytes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(b"answer to " + data)


def test_the_relay_counts_what_depends_on_what() -> None:
    async def exchange(relay: Relay, port: int, times: int) -> None:
        reader, writer = await relay.dial(LOOPBACK, port, f"host{port}")
        for number in range(times):
            writer.write(b"%d" % number)
            assert await reader.readexactly(11) == b"answer to %d" % number
        writer.close()

    async def work() -> tuple[int, float, list[str]]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Answering, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        relay = Relay(SystemDialer())
        async with server:
            await asyncio.gather(exchange(relay, port, 3), exchange(relay, port, 2))  # at once: the deeper one counts
            await exchange(relay, port, 1)  # after them: its connection and its answer are two more
            relay.close()
        return relay.depth, loop.time(), relay.opened_at(5)

    depth, seconds, late = run_in_virtual_time(work())
    assert (depth, len(late)) == (6, 1)
    assert seconds == pytest.approx(6 * ROUND_TRIP)


@pytest.mark.parametrize(
    ("name", "outcome", "most"),
    [
        ("team/app", Outcome.FOUND, 4),
        ("coreos/etcd", Outcome.FOUND, 6),
        ("debian", Outcome.FOUND, 7),
        ("redis", Outcome.FOUND, 9),
        ("nosuch", Outcome.NOT_FOUND, 9),
        ("docker.io/redis", Outcome.FOUND, 8),
    ],
    ids=["the first has it", "the second has it", "the mirror has it", "an index on docker.io", "nobody", "full name"],
)
def test_a_walk_takes_few_round_trips(root: Path, name: str, outcome: Outcome, most: int) -> None:
    relay, (walked,) = far_walks(root, name)
    assert walked.outcome is outcome
    assert walked.depth <= most
    assert walked.seconds == pytest.approx(walked.depth * ROUND_TRIP)  # nothing but the way costs time
    assert max(Counter(walked.requests).values()) == 1
    assert max(Counter(entry.place for entry in relay.opened if entry.place != OKD).values()) == 1
    assert len([entry for entry in relay.opened if entry.place == OKD]) <= 2  # https, which it does not speak, and http


def test_the_engine_needs_three_times_as_many(root: Path) -> None:
    """Its requests in its order, each on a new connection (distribution/registry.go: DisableKeepAlives)."""
    _, (alike,) = far_walks(root, "redis", strict=True, limits=Limits(kept=0.0))
    _, (ours,) = far_walks(root, "redis")
    assert alike.depth >= 3 * ours.depth
    assert set(alike.requests) == set(ours.requests)


def test_all_candidates_are_reached_at_once(root: Path) -> None:
    relay, (walked,) = far_walks(root, "nosuch")
    assert relay.opened_at(1) == sorted([OKD, OKD, QUAY, HUB])
    assert relay.opened_at(4) == [AUTH]  # after TCP, TLS and the ping that names it
    assert set(walked.requests[:3]) == PINGS


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("team/app", [f"{OKD} GET /v2/team/app/manifests/latest"]),
        (
            "coreos/etcd",
            [
                f"{OKD} GET /v2/coreos/etcd/manifests/latest",
                "quay.io GET /token",
                "quay.io GET /v2/coreos/etcd/manifests/latest",
            ],
        ),
    ],
)
def test_nobody_is_told_a_name_ahead(root: Path, name: str, asked: list[str]) -> None:
    _, (walked,) = far_walks(root, name)
    naming = [request for request in walked.requests if not request.endswith("/v2/") and "@sha256:" not in request]
    assert [request for request in naming if "/manifests/sha256:" not in request] == asked
    assert set(walked.requests) - set(naming) == PINGS


def test_a_second_walk_keeps_connections_and_tokens(root: Path) -> None:
    relay, (first, second) = far_walks(root, "docker.io/redis", "docker.io/redis")
    assert first.outcome is second.outcome is Outcome.FOUND
    assert len({entry.place for entry in relay.opened}) == len(relay.opened)
    manifests = "registry-1.docker.io {} /v2/library/redis/manifests/"
    assert len([request for request in first.requests if request.startswith(manifests.format("GET"))]) == 2
    assert "auth.docker.io GET /token" in first.requests
    # The token is good for both, and what Docker Hub counts as a pull is not asked for again.
    assert [request for request in second.requests if not request.startswith(OKD) and not request.endswith("/v2/")] == [
        manifests.format("HEAD") + "latest"
    ]


def test_strict_asks_again_all_the_same(root: Path) -> None:
    _, (first, second) = far_walks(root, "docker.io/redis", "docker.io/redis", strict=True)
    assert second.requests == first.requests


@pytest.mark.parametrize("insecure", [DEAD.name, "elsewhere.example"], ids=["https and http", "https"])
def test_a_dead_first_registry_costs_our_own_time_limit(root: Path, insecure: str) -> None:
    list_registries(root, DEAD.name, "quay.io", insecure=insecure)
    _, (walked,) = far_walks(root, "coreos/etcd")
    assert walked.outcome is Outcome.FOUND
    ended = walked.record.ended
    assert ended is not None
    assert ended.engine_seconds >= (45 if insecure == DEAD.name else 30)
    limits = Limits()
    assert limits.tcp <= walked.seconds <= limits.tcp + 6 * ROUND_TRIP


def test_a_dead_token_service_costs_our_own_time_limit_once(root: Path) -> None:
    async def work() -> Walked:
        hosts = tuple(
            replace(host, listen=Listen.BLACKHOLE) if host.name == "auth.docker.io" else host
            for host in seed_world().hosts
        )
        async with World(WorldSpec(hosts)) as world:
            far = Far(root, world, Limits())
            try:
                return await far.walk("docker.io/redis")
            finally:
                await far.close()

    walked = run_in_virtual_time(work())
    assert walked.outcome is not Outcome.FOUND
    assert walked.seconds <= Limits().tcp + 6 * ROUND_TRIP


def test_a_long_list_takes_no_longer_than_a_short_one_to_reach(root: Path) -> None:
    others = [f"mirror{number}.example.com" for number in range(2, 12)]
    list_registries(root, *others, "quay.io", insecure="10.0.0.0/8")
    relay, (walked,) = far_walks(root, "coreos/etcd")  # the others are no names that DNS knows
    assert walked.outcome is Outcome.FOUND
    assert relay.opened_at(1) == [QUAY, HUB]
    assert walked.depth <= 6
