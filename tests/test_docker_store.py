"""Docker Engine with the containerd image store: how the host tells it, whom it asks, and what it prints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from regtui.daemon.answers import live_daemon
from regtui.demo.recorded import parse_world
from regtui.demo.world import World
from regtui.engines.base import Platform, Question
from regtui.engines.choice import engine_of
from regtui.host.discover import load
from regtui.host.model import EngineName
from regtui.live import LiveSession, Means
from regtui.registry.tls import Trust
from regtui.report import Resolution, document
from tests.golden import counted
from tests.modern_hosts import IMAGES, LIMITS, write_files
from tests.worlds import certificates_for

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.host.model import HostConfig

UNIT = "usr/lib/systemd/system/docker.service"
DOCKERD = {UNIT: "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n"}
JSON = "etc/docker/daemon.json"
ON = '"features": {"containerd-snapshotter": true}'
HOSTS = "etc/docker/certs.d/docker.io/hosts.toml"
NOWHERE = "quay.io/nosuch:latest"
MIRROR, PLAIN = "mirror.example.com", "okd-lr.zyl.io:5000"


def host(root: Path, files: dict[str, str], **known: Any) -> HostConfig:
    write_files(root, DOCKERD | files)
    return load(root, **known)


@pytest.mark.parametrize(
    ("files", "known", "expected"),
    [
        ({}, {}, ""),
        ({JSON: f"{{{ON}}}"}, {}, "/etc/docker/daemon.json:1 features"),
        ({JSON: f"{{{ON.replace('true', 'false')}}}"}, {"version": (29, 0)}, ""),
        ({JSON: '{"features": {"buildkit": true}}'}, {}, ""),
        ({}, {"version": (28, 5)}, ""),
        ({}, {"version": (29, 1)}, "Docker 29 has it by default"),
        ({"var/lib/docker/image/overlay2/repositories.json": "{}"}, {"version": (29, 1)}, ""),
        ({JSON: f"{{{ON}}}"}, {"containerd_store": False}, ""),
        ({}, {"containerd_store": True}, "the running daemon says so"),
    ],
)
def test_how_the_host_tells_the_store(
    files: dict[str, str], known: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    config = host(tmp_path, files, **known)
    assert config.engine is EngineName.MOBY
    assert (config.containerd is not None) is bool(expected)
    assert expected in config.engine_reason


def test_a_flag_tells_it_too(tmp_path: Path) -> None:
    config = host(tmp_path, {UNIT: "[Service]\nExecStart=/usr/bin/dockerd --feature containerd-snapshotter=true\n"})
    assert config.containerd is not None
    assert f"/{UNIT}:2" in config.engine_reason


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ([["driver-type", "io.containerd.snapshotter.v1"]], True),
        ([["Backing Filesystem", "extfs"], ["Supports d_type", "true"]], False),
        (None, None),
        ("io.containerd.snapshotter.v1", None),
        ([[], ["driver-type"], 5], False),
    ],
)
def test_a_running_daemon_tells_its_store(status: object, expected: bool | None) -> None:
    told = live_daemon("/run/docker.sock", {"Version": "29.0.1"}, {"DriverStatus": status}, [])
    assert told.containerd_store is expected


def endpoints(config: HostConfig, name: str) -> list[str]:
    """Return the plan's URLs, with what is special about them."""
    plan = engine_of(config).plan(Question(config, name))
    return [
        f"{one.url}{one.api_path}{'' if one.verify else ' unverified'}{' fallback' if one.fallback else ''}"
        for one in plan.candidates[0].endpoints
    ]


