"""Mirrors that are pull-through caches on this very host: which service they are, and whose images they hold."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.files import FileText
from regtui.host.gonet import host_of, parse_ip, split_host_port
from regtui.host.model import MirrorService
from regtui.host.security import mirror_host
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.docker_run import Published
    from regtui.host.files import FileSource
    from regtui.host.model import Address, HostConfig, Setting, Source
    from regtui.host.security import Addresses

NAMES_LIMIT = 1000  # of /etc/hosts
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Here:
    """This host, as mirrors may name it: names in lower case, and addresses besides loopback's."""

    names: frozenset[str] = frozenset()
    addresses: frozenset[Address] = frozenset()

    def is_here(self, host: str, addresses: Addresses) -> bool:
        """Tell whether a host, without port, is this one, by name or by address."""
        literal = parse_ip(host)
        known = (literal,) if literal is not None else addresses.get(host) or ()
        if any(address.is_loopback or address in self.addresses for address in known):
            return True
        name = host.lower().removesuffix(".")
        return name == "localhost" or any(_same(name, own) for own in self.names)


@dataclass(frozen=True, slots=True)
class LocalCache:
    """A registry of this host that fetches what it does not have from `upstream`.

    `unit` is the service that starts it, `source` where the upstream stands, `tls` whether it speaks TLS. The proxies
    are those that it reaches its upstream through. Texts are clean, and without passwords.
    """

    unit: str
    source: Source
    upstream: str
    ports: tuple[Published, ...]
    tls: bool = False
    http_proxy: str = ""
    https_proxy: str = ""


@dataclass(frozen=True, slots=True)
class LocalMirror:
    """A mirror of the host's configuration that is a cache on the host itself."""

    mirror: Setting
    cache: LocalCache

    @property
    def sentence(self) -> str:
        """`mirror http://h:5000 is this host's local-registry.service, a cache of https://registry-1.docker.io`."""
        return f"mirror {self.url} is {self.what}"

    @property
    def url(self) -> str:
        """The mirror's URL, clean, without its last slash."""
        return printable(strip_userinfo(self.mirror.value).rstrip("/"), 200)

    @property
    def what(self) -> str:
        """`this host's local-registry.service, a cache of https://registry-1.docker.io`."""
        return f"this host's {self.cache.unit}, a cache of {self.cache.upstream}"

    @property
    def reaches(self) -> str:
        """The proxies that the cache reaches its upstream by, in words; empty where it has none."""
        named = (("HTTP_PROXY", self.cache.http_proxy), ("HTTPS_PROXY", self.cache.https_proxy))
        told = ", ".join(f"{name} {value}" for name, value in named if value)
        return f"its own proxy: {told}" if told else ""


def services_of(local: tuple[LocalMirror, ...]) -> tuple[MirrorService, ...]:
    """Return the mirrors as a walk and a recording keep them."""
    return tuple(MirrorService(one.url, one.what) for one in local)


def local_mirrors(
    config: HostConfig, caches: tuple[LocalCache, ...], here: Here, addresses: Addresses
) -> tuple[LocalMirror, ...]:
    """Return the mirrors that lead to a cache of this host: the port is its own, and the host is this one."""
    found = []
    for mirror in config.mirrors:
        name = mirror_host(mirror.value)
        port = _port(mirror.value, name)
        if name and here.is_here(host_of(name), addresses):
            found += [
                LocalMirror(mirror, cache)
                for cache in caches
                if any(one.port == port and _reaches(host_of(name), one) for one in cache.ports)
            ][:1]
    return tuple(found)


def this_host(files: FileSource, addresses: frozenset[Address] = frozenset()) -> Here:
    """Return the names of the host whose files these are, from /etc/hostname, the kernel and /etc/hosts.

    `addresses` are what is known of its interfaces, besides what the kernel's table of IPv4 says of them.
    """
    names = {name for path in ("/etc/hostname", "/proc/sys/kernel/hostname") if (name := _first_word(files, path))}
    found = {*addresses, *_own_addresses(files)}
    for address, aliases in _hosts(files):
        if address.is_loopback:
            names.update(aliases)
        elif names & set(aliases):
            names.update(aliases)
            found.add(address)
    return Here(frozenset(names), frozenset(found))


def _same(name: str, own: str) -> bool:
    """Tell whether two names mean one host: they are equal, or one is the other without its domain."""
    short, short_own = name.partition(".")[0], own.partition(".")[0]
    return name == own or (short == short_own != "localhost" and (name == short or own == short_own))


def _port(mirror: str, name: str) -> int:
    parts = split_host_port(name)
    if parts is not None and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 6:
        return int(parts[1])
    return _PORTS["http" if mirror.startswith("http://") else "https"]


def _reaches(host: str, published: Published) -> bool:
    """Tell whether a port that is bound to one address can be reached at a host that is an address itself."""
    bound, literal = parse_ip(published.address), parse_ip(host)
    return bound is None or literal is None or bound.is_unspecified or bound == literal


def _first_word(files: FileSource, path: str) -> str:
    text = files.read(path)
    words = text.data.decode("utf-8", "replace").split() if isinstance(text, FileText) else []
    return words[0].lower() if words and not words[0].startswith("#") else ""


def _own_addresses(files: FileSource) -> Iterator[Address]:
    """Yield the addresses of the host's interfaces: entries that are followed by `/32 host LOCAL` (fib_trie.c)."""
    text = files.read("/proc/net/fib_trie")
    lines = text.data.decode("ascii", "replace").splitlines() if isinstance(text, FileText) else []
    for line, below in pairwise(lines):
        if "/32 host LOCAL" in below and (address := parse_ip(line.rpartition("|--")[2].strip())) is not None:
            yield address


def _hosts(files: FileSource) -> Iterator[tuple[Address, list[str]]]:
    text = files.read("/etc/hosts")
    lines = text.data.decode("utf-8", "replace").splitlines() if isinstance(text, FileText) else []
    for line in lines[:NAMES_LIMIT]:
        first, *names = line.partition("#")[0].lower().split() or [""]
        address = parse_ip(first)
        if address is not None:
            yield address, names
