"""Which `[[registry]]` a name belongs to, and what it is called at a location.

Rules: refMatchingPrefix, FindRegistry and rewriteReference in pkg/sysregistriesv2 of containers/image 5.23.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.podman.names import normalize
from regtui.reference import InvalidReference

if TYPE_CHECKING:
    from regtui.host.podman.model import Location, PodmanRegistry
    from regtui.reference import MobyReference

WILDCARD = "*."
NOT_CANONICAL = "repository name must be canonical"


def match_length(name: str, prefix: str) -> int | None:
    """Return how much of a name a prefix covers, None where it does not begin with it.

    A prefix ends at `:`, `/` or `@`, so `example.com` covers `example.com:5000` too; `*.example.com` covers every
    host below that domain.
    """
    if prefix.startswith(WILDCARD):
        start = name.find(prefix[1:])
        if start < 0 or "/" in name[:start]:
            return None
        end = start + len(prefix) - 1
    else:
        if not name.startswith(prefix):
            return None
        end = len(prefix)
    return end if name[end : end + 1] in ("", ":", "/", "@") else None


def find_registry(registries: tuple[PodmanRegistry, ...], name: str) -> PodmanRegistry | None:
    """Return the entry with the longest prefix that covers a name."""
    best: PodmanRegistry | None = None
    for registry in registries:
        longer = len(registry.prefix) > (len(best.prefix) if best else 0)
        if longer and match_length(name, registry.prefix) is not None:
            best = registry
    return best


def blocking(registries: tuple[PodmanRegistry, ...], name: str) -> PodmanRegistry | None:
    """Return the entry that blocks where a full name leads to, mirrors aside.

    podman looks at the name that the image has there (newDockerClient), so an entry that leads elsewhere blocks nothing
    by itself.
    """
    registry = find_registry(registries, name)
    if registry is None:
        return None
    try:
        there = rewrite(normalize(name), registry.prefix, registry.location).name
    except InvalidReference:
        return None
    found = find_registry(registries, there)
    return found if found is not None and found.blocked else None


def rewrite(reference: MobyReference, prefix: str, location: Location) -> MobyReference:
    """Return what a name is called at a location. Raises InvalidReference where that is no name in full."""
    if not location.name:
        return reference
    written = str(reference)
    text = location.name + written[match_length(written, prefix) or 0 :]
    rewritten = normalize(text)
    if str(rewritten) != text:
        raise InvalidReference(NOT_CANONICAL)
    return rewritten