def test_mirrors_and_the_insecure_list_count_where_no_hosts_toml_does(tmp_path: Path) -> None:
    lists = f'"registry-mirrors": ["https://{MIRROR}"], "insecure-registries": ["{PLAIN}"]'
    config = host(tmp_path, {JSON: f"{{{ON}, {lists}}}"})
    assert endpoints(config, "etcd") == [f"https://{MIRROR}/v2", "https://registry-1.docker.io/v2"]
    assert endpoints(config, f"{PLAIN}/app") == [
        f"https://{PLAIN}/v2 unverified",
        f"http://{PLAIN}/v2 unverified fallback",
    ]
    assert endpoints(config, "quay.io/app") == ["https://quay.io/v2"]


def test_a_hosts_toml_with_a_mirror_puts_the_lists_aside(tmp_path: Path) -> None:
    text = f'server = "https://registry-1.docker.io"\n[host."http://{PLAIN}"]\n  capabilities = ["pull", "resolve"]\n'
    files = {JSON: f'{{{ON}, "registry-mirrors": ["https://{MIRROR}"]}}', HOSTS: text}
    config = host(tmp_path, files)
    assert endpoints(config, "etcd") == [f"http://{PLAIN}/v2", "https://registry-1.docker.io/v2"]
    assert [one.code for one in config.findings if one.code == "hosts-unread"] == []


def test_without_the_store_a_hosts_toml_is_a_finding(tmp_path: Path) -> None:
    config = host(tmp_path, {HOSTS: 'server = "https://registry-1.docker.io"\n'})
    finding = next(one for one in config.findings if one.code == "hosts-unread")
    assert str(finding.source) == f"/{HOSTS}"
    assert finding.fix == ON


@dataclass(frozen=True)
class Pulled:
    """What became of a pull, and who was asked."""

    document: dict[str, Any]
    asked: list[tuple[str, str, str, int]]


async def pull(config: HostConfig, world: dict[str, Any], name: str) -> Pulled:
    spec = parse_world(world, IMAGES)
    certificates = certificates_for(spec)
    async with World(spec, certificates) as running:
        trust = Trust(system=False, authorities=(running.authorities.encode(),))
        means = Means(running.resolver, running.dialer, trust, LIMITS)
        session = LiveSession(config, means, place="test", platform=Platform())
        record = Resolution()
        async for event in session.resolve(name, strict=True):
            record.fold(event)
        await session.aclose()
        await running.settled()
        return Pulled(document(record), counted([entry.as_trace() for entry in running.log.entries]))


async def test_an_insecure_registry_is_asked_by_plain_http_where_that_is_what_it_speaks(tmp_path: Path) -> None:
    config = host(tmp_path, {JSON: json.dumps({"features": {"containerd-snapshotter": True}})[:-1]
                             + f', "insecure-registries": ["{PLAIN}"]}}'})  # fmt: skip
    letter = next(iter(IMAGES))
    world = {PLAIN: {"listen": "http", "repos": {"app": {"latest": letter}}}}
    pulled = await pull(config, world, f"{PLAIN}/app")
    assert pulled.document["found"]["endpoint"] == f"http://{PLAIN}"
    assert [one["outcome"] for one in pulled.document["candidates"][0]["endpoints"]] == ["tls-failed", "found"]
    digest = pulled.document["found"]["digest"]
    assert pulled.document["transcript"] == [
        "Using default tag: latest",
        "latest: Pulling from app",
        f"Digest: {digest}",
        f"Status: Downloaded newer image for {PLAIN}/app:latest",
        f"{PLAIN}/app:latest",
    ]
    assert {request[1] for request in pulled.asked} == {"http"}


async def test_what_nobody_has_is_told_in_dockerds_words(tmp_path: Path) -> None:
    config = host(tmp_path, {JSON: f"{{{ON}}}"})
    pulled = await pull(config, {"quay.io": {"repos": {}}}, "quay.io/nosuch")
    assert pulled.document["exit"] == 1
    assert pulled.document["transcript"] == [
        "Using default tag: latest",
        f"Error response from daemon: failed to resolve reference {NOWHERE!r}: {NOWHERE}: not found".replace("'", '"'),
    ]
