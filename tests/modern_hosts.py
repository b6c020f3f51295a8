"""Hosts of recorded podman and containerd pulls as files, and a walk of regtui in their worlds."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from regtui.demo.recorded import parse_images, parse_world
from regtui.demo.world import World
from regtui.engines.base import Platform
from regtui.host.containerd.load import load_containerd
from regtui.host.engines_here import CERTS
from regtui.host.files import HostFiles
from regtui.host.podman.load import load_podman
from regtui.live import LiveSession, Means
from regtui.registry.limits import Limits
from regtui.registry.tls import Trust
from regtui.report import Resolution, document
from tests.golden import DATA, Request, Row, counted
from tests.worlds import certificates_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from regtui.demo.spec import WorldSpec
    from regtui.host.model import HostConfig

IMAGES = parse_images(json.loads((DATA / "images.json").read_text()))

# A black hole is silent for ever: what is waited for it is a fraction of a second here.
LIMITS = Limits(dns=0.3, tcp=0.3, tls=1.0)

POLICY = '{"default": [{"type": "insecureAcceptAnything"}]}'
"""What every distribution ships; without a policy podman pulls nothing."""


@dataclass(frozen=True)
class Walked:
    """What regtui said of a row, and what the servers were asked."""

    config: HostConfig
    document: dict[str, Any]
    asked: list[Request]


def write_files(root: Path, files: dict[str, str]) -> None:
    """Write files below a root."""
    for path, text in files.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def auths_of(row: Row) -> str:
    """Return the logins of a row as `docker login` writes them."""
    auths = {host: {"auth": base64.b64encode(login.encode()).decode()} for host, login in row["auths"].items()}
    return json.dumps({"auths": auths})


def load_row_podman(row: Row, root: Path, certificate: Callable[[str], str]) -> HostConfig:
    """Write the host of a podman row, whose files lay in RUN and below /etc, and read it."""
    policy = row.get("policy", POLICY)
    files = {} if policy is None else {"etc/containers/policy.json": policy}
    if row.get("registries_conf") is not None:
        files["etc/containers/registries.conf"] = row["registries_conf"]
    for name, text in (row.get("dropins") or {}).items():
        files[f"etc/containers/registries.conf.d/{name}"] = text
    for host, entries in (row.get("certsd") or {}).items():
        for name, content in entries.items():
            files[f"etc/containers/certs.d/{host}/{name}"] = certificate(content)
    if row.get("auths"):
        files["root/.docker/config.json"] = auths_of(row)
    if row.get("auth_json") is not None:
        files["root/.config/containers/auth.json"] = row["auth_json"]
    write_files(root, files)
    return replace(load_podman(HostFiles(root)), root=str(root))


def load_row_containerd(row: Row, root: Path, certificate: Callable[[str], str]) -> HostConfig:
    """Write the host of a containerd row, whose files lay in the folder of ctr's --hosts-dir, and read it."""
    files = {f"{CERTS}/{name}/hosts.toml": text for name, text in (row.get("hosts_toml") or {}).items()}
    for host, entries in (row.get("certsd") or {}).items():
        for name, content in entries.items():
            files[f"{CERTS}/{host}/{name}"] = certificate(content)
    write_files(root, files)
    return replace(load_containerd(HostFiles(root)), root=str(root))


async def walk(
    row: Row, root: Path, load_row: Callable[[Row, Path, Callable[[str], str]], HostConfig], *, strict: bool
) -> Walked:
    """Serve the row's world and resolve its name as the row's host would."""
    spec = parse_world(row["world"], IMAGES)
    certificates = certificates_for(spec)
    config = load_row(row, root, certificates.file)
    async with World(spec, certificates) as world:
        trust = Trust(system=False, authorities=(world.authorities.encode(),))
        session = LiveSession(
            config, Means(world.resolver, world.dialer, trust, LIMITS), place="test", platform=Platform()
        )
        record = Resolution()
        async for event in session.resolve(row["pull"], strict=strict):
            record.fold(event)
        await session.aclose()
        await world.settled()
        asked = counted([entry.as_trace() for entry in world.log.entries])
    return Walked(config, document(record), asked)


def served(row: Row) -> tuple[str, str] | None:
    """Return the URL of who served the manifest of a row, and the manifest's digest; None where nobody did."""
    if row["exit"]:
        return None
    answers = [entry for entry in row["trace"] if "/manifests/" in entry.get("path", "") and entry["status"] == 200]
    last = answers[-1]
    repository, _, wanted = last["path"].partition("?")[0].removeprefix("/v2/").partition("/manifests/")
    digest = wanted if ":" in wanted else _digest(parse_world(row["world"], IMAGES), last["host"], repository, wanted)
    return f"{last['scheme']}://{last['host']}", digest


def _digest(spec: WorldSpec, host: str, repository: str, tag: str) -> str:
    tags = next(dict(each.tags) for each in spec.host(host).repositories if each.name == repository)
    return tags[tag].digest


def without_retries(requests: list[Request]) -> list[Request]:
    """Return the requests without those that an engine repeats after a 429; regtui asks once."""
    return list(dict.fromkeys(requests))
