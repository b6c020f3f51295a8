"""What a look at a host found, as data: everything that the configuration screen shows; no secret is among it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.daemon import LiveDaemon, RunningDaemon
    from regtui.host.local_mirror import LocalMirror
    from regtui.host.model import Finding, HostConfig, Security, Source


@dataclass(frozen=True, slots=True)
class Stated:
    """One setting as it was written, for people: clean, without passwords.

    `fate` says what it overrode, or what it lost to where it does not count.
    """

    option: str
    value: str
    source: Source
    fate: str = ""
    counts: bool = True


@dataclass(frozen=True, slots=True)
class EndpointFacts:
    """One URL that the engine asks for a registry, and what the host keeps for it, in words."""

    url: str
    mirror: bool = False
    tls: str = ""
    certificates: str = ""
    login: str = ""
    route: str = ""
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class RegistryFacts:
    """A registry that the configuration names: why it is named, how it is trusted, where the engine would ask.

    `trouble` is the engine's own word against it. A blocked one has no security and no endpoints.
    """

    name: str
    origin: str
    security: Security | None
    reason: str
    source: Source | None = None
    reason_source: Source | None = None
    endpoints: tuple[EndpointFacts, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """A stored login or a helper: whose it is and in which words, never the secret."""

    server: str
    words: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """A host as it was found at one moment.

    `daemon` is what runs there, None where it was not asked; `daemon_words` says why, with `daemon_failed` where one
    seems to be there. `process` is its command line, where only that could be read. `stored` are the places that logins
    are read from.
    """

    config: HostConfig
    findings: tuple[Finding, ...] = ()
    settings: tuple[Stated, ...] = ()
    registries: tuple[RegistryFacts, ...] = ()
    logins: tuple[Login, ...] = ()
    stored: tuple[str, ...] = ()
    local: tuple[LocalMirror, ...] = ()
    daemon: LiveDaemon | None = None
    process: RunningDaemon | None = None
    daemon_words: str = ""
    daemon_failed: bool = False
