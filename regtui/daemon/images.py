"""Whether an image is on this host already, by the daemon's own list: a pure comparison of names and digests."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.daemon.answers import LocalImage

HUB = "docker.io"
_LIBRARY = "library/"


class LocalState(StrEnum):
    """What the host has of a reference.

    `absent`: nothing. `here`: the tag, of which no digest is known (it was built or loaded here, or what a registry has
    is not known).
    `same digest`: what the registry serves. `older`: the tag, with another digest than the registry serves now.
    """

    ABSENT = "absent"
    HERE = "here"
    SAME = "same digest"
    OLDER = "older"


class LocalImages:
    """The images of a host by name: made once, asked for each candidate of a walk."""

    def __init__(self, images: tuple[LocalImage, ...]) -> None:
        self._digests: dict[str, set[str]] = {}
        self._tagged: dict[tuple[str, str], set[str]] = {}
        for image in images:
            own: dict[str, set[str]] = {}
            for name, _tag, digest in map(_parts, image.digests):
                own.setdefault(name, set()).add(digest)
            for name, digests in own.items():
                self._digests.setdefault(name, set()).update(digests)
            for name, tag, _digest in map(_parts, image.tags):
                self._tagged.setdefault((name, tag), set()).update(own.get(name, ()))

    def state(self, reference: str, digest: str = "") -> LocalState:
        """Return what the host has of a full reference (`docker.io/library/etcd:latest`, `reg:5000/a@sha256:...`).

        `digest` is what a registry serves for it, empty where nobody was asked. A name without a registry is
        docker.io's, `library/` may be left out on either side, as the engines write their own names in both ways.
        """
        name, tag, wanted = _parts(reference)
        digest = wanted or digest
        is_here = bool(digest) and digest in self._digests.get(name, ())
        if wanted:
            return LocalState.SAME if is_here else LocalState.ABSENT
        own = self._tagged.get((name, tag or "latest"))
        if own is not None and digest not in own:
            return LocalState.OLDER if own and digest else LocalState.HERE
        return LocalState.SAME if is_here else LocalState.ABSENT


def local_state(images: tuple[LocalImage, ...], reference: str, digest: str = "") -> LocalState:
    """Return what is here of one reference alone."""
    return LocalImages(images).state(reference, digest)


def _parts(reference: str) -> tuple[str, str, str]:
    """Return the name with its registry and without `library/`, the tag and the digest, empty where not written."""
    rest, _at, digest = reference.partition("@")
    slash = rest.rfind("/")
    colon = rest.find(":", slash + 1)
    name, tag = (rest[:colon], rest[colon + 1 :]) if colon >= 0 else (rest, "")
    first, separator, path = name.partition("/")
    if not separator or not ("." in first or ":" in first or first == "localhost"):
        first, path = HUB, name
    if first in (HUB, "index.docker.io"):
        first, path = HUB, path.removeprefix(_LIBRARY)
    return f"{first}/{path}", tag, digest
