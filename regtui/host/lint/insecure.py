"""The insecure list: entries that cover no registry, more than they read, or nothing that is not covered already."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.host.gonet import host_of, parse_ip
from regtui.host.lint.hosts import LIST_LIMIT, asked, better_names, by_host, host_fault
from regtui.host.lint.wording import listed, note, place, shown, warning
from regtui.host.model import BUILT_IN, EngineName, Security
from regtui.host.registry_lists import DOCKER_IO
from regtui.host.security import security_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.lint.evidence import Evidence
    from regtui.host.model import Finding, HostConfig, InsecureEntry, Network

_FLAG = "insecure-registry"
_HUB = (DOCKER_IO, "index.docker.io", "registry-1.docker.io")
_NUMBERS = re.compile(r"[0-9.]+", re.ASCII)
_BRACKETED = re.compile(r"\[([^\]]*)\](:[0-9]+)?")


def insecure_findings(config: HostConfig, evidence: Evidence, pen: Pen) -> Iterator[Finding]:
    """Yield what is wrong with the entries (registry/config.go:130-250); names are compared to the letter."""
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY) or config.insecure_broken:
        return
    entries = [entry for entry in config.insecure[:LIST_LIMIT] if entry.source != BUILT_IN]
    judge = _Judge(config, evidence, pen)
    for entry in entries:
        finding = judge.name(entry) if entry.network is None else judge.network(entry, entry.network)
        if finding is not None:
            yield finding
    if config.refusal is None:  # flags and file together are a conflict, and told there
        yield from _twice(entries, pen)
    yield from _covered(config, entries, pen)


class _Judge:
    """Judges one entry after the other against what docker is configured to ask."""

    def __init__(self, config: HostConfig, evidence: Evidence, pen: Pen) -> None:
        self._config = config
        self._fork = config.engine is EngineName.RHEL_DOCKER
        self._addresses = evidence.addresses
        self._pen = pen
        self._names = {one.name for one in asked(config)}
        self._by_host = by_host(config)

    def name(self, entry: InsecureEntry) -> Finding | None:
        """Return what an exact name does not do."""
        value = entry.value
        if value in _HUB:
            where = "is insecure in `docker info` alone" if self._fork else "has no effect"
            message = f"{shown(value)} {where}: pulls from Docker Hub are verified in any case"
            return note("insecure-docker-io", message, entry.source, self._fix(entry, ()))
        return self._malformed(entry) or self._near_miss(entry) or self._address(entry)

    def network(self, entry: InsecureEntry, network: Network) -> Finding | None:
        """Return what a network covers otherwise than it reads."""
        if network.prefixlen == 0:
            message = (
                f"{shown(entry.value)} is every address: docker verifies no registry but Docker Hub, and falls back"
            )
            fix = "name the hosts or networks that need it, for example 10.0.0.0/8"
            return warning("insecure-everything", f"{message} to plain HTTP", entry.source, fix)
        address = parse_ip(entry.value.partition("/")[0])
        if address is not None and address.version == network.version and address != network.network_address:
            message = (
                f"{shown(entry.value)} is the whole network {network}: docker cuts off what lies behind the prefix"
            )
            fix = self._fix(entry, (f"{address}/{network.max_prefixlen}",))
            return warning("insecure-host-bits", message, entry.source, fix)
        return None

    def _malformed(self, entry: InsecureEntry) -> Finding | None:
        value = entry.value
        if self._fork and "://" in value:
            message = f"{shown(value)} is compared to the letter with HOST[:PORT], so with its scheme it covers nothing"
            return warning("insecure-scheme", message, entry.source, self._meant(entry))
        if self._fork and ("," in value or any(char.isspace() for char in value)):
            message = f"{shown(value)} is one name for docker, neither a host nor a network, so it covers nothing"
            names = tuple(part for part in re.split(r"[,\s]+", value) if part)
            return warning("insecure-list", message, entry.source, self._fix(entry, names))
        if "/" in value:
            if _NUMBERS.fullmatch(value.partition("/")[0]) or parse_ip(value.partition("/")[0]) is not None:
                message = f"{shown(value)} is no network that docker can read; it counts as a name and covers nothing"
                return warning("insecure-bad-network", message, entry.source, "write ADDRESS/BITS, such as 10.0.0.0/8")
            message = f"{shown(value)} is compared to the letter with HOST[:PORT], so with its path it covers nothing"
            return warning("insecure-path", message, entry.source, self._meant(entry))
        if self._fork and ("[" in value or value.count(":") > 1):
            return self._brackets(entry)
        if "*" in value or "?" in value:
            message = f"docker knows no patterns: {shown(value)} is compared to the letter and covers nothing"
            fix = "name each host, or a network such as 10.0.0.0/8"
            return warning("insecure-pattern", message, entry.source, fix)
        return None

    def _brackets(self, entry: InsecureEntry) -> Finding:
        found = _BRACKETED.fullmatch(entry.value)
        inside = found[1] if found else ""
        address = parse_ip(inside if found else entry.value)
        message = f"{shown(entry.value)} covers nothing: no image name holds an address in brackets, or one of IPv6"
        if address is not None and address.version == 4 and found:
            return warning("insecure-brackets", message, entry.source, self._fix(entry, (inside + (found[2] or ""),)))
        fix = self._fix(entry, (f"{address}/128",)) if address else self._meant(entry)
        return warning("insecure-brackets", message, entry.source, fix)

    def _near_miss(self, entry: InsecureEntry) -> Finding | None:
        """Return that a registry of the same host is asked under a name that the entry does not cover."""
        value = entry.value
        others = self._by_host.get(host_of(value).lower(), [])
        missed = [name for name in others if not self._is_insecure(name)]
        if value in self._names or not missed:
            return None
        if value.lower() in (name.lower() for name in missed):
            message = f"{shown(value)} differs from {listed(missed)} in the case of letters, so it does not cover it"
            return warning("insecure-case", message, entry.source, self._fix(entry, tuple(missed)))
        message = (
            f"{shown(value)} does not cover {listed(missed)}: the port is part of the name, and docker compares names"
        )
        return warning("insecure-port", f"{message} to the letter", entry.source, self._fix(entry, tuple(missed)))

    def _address(self, entry: InsecureEntry) -> Finding | None:
        value = entry.value
        if value in self._names:
            return None
        if self._fork and host_fault(value):
            message = f"no image name can have the host {shown(value)}, so the entry covers nothing"
            return warning("insecure-no-host", message, entry.source, self._meant(entry))
        address = parse_ip(value)
        if address is None or address.version != 4 or self._is_insecure(f"{address}:5000"):
            return None
        message = (
            f"{shown(value)} is a name without a port and no network: `{address}:5000` and other ports stay secure"
        )
        fix = self._fix(entry, (f"{address}/{address.max_prefixlen}",))
        return note("insecure-bare-address", message, entry.source, fix)

    def _is_insecure(self, name: str) -> bool:
        return security_of(self._config, name, self._addresses).security is Security.INSECURE

    def _meant(self, entry: InsecureEntry) -> str:
        names = better_names(self._config, entry.value)
        return self._fix(entry, names[:1]) if names else ""

    def _fix(self, entry: InsecureEntry, new: tuple[str, ...]) -> str:
        return self._pen.rewritten(_FLAG, entry.source, entry.value, new)


def _twice(entries: list[InsecureEntry], pen: Pen) -> Iterator[Finding]:
    seen: dict[object, InsecureEntry] = {}
    for entry in entries:
        before = seen.setdefault(entry.network or entry.value, entry)
        if before is not entry:
            message = f"{shown(entry.value)} is in the insecure list at {place(before.source)} already"
            fix = pen.rewritten(_FLAG, entry.source, entry.value, ())
            yield note("insecure-twice", message, entry.source, fix)


def _covered(config: HostConfig, entries: list[InsecureEntry], pen: Pen) -> Iterator[Finding]:
    """Yield networks that lie in another one; docker's own 127.0.0.0/8 counts."""
    networks = [entry for entry in config.insecure[:LIST_LIMIT] if entry.network is not None]
    for entry in entries:
        larger = next((one for one in networks if _lies_in(entry.network, one.network)), None)
        if larger is not None:
            message = f"{shown(entry.value)} lies in {shown(larger.value)} ({place(larger.source)}), so it adds nothing"
            fix = pen.rewritten(_FLAG, entry.source, entry.value, ())
            yield note("insecure-network-covered", message, entry.source, fix)


def _lies_in(small: Network | None, large: Network | None) -> bool:
    if small is None or large is None or small == large or small.version != large.version:
        return False
    return small.prefixlen > large.prefixlen and small.network_address in large
