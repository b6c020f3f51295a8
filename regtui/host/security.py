"""Whether the engine verifies a registry's TLS, whether it may be asked at all, and which setting says so.

Sources: registry/config.go:130-198, 211-250, 368-384 of 1.13.1; registry/config.go of moby (isSecureIndex,
isCIDRMatch). The engine asks DNS; here the addresses are given, so that the same rules hold without a packet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.gonet import host_of, in_network, is_domain_name, parse_ip
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import Address, EngineName, Network, Security, Setting, Source
from regtui.host.registry_lists import DOCKER_IO

if TYPE_CHECKING:
    from regtui.host.model import HostConfig, InsecureEntry

Addresses = Mapping[str, tuple[Address, ...] | None]
"""Host (no port) -> its addresses, None where the lookup failed; a missing host was not looked up."""

_LOCALHOST: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_OFFICIAL = (DOCKER_IO, "index.docker.io")
_HUB = "registry-1.docker.io"


class _Lookup(Enum):
    """Why there are no addresses: the lookup failed or must fail, or nobody has asked."""

    FAILED = auto()
    NOT_MADE = auto()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer with its reason: the entry's source, and the network and address where it was found by CIDR."""

    security: Security
    reason: str
    source: Source | None = None
    network: Network | None = None
    address: Address | None = None


def security_of(config: HostConfig, name: str, addresses: Addresses) -> Judgement:
    """Judge `HOST[:PORT]`, a registry's or a mirror's, as the engine does when it connects.

    Names are compared to the letter, port included. The engine judges the members of its search list once, when it
    starts; the answer is the same. Where the fork lists docker.io itself as insecure, the answer is what `docker info`
    shows: pulls from Docker Hub are verified in any case (registry/service_v2.go:10-45).
    """
    if config.engine in (EngineName.PODMAN, EngineName.CONTAINERD):
        return _by_prefix(config, name)
    if config.insecure_broken:
        return Judgement(Security.SECURE, "the engine dropped its insecure list")
    if config.engine is EngineName.MOBY and name in _OFFICIAL:
        return Judgement(Security.SECURE, "Docker Hub is always secure")
    for entry in config.insecure:
        if entry.network is None and entry.value == name:
            return Judgement(Security.INSECURE, "the name is in the insecure list", entry.source)
    if name == DOCKER_IO:
        return Judgement(Security.SECURE, "Docker Hub is secure unless it is listed by name")
    return _by_address(config, host_of(name), addresses)


def is_listed_secure(config: HostConfig, name: str, addresses: Addresses) -> bool:
    """Whether `docker info` calls a member of the search list secure; after a failed lookup it does.

    Where the engine dropped its insecure list it prints the zero value, insecure, and yet verifies
    (daemon/info.go:81-84).
    """
    return not config.insecure_broken and security_of(config, name, addresses).security is not Security.INSECURE


def names_to_look_up(config: HostConfig) -> tuple[str, ...]:
    """Return the hosts of the search list and of the mirrors whose security only their addresses can tell."""
    names = (*(setting.value for setting in config.registries), *(mirror_host(m.value) for m in config.mirrors))
    undecided = (name for name in names if security_of(config, name, {}).security is Security.UNKNOWN)
    return tuple(dict.fromkeys(host_of(name) for name in undecided))


def mirror_host(mirror: str) -> str:
    """Return `HOST[:PORT]` of a mirror; without a scheme it is https (registry/service_v2.go:18)."""
    has_scheme = mirror.startswith(("http://", "https://"))
    try:
        return parse_url(mirror if has_scheme else f"https://{mirror}").host
    except GoUrlError:
        return ""


def blocked(config: HostConfig, hostport: str) -> Setting | None:
    """Return the setting that keeps the engine from asking an endpoint, None where it may (IsIndexBlocked).

    Docker Hub's host counts as docker.io, any other must match to the letter, port included; `*` blocks what is not in
    the search list. With `--disable-legacy-registry` the filter is passed over (registry/service.go:498-500).
    """
    if config.disable_legacy_registry:
        return None
    name = DOCKER_IO if hostport == _HUB else hostport
    listed = any(setting.value == name for setting in config.registries)
    for setting in config.blocked:
        if setting.value == name or (setting.value == "*" and not listed):
            return setting
    return None


def insecure_networks(config: HostConfig) -> tuple[Network, ...]:
    """Return the insecure networks in configured order, each once; none where the engine dropped its list."""
    if config.insecure_broken:
        return ()
    return tuple(dict.fromkeys(entry.network for entry in _networks(config) if entry.network is not None))


def _networks(config: HostConfig) -> Iterator[InsecureEntry]:
    return (entry for entry in config.insecure if entry.network is not None)


def _by_address(config: HostConfig, host: str, addresses: Addresses) -> Judgement:
    """Compare every address of the host with every network: one in range is enough."""
    entries = tuple(_networks(config))
    if not entries:
        return Judgement(Security.SECURE, "nothing in the insecure list covers it")
    found = _addresses_of(host, addresses)
    match found:
        case _Lookup.NOT_MADE:
            return Judgement(Security.UNKNOWN, "not looked up: only its addresses can tell")
        case _Lookup.FAILED:
            return Judgement(Security.SECURE, "no insecure entry names it, and the name has no address")
    for address in found:
        for entry in entries:
            if entry.network is not None and in_network(address, entry.network):
                reason = f"its address {address} is in {entry.network}"
                return Judgement(Security.INSECURE, reason, entry.source, entry.network, address)
    return Judgement(Security.SECURE, "no insecure entry names it or holds its address")


def _addresses_of(host: str, addresses: Addresses) -> tuple[Address, ...] | _Lookup:
    literal = parse_ip(host)
    if literal is not None:
        return (literal,)
    if host in addresses:
        return addresses[host] or _Lookup.FAILED
    if host.lower() == "localhost":
        return _LOCALHOST
    return _Lookup.NOT_MADE if is_domain_name(host) else _Lookup.FAILED


def _by_prefix(config: HostConfig, name: str) -> Judgement:
    """podman: the table of the longest prefix counts; containerd: an entry covers what it names. Nobody is asked."""
    if config.podman is not None:
        from regtui.host.podman.prefixes import find_registry  # a start on a host of docker does without

        table = find_registry(config.podman.registries, name)
        if table is not None and table.location.insecure:
            return Judgement(Security.INSECURE, "its [[registry]] says so", table.location.insecure_source)
        return Judgement(Security.SECURE, "nothing says insecure")
    for entry in config.insecure:
        if name == entry.value or name.startswith(f"{entry.value}/"):
            return Judgement(Security.INSECURE, "the configuration says so", entry.source)
    return Judgement(Security.SECURE, "nothing says insecure")
