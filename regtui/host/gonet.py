"""Addresses, networks and host names as Go's package net reads them, so that regtui and dockerd agree."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.host.model import Address, Network

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def parse_ip(text: str) -> Address | None:
    """Return the address as net.ParseIP reads it: no zone, no leading zeros; IPv4 in IPv6 is IPv4 (net/ip.go)."""
    if "%" in text:
        return None
    try:
        return _plain(ip_address(text))
    except ValueError:
        return None


def parse_cidr(text: str) -> Network | None:
    """Return the network as net.ParseCIDR reads it: bits after the prefix are cleared, a bare address is none.

    `::ffff:10.0.0.0/104` is 10.0.0.0/8, as net.IPNet prints it and compares with it.
    """
    host, slash, prefix = text.partition("/")
    if not slash or "%" in host or not _DIGITS.fullmatch(prefix) or len(prefix) > 6:
        return None
    try:
        address = ip_address(host)
    except ValueError:
        return None
    bits = int(prefix)
    if bits > address.max_prefixlen:
        return None
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None and bits >= 96:
            return IPv4Network((address.ipv4_mapped, bits - 96), strict=False)
        return IPv6Network((address, bits), strict=False)
    return IPv4Network((address, bits), strict=False)


def in_network(address: Address, network: Network) -> bool:
    """Whether the network holds the address (net.IPNet.Contains); IPv4 never lies in an IPv6 network."""
    return _plain(address) in network


def split_host_port(text: str) -> tuple[str, str] | None:
    """Return host without brackets and port as net.SplitHostPort does, None where it gives an error.

    Neither part is checked further: `https://quay.io` is the host `https` with the port `//quay.io`.
    """
    colon = text.rfind(":")
    if colon < 0:
        return None
    if text.startswith("["):
        bracket = text.find("]")
        if bracket < 0 or bracket + 1 != colon:
            return None
        host = text[1:bracket]
        rest = text[bracket + 1 :]
        return None if "[" in text[1:] or "]" in rest else (host, text[colon + 1 :])
    host = text[:colon]
    if ":" in host or "[" in text or "]" in text:
        return None
    return host, text[colon + 1 :]


def host_of(name: str) -> str:
    """Return the host of `HOST[:PORT]`; a text that does not split is taken whole (registry/config.go:228-232)."""
    parts = split_host_port(name)
    return name if parts is None else parts[0]


def is_domain_name(text: str) -> bool:
    """Whether Go's resolver asks a name server for the name (net.isDomainName); for any other there is no such host."""
    long = len(text) > 254 or (len(text) == 254 and not text.endswith("."))
    return not long and _DOMAIN.fullmatch(text) is not None and re.search(r"[^0-9.]", text) is not None


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
