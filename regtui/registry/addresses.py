"""Which addresses lie inside a host or its network, where a public registry has no business to send anybody."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.host.model import Address

# ipaddress.is_private also holds the documentation networks and changes between Python versions: an own list.
_INSIDE_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and clouds' metadata services
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_INSIDE_6 = tuple(IPv6Network(network) for network in ("::/127", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"))
_NEVER_4 = (IPv4Network("0.0.0.0/8"), IPv4Network("127.0.0.0/8"), IPv4Network("169.254.0.0/16"))
_NEVER_6 = (IPv6Network("::/127"), IPv6Network("fe80::/10"))
_EMBEDDING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
_LEGACY_LAST_LABEL = re.compile(r"(?:.*\.)?(?:0[xX][0-9A-Fa-f]*|[0-9]+)\.?", re.ASCII)


def is_inside(address: Address) -> bool:
    """Say whether an address is loopback, link-local, private, unspecified or multicast, in whatever notation."""
    plain = _unwrapped(address)
    if isinstance(plain, IPv4Address):
        return any(plain in network for network in _INSIDE_4)
    return any(plain in network for network in _INSIDE_6)


def is_own_host_or_link(address: Address) -> bool:
    """Say whether an address is loopback, unspecified or link-local: nobody else's server."""
    plain = _unwrapped(address)
    if isinstance(plain, IPv4Address):
        return any(plain in network for network in _NEVER_4)
    return any(plain in network for network in _NEVER_6)


def literal(host: str) -> Address | None:
    """Return the address that a host is written as, None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_written_as_address(host: str) -> bool:
    """Say whether a host is an address, or a number that resolvers take for one (`127.1`, `0x7f000001`)."""
    return literal(host) is not None or _LEGACY_LAST_LABEL.fullmatch(host) is not None


def is_loopback_name(host: str) -> bool:
    """Say whether a host is `localhost` or a loopback address as written."""
    address = literal(host)
    return host == "localhost" if address is None else _unwrapped(address).is_loopback


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one: mapped, 6to4, NAT64, compatible."""
    if isinstance(address, IPv4Address):
        return address
    embedded = address.ipv4_mapped or address.sixtofour
    if embedded is not None:
        return embedded
    if any(address in network for network in _EMBEDDING) and int(address) & 0xFFFFFFFF > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
