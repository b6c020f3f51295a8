"""Turns a line of a table (a product, its versions, its size) into a repository full of tags."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from regtui.demo.artifacts import cosign_tags
from regtui.demo.images import AMD64, ARM64, Recipe, Step, build
from regtui.demo.spec import Repository

if TYPE_CHECKING:
    from regtui.demo.content import Manifest

_MIB = 1024 * 1024
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_BASES = {
    "scratch": (),
    "debian": (
        Step("# debian.sh --arch 'amd64' out/ 'bookworm' '@1745798400'", 28 * _MIB, "debian bookworm"),
        Step("RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates # buildkit", 9 * _MIB, "debian ca"),
    ),
    "alpine": (
        Step("ADD alpine-minirootfs-3.21.3-x86_64.tar.gz / # buildkit", 3_640_000, "alpine 3.21"),
        Step('CMD ["/bin/sh"]'),
    ),
    "distroless": (
        Step("bazel build //base:static", 104_000, "distroless static"),
        Step("bazel build //base:tzdata", 806_000, "distroless tzdata"),
    ),
    "ubi": (
        Step("ADD file:1f6bd0a2b7c3 in / ", 76 * _MIB, "ubi 9.5"),
        Step('CMD ["/bin/bash"]'),
        Step("RUN /bin/sh -c microdnf -y update && microdnf clean all # buildkit", 7 * _MIB, "ubi 9.5 update"),
    ),
    "rhel7": (
        Step("ADD file:c61a2f8e15d4 in / ", 73 * _MIB, "rhel 7.9"),
        Step('CMD ["/bin/bash"]'),
    ),
}


@dataclass(frozen=True, slots=True)
class Releases:
    """A product in a registry: its versions from new to old, apart by so many days, and the MiB of its own layers.

    The version `latest` is the newest under one more name. `aliases` adds what publishers add for people: `latest`,
    and for `1.4.2` the moving tags `1.4` and `1`.
    """

    repository: str
    versions: str
    newest: str
    days: int
    size: float
    base: str = "debian"
    program: str = ""
    port: int = 0
    aliases: bool = False
    platforms: tuple[str, ...] = (AMD64, ARM64)
    docker_types: bool = False
    attested: bool = True
    signatures: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the product's name: the program, or the last part of the repository."""
        return self.program or self.repository.rpartition("/")[2]


def repository_of(releases: Releases, registry: str) -> Repository:
    """Build every version of a product and give it its tags; the newest of them are signed where it has signatures."""
    tags: dict[str, Manifest] = {}
    versions = releases.versions.split()
    for number, version in enumerate(versions):
        if version == "latest":
            tags[version] = tags[versions[0]]
            continue
        image = build(_recipe(releases, version, number))
        tags[version] = image
        if releases.aliases:
            for alias in _aliases(version):
                tags.setdefault(alias, image)
        if number < 3:
            tags.update(cosign_tags(image, f"{registry}/{releases.repository}", releases.signatures))
    return Repository(releases.repository, tuple(tags.items()))


def _aliases(version: str) -> tuple[str, ...]:
    number, dash, flavor = version.partition("-")
    parts = number.split(".")
    shorter = [".".join(parts[:length]) + dash + flavor for length in range(len(parts) - 1, 0, -1)]
    return (flavor or "latest", *shorter)


def _recipe(releases: Releases, version: str, number: int) -> Recipe:
    seconds = int.from_bytes(hashlib.sha256(f"{releases.repository} {version}".encode()).digest()[:3], "big") % 86400
    day = datetime.fromisoformat(releases.newest).replace(tzinfo=UTC) - timedelta(days=releases.days * number)
    return Recipe(
        releases.repository,
        version,
        day + timedelta(seconds=seconds),
        (*_BASES[releases.base], *_own_steps(releases, version)),
        _runtime(releases, version),
        releases.platforms,
        releases.docker_types,
        releases.attested and not releases.docker_types,  # BuildKit attests OCI images alone
    )


def _own_steps(releases: Releases, version: str) -> tuple[Step, ...]:
    name, size = releases.name, int(releases.size * _MIB)
    steps = [
        Step(f"ENV {name.upper().replace('-', '_')}_VERSION={version}"),
        Step(f"COPY --from=build /out/{name} /usr/local/bin/{name} # buildkit", size),
        Step("COPY docker-entrypoint.sh /usr/local/bin/ # buildkit", 1_800),
        Step('ENTRYPOINT ["docker-entrypoint.sh"]'),
    ]
    if releases.port:
        steps.append(Step(f"EXPOSE map[{releases.port}/tcp:{{}}]"))
    return (*steps, Step(f'CMD ["{name}"]'))


def _runtime(releases: Releases, version: str) -> tuple[tuple[str, object], ...]:
    name = releases.name
    runtime: dict[str, object] = {
        "Env": [_PATH, f"{name.upper().replace('-', '_')}_VERSION={version}"],
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": [name],
        "WorkingDir": "/",
        "Labels": {
            "org.opencontainers.image.title": name,
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.source": f"https://git.example.com/{releases.repository}",
        },
    }
    if releases.port:
        runtime["ExposedPorts"] = {f"{releases.port}/tcp": {}}
    return tuple(runtime.items())
