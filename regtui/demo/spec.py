"""A world of registries as data: which hosts there are, how each listens, what it holds and what it answers."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.demo.content import Manifest
    from regtui.host.model import Address

NAME_SERVER = "198.51.100.253:53"
"""The name server that texts of a world mention (RFC 5737 addresses: nobody has them)."""

_KNOWN_ADDRESSES = {
    "auth.docker.io": 1,
    "mirror.example.com": 2,
    "mirror2.example.com": 3,
    "okd-lr.zyl.io": 4,
    "quay.io": 5,
    "reg.example.com": 6,
    "reg2.example.com": 7,
    "registry-1.docker.io": 8,
}
_FIRST_FREE_ADDRESS = 20


class Listen(StrEnum):
    """How a host takes a connection."""

    HTTPS = "https"
    HTTP = "http"
    HTTP80 = "http80"
    SELFSIGNED = "selfsigned"
    EXPIRED = "expired"
    WRONGHOST = "wronghost"
    REFUSED = "refused"
    RESET = "reset"
    NXDOMAIN = "nxdomain"
    DNSTIMEOUT = "dnstimeout"
    BLACKHOLE = "blackhole"

    @property
    def speaks_tls(self) -> bool:
        """Say whether the port speaks TLS, whatever its certificate is worth."""
        return self in {Listen.HTTPS, Listen.SELFSIGNED, Listen.EXPIRED, Listen.WRONGHOST}

    @property
    def speaks_http(self) -> bool:
        """Say whether the port speaks plain HTTP."""
        return self in {Listen.HTTP, Listen.HTTP80}


class Catalog(StrEnum):
    """What `/v2/_catalog` does: lists, does not exist, or is refused whatever the token says (Docker Hub)."""

    LISTED = "listed"
    ABSENT = "absent"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository: its tags, and manifests without a tag (referrers of the tagged ones)."""

    name: str
    tags: tuple[tuple[str, Manifest], ...]
    untagged: tuple[Manifest, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A user that may sign in. The password stays out of the repr."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Account(user={self.user!r})"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Token authentication. Without `anonymous` a token that was given to nobody in particular is never enough.

    `detailed` gives the 401 a `detail`, as real registries do; an error without one reads otherwise to Docker.
    """

    realm: str
    service: str
    anonymous: bool = True
    detailed: bool = False


@dataclass(frozen=True, slots=True)
class Basic:
    """HTTP basic authentication."""

    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class TokenService:
    """The host answers GET /token. Accounts may ask with basic authentication; `lifetime` is in seconds."""

    accounts: tuple[Account, ...] = ()
    lifetime: int = 300


@dataclass(frozen=True, slots=True)
class ForcedStatus:
    """Every path below the prefix gets this status and one registry error; `detail` None leaves the key out."""

    prefix: str
    status: int
    code: str
    message: str
    detail: object = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RawBody:
    """Every path below the prefix gets this status and body, and no header of a registry."""

    prefix: str
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Docker Hub's pull limit: manifest GETs per window of seconds, and how many are left at the start."""

    limit: int
    window: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the world, by the name that an engine uses for it: `HOST` or `HOST:PORT`.

    `proxy_of` names another host whose content this one fetches, serves and keeps (a pull-through cache), `cached` is
    what it has of it from the start; `missing` is the error code of an unknown repository's manifest; `page_size` 0
    gives listings the reference implementation's pages; `latency` is in seconds for each answer.
    """

    name: str
    listen: Listen = Listen.HTTPS
    repositories: tuple[Repository, ...] = ()
    missing: str = "MANIFEST_UNKNOWN"
    auth: Bearer | Basic | None = None
    token: TokenService | None = None
    status: tuple[ForcedStatus, ...] = ()
    raw: tuple[RawBody, ...] = ()
    proxy_of: str = ""
    cached: tuple[Repository, ...] = ()
    catalog: Catalog = Catalog.LISTED
    referrers: bool = True
    page_size: int = 0
    rate_limit: RateLimit | None = None
    latency: float = 0.0

    @property
    def hostname(self) -> str:
        """Return the name without its port, in lower case as DNS compares it."""
        return self.name.partition(":")[0].lower()

    @property
    def port(self) -> int:
        """Return the port it listens on: its own, 80 for plain HTTP on port 80 only, else 443."""
        port = self.name.partition(":")[2]
        if port:
            return int(port)
        return 80 if self.listen is Listen.HTTP80 else 443


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """All hosts of a world. Names that are not among them do not exist in DNS, save `localhost`."""

    hosts: tuple[Host, ...]

    def host(self, name: str) -> Host:
        """Return a host by its name, in whatever case. KeyError for one that the world does not have."""
        return {host.name.lower(): host for host in self.hosts}[name.lower()]

    def addresses(self) -> dict[str, Address]:
        """Return each host name's address: the one it has in recorded texts, or the next free one."""
        table: dict[str, Address] = {"localhost": ipaddress.IPv4Address("127.0.0.1")}
        free = _FIRST_FREE_ADDRESS
        for host in self.hosts:
            name = host.hostname
            if name in table:
                continue
            if (literal := _address_literal(name)) is not None:
                table[name] = literal
                continue
            last = _KNOWN_ADDRESSES.get(name, 0)
            if not last:
                last, free = free, free + 1
            table[name] = ipaddress.IPv4Address(f"198.51.100.{last}")
        return table


def _address_literal(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
