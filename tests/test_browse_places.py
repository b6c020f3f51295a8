"""Where to browse: the host's registries and mirrors as a pull would ask them, and any registry that is typed."""

from __future__ import annotations

import json
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import pytest

from regtui.browse import BrowseError, catalog, place_of, places, repository_at, standing, tags
from regtui.browse.where import candidate_places, endpoints_of, is_hub
from regtui.demo.spec import Host, Listen, WorldSpec
from regtui.demo.story import story_world, write_story_files
from regtui.demo.world import World
from regtui.host.discover import load
from regtui.host.model import BUILT_IN, EngineName, HostConfig, InsecureEntry, Setting
from regtui.live import LiveSession, Means
from regtui.outcome import Outcome
from regtui.registry.dialers import SystemDialer
from regtui.registry.limits import Limits
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import Trust
from tests.browsing_net import HOST, REG, browsing, drained, repositories, settings
from tests.registry_net import bearer, refusal, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.registry_net import Script

PRIVATE = "okd-lr.zyl.io:5000"


def session_of(config: HostConfig, addresses: dict[str, str] | None = None) -> LiveSession:
    """Return a session that no packet leaves."""
    names = {host: (ip_address(text),) for host, text in (addresses or {}).items()}
    means = Means(StaticResolver(names, server="198.51.100.253:53"), SystemDialer(), Trust(system=False))
    return LiveSession(config, means, place="test")


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[tuple[LiveSession, World]]:
    """The demo's host and its world, without the time that real registries take."""
    write_story_files(tmp_path)
    config = load(str(tmp_path), (), EngineName.RHEL_DOCKER)
    async with World(story_world(lively=False)) as world:
        trust = Trust(system=False, authorities=(world.authorities.encode(),))
        session = LiveSession(config, Means(world.resolver, world.dialer, trust), place="test")
        session.pause = _no_pause
        yield session, world
        await session.aclose()


def asked(world: World) -> list[str]:
    """Return the requests that a world's servers got."""
    return [f"{entry.host} {entry.path}" for entry in world.log.entries if hasattr(entry, "path")]


async def test_the_places_of_a_host_are_its_registries_each_with_its_mirrors(
    story: tuple[LiveSession, World],
) -> None:
    session, world = story
    found = places(session)
    assert [place.title for place in found] == [
        PRIVATE,
        "quay.io",
        "docker.io",
        f"mirror http://{PRIVATE} of docker.io",
    ]
    private, quay, hub, mirror = found
    assert [endpoint.url for endpoint in (private.endpoint, *private.others)] == [
        f"https://{PRIVATE}",
        f"http://{PRIVATE}",
    ]
    assert (quay.others, hub.endpoint.url, is_hub(hub), is_hub(mirror)) == (
        (),
        "https://registry-1.docker.io",
        True,
        False,
    )
    assert mirror.note == "cached names only"
    assert private.note == "also a mirror of docker.io: cached names only"
    assert asked(world) == []


async def test_an_insecure_registry_is_asked_over_http_once_https_has_failed(story: tuple[LiveSession, World]) -> None:
    session, world = story
    place = places(session)[0]
    for _ in range(2):
        done = await drained(catalog(session, place))
        assert "team/app" in done.names
    known = standing(session, place)
    assert known is not None
    assert (known.url, known.login) == (f"http://{PRIVATE}", "asked without a login: the registry wants none")
    assert asked(world) == [f"{PRIVATE} /v2/", *[f"{PRIVATE} /v2/_catalog?n=100"] * 2]


async def test_a_secure_registry_is_not_asked_over_http(story: tuple[LiveSession, World]) -> None:
    session, world = story
    done = await drained(catalog(session, place_of(session, "registry.plain.example:5000")))
    assert done.ended.outcome is Outcome.TLS_FAILED
    assert "speaks plain HTTP" in done.ended.reason
    assert "only where the host's configuration has the registry as insecure" in done.ended.reason
    assert asked(world) == []


