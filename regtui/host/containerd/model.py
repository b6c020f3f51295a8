"""What containerd's clients are configured to ask, as data with the line that set each value."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.engines_here import CERTS
from regtui.host.model import ContainerdClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.credentials import Credential, Secret
    from regtui.host.model import Source


class Capability(StrEnum):
    """What a host may be asked for: a manifest by tag, and manifests by digest."""

    PULL = "pull"
    RESOLVE = "resolve"
    PUSH = "push"


ALL_CAPABILITIES = tuple(Capability)


@dataclass(frozen=True, slots=True)
class HostEntry:
    """One host to ask for a registry; without a `host` it is the registry itself.

    `path` is the root of the API (`/v2`). `authorities` and `pairs` are paths; a pair without a key holds both in one
    file. `skip_verify` is None where nothing says so. `headers` may be secret. `key` names the entry for whoever reads
    its certificates.
    """

    scheme: str = ""
    host: str = ""
    path: str = "/v2"
    capabilities: tuple[Capability, ...] = ALL_CAPABILITIES
    skip_verify: bool | None = None
    authorities: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, Secret], ...] = field(default=(), repr=False)
    source: Source | None = None
    key: str = ""

    @property
    def has_tls_rules(self) -> bool:
        """Whether anything is said about TLS."""
        return self.skip_verify is not None or bool(self.authorities or self.pairs)


@dataclass(frozen=True, slots=True)
class HostsFolder:
    """A folder for one registry below certs.d: its hosts in order, the last one being the `server`.

    `ignored` says why hosts.toml does not count; then the entry is made of the certificates that lie there. `error` is
    the engine's where the folder cannot be read.
    """

    path: str
    entries: tuple[HostEntry, ...] = (HostEntry(),)
    has_hosts_toml: bool = False
    ignored: str = ""
    ignored_source: Source | None = None
    error: str = ""
    unknown_keys: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class CriRegistry:
    """The registries of config.toml that the kubelet's pulls follow.

    `mirrors` maps a registry, or `*`, to its endpoints (the older way), `entries` the host of an endpoint to what is
    said about it, `logins` to its credential. `config_path` are the folders of hosts.toml; `unread` are tables that a
    file of this version is not read for.
    """

    config_path: tuple[str, ...] = ()
    config_path_source: Source | None = None
    mirrors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mirror_sources: Mapping[str, Source] = field(default_factory=dict)
    entries: Mapping[str, HostEntry] = field(default_factory=dict)
    tls_sources: Mapping[str, Source] = field(default_factory=dict)
    logins: Mapping[str, Credential] = field(default_factory=dict)
    unread: tuple[Source, ...] = ()
    is_present: bool = False


@dataclass(frozen=True, slots=True)
class ContainerdConfig:
    """Everything that decides which hosts are asked.

    `roots` are the folders of hosts.toml that the client looks into, in order; `folders` all that lie there, by their
    whole path. `closed` are the roots that may not be entered, with the system's words. `refused` is containerd's error
    about config.toml, and then nothing is pulled.
    """

    client: ContainerdClient = ContainerdClient.CTR
    roots: tuple[str, ...] = (CERTS,)
    folders: Mapping[str, HostsFolder] = field(default_factory=dict)
    cri: CriRegistry = CriRegistry()
    refused: str = ""
    closed: Mapping[str, str] = field(default_factory=dict)

    def folder_for(self, registry: str) -> HostsFolder | None:
        """Return the folder that counts for `HOST[:PORT]`: `HOST_PORT_`, `HOST:PORT`, `_default` (hostPaths)."""
        for root in self.roots:
            if root in self.closed:
                path = f"{root}/{folder_names(registry)[0]}"
                return HostsFolder(path, error=f"stat {path}: {self.closed[root]}")
            for name in folder_names(registry):
                if (found := self.folders.get(f"{root}/{name}")) is not None:
                    return found
        return None


def folder_names(registry: str) -> tuple[str, ...]:
    """Return the names of folders that are looked for, in order."""
    host, colon, port = registry.rpartition(":")
    with_port = (f"{host}_{port}_",) if colon and host else ()
    return (*with_port, registry, "_default")
