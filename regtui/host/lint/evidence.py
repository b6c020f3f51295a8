"""What findings are made of besides the configuration: files around it, what registries answered, and the time."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.local_mirror import Here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from regtui.host.certs import CertsDirectory
    from regtui.host.credentials import CredentialFile
    from regtui.host.local_mirror import LocalCache
    from regtui.host.model import Source
    from regtui.host.podman.auth import AuthFault
    from regtui.host.security import Addresses
    from regtui.outcome import CertificateFault


@dataclass(frozen=True, slots=True)
class Command:
    """docker's ExecStart= in force: where it stands and which variables it passes on.

    `lost` are the variables that the command of the unit passed on before a drop-in replaced it.
    """

    source: Source
    used: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Distrust:
    """Why a certificate is not trusted, in a clean sentence."""

    fault: CertificateFault
    sentence: str


@dataclass(frozen=True, slots=True)
class Answers:
    """What https mirrors answered: `HOST[:PORT]` of those that speak plain HTTP, and why others are not trusted.

    `silent` has a clean sentence for each other one that gave no answer.
    """

    plain_http: frozenset[str] = frozenset()
    untrusted: Mapping[str, Distrust] = field(default_factory=dict)
    silent: tuple[str, ...] = ()


NOBODY_ASKED = Answers()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that `findings` may know; what is left out is not judged.

    `texts` are the files that settings stand in, by path as the sources name them. `plain_http` and `untrusted` are
    `HOST[:PORT]` which answered a TLS handshake in plain HTTP, or with a certificate that this host does not trust and
    why. `auth_faults` are files of logins over which podman fails.
    """

    texts: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    command: Command | None = None
    certs: tuple[CertsDirectory, ...] = ()
    credentials: CredentialFile | None = None
    auth_faults: tuple[AuthFault, ...] = ()
    caches: tuple[LocalCache, ...] = ()
    here: Here = field(default_factory=Here)
    addresses: Addresses = field(default_factory=dict)
    plain_http: frozenset[str] = frozenset()
    untrusted: Mapping[str, Distrust] = field(default_factory=dict)
    now: datetime | None = None


NOTHING = Evidence()