DEAD = [
    ("registry.gone.example", Outcome.UNREACHABLE, "no such host"),
    ("registry.down.example:5000", Outcome.UNREACHABLE, "connection refused"),
    ("registry.reset.example", Outcome.UNREACHABLE, "reset"),
    ("registry.selfsigned.example", Outcome.TLS_FAILED, "signed by itself"),
    ("registry.expired.example", Outcome.TLS_FAILED, "expired"),
    ("registry.wronghost.example", Outcome.TLS_FAILED, "registry.wronghost.example"),
    ("registry.portal.example", Outcome.INVALID, "text/html"),
    ("registry.basic.example", Outcome.UNAUTHORIZED, "docker login registry.basic.example"),
]


@pytest.mark.parametrize(("host", "outcome", "words"), DEAD)
async def test_a_registry_that_does_not_answer_is_one_sentence_with_its_name(
    story: tuple[LiveSession, World], host: str, outcome: Outcome, words: str
) -> None:
    session, _ = story
    for listing in (catalog(session, place_of(session, host)), tags(session, place_of(session, host), "app")):
        done = await drained(listing)
        assert (done.names, done.ended.complete, done.ended.outcome) == ([], False, outcome)
        assert words in done.ended.reason
        assert host.partition(":")[0] in done.ended.reason


async def test_a_black_hole_is_told_with_its_stage_and_holds_up_nobody_else(tmp_path: Path) -> None:
    spec = WorldSpec((Host("dead.example", Listen.BLACKHOLE), *story_world(lively=False).hosts))
    write_story_files(tmp_path)
    config = load(str(tmp_path), (), EngineName.RHEL_DOCKER)
    async with World(spec) as world:
        trust = Trust(system=False, authorities=(world.authorities.encode(),))
        means = Means(world.resolver, world.dialer, trust, Limits(tcp=0.1))
        session = LiveSession(config, means, place="test")
        session.pause = _no_pause
        done = await drained(catalog(session, place_of(session, "dead.example")))
        assert done.ended.outcome is Outcome.UNDECIDED
        assert "no answer from" in done.ended.reason
        assert (await drained(catalog(session, place_of(session, "quay.io")))).ended.complete
        await session.aclose()


async def _no_pause(_: float) -> None:
    pass


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("myreg", "without a dot or a port"),
        ("https://quay.io", "no mirror of this host; a registry is named without its scheme"),
        ("https://user:secret@quay.io", "quay.io is no mirror"),
        ("quay.io/coreos", "is no registry: it is HOST or HOST:PORT"),
        ("a b", "is no registry"),
        ("x\x1b[31m.io", r"x\x1b[31m.io is no registry"),
        ("", "is no registry"),
    ],
)
async def test_what_is_no_registry_is_refused_with_the_reason(
    story: tuple[LiveSession, World], typed: str, words: str
) -> None:
    with pytest.raises(BrowseError, match="registry") as caught:
        place_of(story[0], typed)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_any_registry_and_any_mirror_of_the_host_can_be_typed(story: tuple[LiveSession, World]) -> None:
    session, _ = story
    assert place_of(session, "ghcr.io").endpoint.url == "https://ghcr.io"
    assert place_of(session, "quay.io/").endpoint.url == "https://quay.io"
    assert place_of(session, "docker.io") == places(session)[2]
    assert place_of(session, f"http://{PRIVATE}") == places(session)[3]


def test_a_blocked_registry_is_not_asked() -> None:
    config = HostConfig(EngineName.RHEL_DOCKER, "", settings("r", "quay.io"), blocked=settings("b", "evil.example"))
    with pytest.raises(BrowseError, match="blocked") as caught:
        place_of(session_of(config), "evil.example")
    assert caught.value.outcome is Outcome.BLOCKED


