"""The configuration of containers/image, which podman and CRI-O share, as data with the line that set each value."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.model import Source


class ShortNameMode(StrEnum):
    """What happens to a short name without an alias where several registries are searched.

    enforcing asks the person, and fails without a terminal; permissive asks where there is a terminal, and searches
    all registries where there is none; disabled always searches all.
    """

    ENFORCING = "enforcing"
    PERMISSIVE = "permissive"
    DISABLED = "disabled"


class PullFromMirror(StrEnum):
    """The pulls that a mirror is asked for; empty means all."""

    UNSET = ""
    ALL = "all"
    DIGEST_ONLY = "digest-only"
    TAG_ONLY = "tag-only"


@dataclass(frozen=True, slots=True)
class Location:
    """Where images physically are: a registry, with or without a namespace; empty for a wildcard's own host."""

    name: str
    insecure: bool = False
    pull_from_mirror: PullFromMirror = PullFromMirror.UNSET
    source: Source | None = None
    insecure_source: Source | None = None


@dataclass(frozen=True, slots=True)
class PodmanRegistry:
    """One `[[registry]]`: names that begin with `prefix` are found at `location`, after its mirrors."""

    prefix: str
    location: Location
    mirrors: tuple[Location, ...] = ()
    blocked: bool = False
    mirror_by_digest_only: bool = False
    source: Source | None = None
    blocked_source: Source | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """A short name and the full name that it stands for, without tag; None where the file takes an alias back.

    `file` is the path as podman prints it.
    """

    name: str
    value: str | None
    file: str
    source: Source | None = None


class RequirementType(StrEnum):
    """What policy.json demands of an image."""

    ACCEPT = "insecureAcceptAnything"
    REJECT = "reject"
    SIGNED_BY = "signedBy"
    SIGNED_BASE_LAYER = "signedBaseLayer"
    SIGSTORE_SIGNED = "sigstoreSigned"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand; `keys` are the files that it names, for a person."""

    type: RequirementType
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """policy.json, or the engine's error about it: with an `error` podman pulls nothing.

    `scopes` maps what stands below transports.docker to the demands in order; `""` is that transport's default.
    """

    file: str
    default: tuple[Requirement, ...] = ()
    scopes: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    error: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)


ACCEPT_ALL = (Requirement(RequirementType.ACCEPT),)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A setting of one file that a later file took the place of: `by` is where that one stands."""

    option: str
    value: str
    source: Source
    by: Source


@dataclass(frozen=True, slots=True)
class PodmanConfig:
    """Everything that decides which registries podman asks.

    `search` are the unqualified-search registries in order, `search_file` the file that podman names as their origin
    (empty where it read none). `registries` are sorted by prefix. `aliases` hold what registries.conf and its drop-ins
    say, `recorded_aliases` what podman itself has written, which goes first. `config_file` and `config_folder` are the
    two places that podman names for a blocked registry. `helpers` are the credential helpers in order, with
    `containers-auth.json` for the files; `auth_files` are these, `certs_folders` where certs.d directories are looked
    for. `terminal` says whether podman is taken to have one. `refused` is its error about the files, and then it pulls
    nothing; `aliases_refused` that about the recorded aliases, and then it pulls no short name. `replaced` are the
    settings that several files give, in the order of reading and without the last of each; `mode_source` and
    `helpers_source` are where those two stand.
    """

    search: tuple[str, ...] = ()
    search_file: str = ""
    search_source: Source | None = None
    registries: tuple[PodmanRegistry, ...] = ()
    short_name_mode: ShortNameMode = ShortNameMode.PERMISSIVE
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    recorded_aliases: Mapping[str, Alias] = field(default_factory=dict)
    policy: Policy = Policy("/etc/containers/policy.json", ACCEPT_ALL)
    helpers: tuple[str, ...] = ("containers-auth.json",)
    auth_files: tuple[str, ...] = ()
    certs_folders: tuple[str, ...] = ()
    config_file: str = "/etc/containers/registries.conf"
    config_folder: str = "/etc/containers/registries.conf.d"
    terminal: bool = False
    refused: str = ""
    aliases_refused: str = ""
    replaced: tuple[Replaced, ...] = ()
    mode_source: Source | None = None
    helpers_source: Source | None = None

    def alias(self, name: str) -> Alias | None:
        """Return what a short name is an alias for; one that was taken back counts as none."""
        found = self.recorded_aliases.get(name) or self.aliases.get(name)
        return found if found is not None and found.value is not None else None
