"""From a name as typed to the names that podman pulls, or to its refusal.

Sources: libimage/pull.go of containers/common 0.50 and pkg/shortnames of containers/image 5.23.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.podman.model import ShortNameMode
from regtui.host.podman.names import is_short, normalize, parse_plain
from regtui.reference import InvalidReference, is_host_component
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.host.model import Source
    from regtui.host.podman.model import PodmanConfig
    from regtui.reference import MobyReference

DOCKER = "docker"
OTHER_TRANSPORTS = frozenset(
    (
        "atomic",
        "containers-storage",
        "dir",
        "docker-archive",
        "docker-daemon",
        "oci",
        "oci-archive",
        "ostree",
        "sif",
        "tarball",
    )
)
"""What may stand before the first colon of a name for podman, and is no registry."""

_ID_LENGTH = 64


class PodmanRefusalError(ValueError):
    """podman asks nobody; `message` is its error behind `Error: `."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Resolved:
    """The names that are pulled, in order, and what podman says about them first.

    With `asks` podman lets the person choose one of them.
    """

    names: tuple[MobyReference, ...]
    description: str = ""
    source: Source | None = None
    asks: bool = False


def read_typed(text: str) -> str:
    """Return the name that podman goes on with: a tag beside a digest is dropped. Raises PodmanRefusalError."""
    transport, colon, rest = text.partition(":")
    if colon and transport == DOCKER and rest.startswith("//"):
        try:
            named = normalize(rest[2:]).with_default_tag()
        except InvalidReference:
            named = None
        if named is not None and not (named.tag and named.digest):
            return str(named)
    elif colon and transport in OTHER_TRANSPORTS:
        raise PodmanRefusalError(f"{transport}: is a transport of podman's own; only names on registries are resolved")
    if text.startswith("sha256:") or (len(text) == _ID_LENGTH and not any(c in text for c in "/.:@")):
        raise PodmanRefusalError(f"pull policy is always but image has been referred to by ID ({text})")
    try:
        syntax = parse_plain(text)
    except InvalidReference as error:
        raise PodmanRefusalError(error.message) from None
    name = f"{syntax.name}@{syntax.digest}" if syntax.digest else text
    try:
        normalize(name)
    except InvalidReference:
        reason = f'unknown transport "{transport}"' if colon else "expected colon-separated transport:reference"
        raise PodmanRefusalError(f'Invalid image name "{text}", {reason}') from None
    return name


def resolve(config: PodmanConfig, name: str) -> Resolved:
    """Return what a name stands for (shortnames.Resolve). Raises PodmanRefusalError."""
    if config.refused:
        raise PodmanRefusalError(config.refused)
    syntax = parse_plain(name)
    if not is_short(syntax):
        return Resolved((normalize(name).with_default_tag(),))
    if config.aliases_refused:
        raise PodmanRefusalError(config.aliases_refused)
    short = syntax.name
    alias = config.alias(short)
    if alias is not None and alias.value is not None:
        named = replace(normalize(alias.value), tag=syntax.tag or None, digest=syntax.digest or None)
        description = f"Resolved {go_quote(short)} as an alias ({alias.file})"
        return Resolved((named.with_default_tag(),), description, alias.source)
    return _searched(config, name, short)


def _searched(config: PodmanConfig, name: str, short: str) -> Resolved:
    unresolved = f"short-name {go_quote(name)} did not resolve to an alias and no"
    if not config.search:
        if not config.search_file:
            raise PodmanRefusalError(f"{unresolved} containers-registries.conf(5) was found")
        where = go_quote(config.search_file)
        raise PodmanRefusalError(f"{unresolved} unqualified-search registries are defined in {where}")
    names = []
    for registry in config.search:
        try:
            names.append(normalize(f"{registry}/{name}").with_default_tag())
        except InvalidReference as error:
            where = f"creating reference with unqualified-search registry {go_quote(registry)}"
            raise PodmanRefusalError(f"{where}: {error.message}") from None
    description = f"Resolving {go_quote(short)} using unqualified-search registries ({config.search_file})"
    found = Resolved(tuple(names), description, config.search_source)
    if config.short_name_mode is ShortNameMode.DISABLED or len(names) == 1:
        return found
    if config.terminal:
        return replace(found, description="", asks=True)
    if config.short_name_mode is ShortNameMode.ENFORCING:
        raise PodmanRefusalError("short-name resolution enforced but cannot prompt without a TTY")
    return found


def domain_of(name: str) -> str | None:
    """Return the host of a name as typed, None for a short one."""
    first, slash, _rest = name.partition("/")
    return first if slash and is_host_component(first) else None
