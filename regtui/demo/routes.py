"""Which part of the distribution API a path asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """The parts of the API that the embedded registries have."""

    PING = auto()
    CATALOG = auto()
    TAGS = auto()
    MANIFEST = auto()
    BLOB = auto()
    REFERRERS = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """A path's meaning: the repository and the tag or digest, where it has them."""

    kind: Kind
    repository: str = ""
    reference: str = ""

    @property
    def scope(self) -> str:
        """Return the token scope that the route needs (distribution, auth/scope.md); empty for none."""
        if self.kind is Kind.CATALOG:
            return "registry:catalog:*"
        return f"repository:{self.repository}:pull" if self.repository else ""


# The name is greedy on purpose: a repository may be called `tags/list`.
_PATHS = (
    (Kind.TAGS, re.compile(r"/v2/(?P<name>.+)/tags/list")),
    (Kind.MANIFEST, re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)")),
    (Kind.BLOB, re.compile(r"/v2/(?P<name>.+)/blobs/(?P<reference>[^/]+)")),
    (Kind.REFERRERS, re.compile(r"/v2/(?P<name>.+)/referrers/(?P<reference>[^/]+)")),
)


def route_of(path: str) -> Route:
    """Return what a percent-decoded path asks for."""
    if path == "/v2/":
        return Route(Kind.PING)
    if path == "/v2/_catalog":
        return Route(Kind.CATALOG)
    for kind, pattern in _PATHS:
        if match := pattern.fullmatch(path):
            return Route(kind, match["name"], match.groupdict().get("reference", ""))
    return Route(Kind.OTHER)
