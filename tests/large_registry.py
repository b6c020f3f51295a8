"""A real `docker-registry` with hundreds of repositories: its storage written down as files, nothing pushed."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.images import Picture, digest_of, image, index_of
from tests.real_registries import LISTENING, require_programs
from tests.server_journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPOSITORIES = tuple(f"team-{team:02}/app-{app:02}" for team in range(25) for app in range(10))
MANY_TAGS = "team-00/app-00"
TAGS = tuple(f"{number // 100}.{number // 10 % 10}.{number % 10}" for number in range(1200))


@dataclass(frozen=True)
class Large:
    """The running registry: its address, and the image that every tag is, an index of two platforms."""

    address: str
    journal: Journal
    index: Picture
    amd64: Picture
    arm64: Picture

    @property
    def asked(self) -> list[str]:
        """The requests since this was last read, without the name of the server."""
        return [line.partition(": ")[2] for line in self.journal.take()]


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Large]:
    """Yield the registry while it runs, its storage below the folder."""
    require_programs()
    amd64, arm64 = image("amd64", "2025-03-28T09:34:02Z"), image("arm64", "2025-03-28T09:40:00Z")
    index = index_of(amd64, arm64)
    _write_storage(folder / "data/docker/registry/v2", index, amd64, arm64)
    config = {
        "version": 0.1,
        "log": {"level": "info"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": "127.0.0.1:0", "secret": "tests"},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    journal = Journal()
    command = ["setpriv", "--pdeathsig", "KILL", "docker-registry", "serve", str(folder / "config.yml")]
    with journal.connect("large") as output:
        out = output.fileno()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={"PATH": os.environ["PATH"]}
        )
    try:
        yield Large(f"127.0.0.1:{journal.wait_for('large', LISTENING)}", journal, index, amd64, arm64)
    finally:
        process.kill()
        process.wait()
        journal.close()


def _write_storage(root: Path, *pictures: Picture) -> None:
    """Write what distribution's filesystem driver keeps: blobs by digest, and links to them in each repository."""
    blobs = [blob for picture in pictures for blob in (picture.body, *picture.blobs)]
    for blob in blobs:
        digits = digest_of(blob).removeprefix("sha256:")
        path = root / "blobs/sha256" / digits[:2] / digits / "data"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob)
    for repository in REPOSITORIES:
        place = root / "repositories" / repository
        for picture in pictures:
            _link(place / "_manifests/revisions/sha256", picture.digest)
            for blob in picture.blobs:
                _link(place / "_layers/sha256", digest_of(blob))
        for tag in TAGS if repository == MANY_TAGS else ("latest",):
            _link(place / f"_manifests/tags/{tag}/current", pictures[0].digest, below="")
            _link(place / f"_manifests/tags/{tag}/index/sha256", pictures[0].digest)


def _link(folder: Path, digest: str, below: str | None = None) -> None:
    path = folder / (digest.removeprefix("sha256:") if below is None else below)
    path.mkdir(parents=True, exist_ok=True)
    (path / "link").write_text(digest)