async def test_dns_decides_whether_a_registry_is_in_an_insecure_network() -> None:
    network = InsecureEntry("10.0.0.0/8", BUILT_IN, ip_network("10.0.0.0/8"))
    config = HostConfig(EngineName.RHEL_DOCKER, "", settings("r", "in.example:5000", "out.example"), (network,))
    session = session_of(config, {"in.example": "10.1.2.3", "out.example": "192.0.2.1"})
    inside, outside = places(session)
    assert [endpoint.url for endpoint in (inside.endpoint, *inside.others)] == ["https://in.example:5000"]
    assert [endpoint.url for endpoint in await endpoints_of(session, inside)] == [
        "https://in.example:5000",
        "http://in.example:5000",
    ]
    assert [endpoint.url for endpoint in await endpoints_of(session, outside)] == ["https://out.example"]
    await session.aclose()


@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
def test_a_candidates_registry_is_looked_at_before_its_mirrors(engine: EngineName) -> None:
    mirrors = (Setting("registry-mirrors", "https://cache.example.com/", BUILT_IN),)
    session = session_of(HostConfig(engine, "", settings("r", "docker.io"), mirrors=mirrors))
    candidate = session.plan("debian").candidates[0]
    assert [place.title for place in candidate_places(session, candidate)] == [
        "docker.io",
        "mirror https://cache.example.com of docker.io",
    ]


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("registry-mirrors", "also a mirror of docker.io: cached names only"),
        ("quay.io", "also a mirror of quay.io: cached names only"),
        ("_default", "also a mirror of every registry: cached names only"),
        ("reg.example.com:5000", ""),
    ],
)
def test_a_listed_registry_is_a_mirror_of_what_its_line_is_for(option: str, told: str) -> None:
    mirrors = (Setting(option, "http://reg.example.com:5000/path", BUILT_IN),)
    session = session_of(HostConfig(EngineName.MOBY, "", settings("r", "docker.io"), mirrors=mirrors))
    assert place_of(session, "reg.example.com:5000").note == told


def test_docker_hubs_own_images_are_below_library() -> None:
    hub, quay = (
        place_of(session_of(HostConfig(EngineName.MOBY, "")), "docker.io"),
        place_of(session_of(HostConfig(EngineName.MOBY, "")), "quay.io"),
    )
    assert [repository_at(hub, name) for name in ("debian", "team/app", "")] == ["library/debian", "team/app", ""]
    assert repository_at(quay, "debian") == "debian"


def test_a_broken_certs_directory_is_told_and_nothing_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "etc/docker/certs.d/quay.io"
    folder.mkdir(parents=True)
    (folder / "client.key").write_text("x")
    config = HostConfig(EngineName.RHEL_DOCKER, "", settings("r", "quay.io"), root=str(tmp_path))
    session = session_of(config)
    with pytest.raises(BrowseError, match="Missing client certificate") as caught:
        place_of(session, "quay.io")
    assert caught.value.outcome is Outcome.TLS_FAILED


async def test_a_helper_that_is_missing_is_told_and_the_listing_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credHelpers": {HOST: "nosuch"}}))
    script: Script = {
        "/v2/": bearer(f"{REG}/token"),
        "/token": token(),
        "/v2/_catalog": repositories("app"),
    }
    async with browsing({REG: script}) as (session, _):
        place = place_of(session, HOST)
        assert (await drained(catalog(session, place))).names == ["app"]
        known = standing(session, place)
        assert known is not None
        assert known.login.startswith("asked without a login: ")
        assert "docker-credential-nosuch" in known.login


@pytest.mark.fault(57)
async def test_a_wrong_password_is_sent_once_however_much_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    auths = {HOST: {"username": "alice", "password": "pass-word-of-alice"}}
    (tmp_path / ".docker/config.json").write_text(json.dumps({"auths": auths}))
    script: Script = {"/v2/": refusal('Basic realm="x"'), "/v2/_catalog": refusal('Basic realm="x"')}
    async with browsing({REG: script}, trusted=(REG,)) as (session, net):
        place = place_of(session, HOST)
        for _ in range(3):
            done = await drained(catalog(session, place))
            assert "does not accept the password of alice" in done.ended.reason
            assert done.ended.outcome is Outcome.UNAUTHORIZED
        assert [one.proof for one in net.heard].count("Basic") == 1
