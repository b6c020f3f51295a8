"""The host configuration as data: every value with the file and line that set it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.host.containerd.model import ContainerdConfig
    from regtui.host.podman.model import PodmanConfig

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class EngineName(StrEnum):
    """The program that pulls images on this host."""

    RHEL_DOCKER = "rhel-docker"
    MOBY = "moby"
    PODMAN = "podman"
    CONTAINERD = "containerd"


class ContainerdClient(StrEnum):
    """Who pulls: the rules of names, of folders and of logins are the client's, not containerd's.

    ctr takes full names alone; nerdctl and the kubelet (by CRI) complete them. Docker Engine pulls so where its images
    lie in the containerd image store.
    """

    CTR = "ctr"
    NERDCTL = "nerdctl"
    CRI = "cri"
    DOCKER = "docker"


@dataclass(frozen=True, slots=True)
class EngineHere:
    """An engine that a host has, and what says so; `client` is who pulls by containerd, empty for other engines."""

    engine: EngineName
    reason: str
    client: str = ""

    @property
    def label(self) -> str:
        """The engine for a person: `podman`, `containerd (nerdctl)`, `containerd (kubelet)`."""
        return f"{self.engine} ({'kubelet' if self.client == 'cri' else self.client})" if self.client else self.engine


class Severity(StrEnum):
    """How much a finding matters: pulls fail, something acts otherwise than it reads, or it is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Security(StrEnum):
    """How the engine treats a registry's TLS; unknown where only DNS could tell and was not asked."""

    SECURE = "secure"
    INSECURE = "insecure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value was written.

    `file` is the path as the host sees it (`/etc/sysconfig/docker`), or words such as `built-in default`;
    `line` counts from 1, None where a line means nothing; `name` is the variable, flag or key that held the value.
    As text it can be printed, whatever the file is called and the key says.
    """

    file: str
    line: int | None = None
    name: str = ""

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return printable(f"{place} {self.name}".rstrip())


BUILT_IN = Source("built-in default")


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of one option; `option` is dockerd's long flag or the daemon.json key, without dashes."""

    option: str
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the engine does silently and a person should know, with a fix to paste where there is one."""

    code: str
    severity: Severity
    message: str
    source: Source | None = None
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The daemon would not start; `message` is its own text."""

    message: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class InsecureEntry:
    """One insecure entry: a network if it parses as CIDR, else an exact name (registry/config.go:130-150)."""

    value: str
    source: Source
    network: Network | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """One assignment of a variable of dockerd's environment; not `in_effect` where a later one replaced it.

    The value is for people: passwords in it are hidden.
    """

    name: str
    value: str
    source: Source
    in_effect: bool = True


@dataclass(frozen=True, slots=True)
class Proxies:
    """The daemon's proxy variables (its unit's environment or daemon.json), never the shell's. Empty: none.

    The URLs may hold a password, so they are no part of the repr.
    """

    http: str = field(default="", repr=False)
    https: str = field(default="", repr=False)
    no_proxy: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file that was looked for: `state` is `read`, `missing`, or the sentence that says why it could not be read."""

    path: str
    state: str


@dataclass(frozen=True, slots=True)
class MirrorService:
    """A mirror that is a service of this very host: its URL, and in words which one it is and whose images it keeps."""

    url: str
    what: str


@dataclass(frozen=True, slots=True)
class HostConfig:
    """Everything on the host that decides its engine's registries.

    `registries` is the ordered search list, duplicates included, as `docker info` shows it (values are names, sources
    tell who listed them); `insecure` ends with the built-in loopback networks; `mirrors` are docker.io's, as the
    engine writes them; `blocked` holds the names after the rewriting of `all` and `public`. `insecure_broken` says
    that the engine could not load its insecure list and so treats every listed registry as insecure. With a
    `refusal` the daemon does not run, and the other fields tell what could still be read. `engines` are all that
    the host has, the one that is taken by itself first. `services` are mirrors that the host serves itself, where its
    units were looked at.
    """

    engine: EngineName
    engine_reason: str
    registries: tuple[Setting, ...] = ()
    insecure: tuple[InsecureEntry, ...] = ()
    mirrors: tuple[Setting, ...] = ()
    blocked: tuple[Setting, ...] = ()
    insecure_broken: bool = False
    disable_legacy_registry: bool = False
    signature_verification: bool = True
    refusal: Refusal | None = None
    settings: tuple[Setting, ...] = ()
    arguments: tuple[Setting, ...] = ()
    variables: tuple[Variable, ...] = ()
    findings: tuple[Finding, ...] = ()
    proxies: Proxies = Proxies()
    files: tuple[HostFile, ...] = ()
    root: str = "/"
    services: tuple[MirrorService, ...] = ()
    podman: PodmanConfig | None = None
    engines: tuple[EngineHere, ...] = ()
    containerd: ContainerdConfig | None = None
