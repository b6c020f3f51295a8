"""What a daemon of docker says of itself, as data: read from `/version`, `/info` and `/images/json`, cleaned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.model import EngineName
from regtui.redaction import redact
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES_LIMIT = 1000
"""Entries of one list that are kept; of images ten times as many."""


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image that the daemon has: `tags` as `NAME:TAG`, `digests` as `NAME@sha256:...`, `created` in seconds."""

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    created: int = 0


@dataclass(frozen=True, slots=True)
class LiveRegistry:
    """One registry of the daemon's search list, judged when the daemon started (daemon/info.go:81-84)."""

    name: str
    secure: bool


@dataclass(frozen=True, slots=True)
class LiveDaemon:
    """A daemon that runs, as it tells of itself; texts are printable and without passwords.

    `number` is the version as far as rules differ by it, None where it cannot be read. `registries` is the search list
    in order, for engines other than RHEL's Docker docker.io alone; `insecure` the names that are, `networks` the
    insecure networks, `mirrors` docker.io's. `containerd_store` says whether moby's images lie in the containerd image
    store. `images` is empty with `images_trouble` saying why where it is not known.
    """

    socket: str
    engine: EngineName
    version: str
    number: tuple[int, int] | None = None
    registries: tuple[LiveRegistry, ...] = ()
    insecure: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    mirrors: tuple[str, ...] = ()
    containerd_store: bool | None = None
    http_proxy: str = ""
    https_proxy: str = ""
    no_proxy: str = ""
    images: tuple[LocalImage, ...] = ()
    images_trouble: str = ""


def live_daemon(socket: str, version: object, info: object, images: object, images_trouble: str = "") -> LiveDaemon:
    """Return what three answers say; whatever a field should not be counts as absent.

    RHEL's Docker is told by the search list in its `/info` (daemon/info.go of the fork) and by the package in its
    `/version`; podman by the component that its own `/version` names first.
    """
    told, about = _object(info), _object(version)
    engine = _engine(about, told)
    text = _word(about.get("Version")) or _word(told.get("ServerVersion"))
    number = re.match(r"([0-9]{1,4})\.([0-9]{1,4})", text)
    service = _object(told.get("RegistryConfig"))
    indexes = [(printable(name, 300), _object(index)) for name, index in _first(_object(service.get("IndexConfigs")))]
    listed = tuple(
        LiveRegistry(_word(entry.get("Name")), entry.get("Secure") is True)
        for entry in map(_object, _list(told.get("Registries")))
    )
    hub = next((index.get("Secure") is True for name, index in indexes if name == "docker.io"), True)
    return LiveDaemon(
        socket=printable(socket, 300),
        engine=engine,
        version=text,
        number=(int(number[1]), int(number[2])) if number else None,
        registries=listed if engine is EngineName.RHEL_DOCKER else (LiveRegistry("docker.io", hub),),
        insecure=tuple(sorted(name for name, index in indexes if index.get("Secure") is False)),
        networks=tuple(_words(service.get("InsecureRegistryCIDRs"))),
        mirrors=tuple(_words(service.get("Mirrors"))),
        containerd_store=_in_containerd(told) if engine is EngineName.MOBY else None,
        http_proxy=_word(told.get("HttpProxy")),
        https_proxy=_word(told.get("HttpsProxy")),
        no_proxy=_word(told.get("NoProxy")),
        images=tuple(_images(images)),
        images_trouble=images_trouble,
    )


def _in_containerd(info: dict[str, object]) -> bool | None:
    """Return whether the images lie in the containerd image store, by the storage driver's own words."""
    pairs = info.get("DriverStatus")
    if not isinstance(pairs, list):
        return None
    two = (pair for pair in pairs[:NAMES_LIMIT] if isinstance(pair, list) and len(pair) == 2)
    types = [kind for name, kind in two if name == "driver-type"]
    return any(isinstance(kind, str) and kind.startswith("io.containerd.snapshotter") for kind in types)


def _engine(version: dict[str, object], info: dict[str, object]) -> EngineName:
    components = (_word(_object(one).get("Name")) for one in _list(version.get("Components")))
    if next(components, "").lower().startswith("podman"):
        return EngineName.PODMAN
    if isinstance(info.get("Registries"), list) or "PkgVersion" in version:
        return EngineName.RHEL_DOCKER
    return EngineName.MOBY


def _images(value: object) -> Iterator[LocalImage]:
    for entry in map(_object, _list(value, 10 * NAMES_LIMIT)):
        created = entry.get("Created")
        yield LocalImage(
            _word(entry.get("Id")),
            tuple(tag for tag in _words(entry.get("RepoTags")) if tag != "<none>:<none>"),
            tuple(digest for digest in _words(entry.get("RepoDigests")) if not digest.startswith("<none>@")),
            created if isinstance(created, int) and not isinstance(created, bool) else 0,
        )


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _first(value: dict[str, object]) -> list[tuple[str, object]]:
    return list(value.items())[:NAMES_LIMIT]


def _list(value: object, limit: int = NAMES_LIMIT) -> list[object]:
    return value[:limit] if isinstance(value, list) else []


def _words(value: object) -> Iterator[str]:
    return (_word(item) for item in _list(value) if isinstance(item, str))


def _word(value: object) -> str:
    return printable(redact(value), 300) if isinstance(value, str) else ""
