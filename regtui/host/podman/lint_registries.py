"""Findings about `[[registry]]`: prefixes of no name, mirrors that are not asked, `insecure` at the wrong place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.host.lint.wording import error, note, place, shown, warning
from regtui.host.podman.model import PullFromMirror
from regtui.host.podman.names import normalize
from regtui.host.podman.prefixes import WILDCARD, find_registry, rewrite
from regtui.reference import InvalidReference, is_host_component
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Finding
    from regtui.host.podman.model import Location, PodmanRegistry

_HUB = "docker.io"
_INDEX = "index.docker.io"
_HUB_HOSTS = ("registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com")
_OFFICIAL = re.compile(
    "alpine|almalinux|busybox|caddy|centos|debian|docker|eclipse-temurin|elasticsearch|fedora|gcc|golang|haproxy|"
    "hello-world|httpd|influxdb|kibana|mariadb|maven|memcached|mongo|mysql|nginx|node|openjdk|perl|php|postgres|python|"
    "rabbitmq|redis|registry|rockylinux|ruby|rust|tomcat|traefik|ubuntu|vault|wordpress|zookeeper"
)
"""Images that Docker Hub keeps below library/, which people leave out."""
_HOST = re.compile(r"[a-zA-Z0-9]+(?:[.-]+[a-zA-Z0-9]+)*(?::[0-9]+)?")
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_END = re.compile(r"(?::[\w][\w.-]{0,127})?(?:@[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,})?\Z", re.ASCII)
_LIMIT = 1000
"""Entries of one list that are judged; each is held against all others."""


def registry_findings(registries: tuple[PodmanRegistry, ...]) -> Iterator[Finding]:
    """Yield what is wrong with the tables that count."""
    registries = registries[:_LIMIT]
    by_name = {
        name: registry for registry in reversed(registries) for name in (registry.location.name, registry.prefix)
    }
    for registry in registries:
        never = _never(registry)
        if never is not None:
            yield never
            continue
        yield from _locations(registry)
        yield from _useless(registry, registries)
        for number, mirror in enumerate(registry.mirrors):
            yield from _mirror(registry, mirror, registry.mirrors[:number], by_name)
        yield from _elsewhere(registry, by_name)


# Prefixes


def _never(registry: PodmanRegistry) -> Finding | None:
    prefix = registry.prefix
    reason, better = _fault(prefix)
    if not reason:
        return None
    fix = f"prefix = {go_quote(better)}" if better else ""
    message = f"no image has a name that begins with {shown(prefix)}: {reason}"
    return warning("prefix-never-matches", message, registry.source, fix)


def _fault(prefix: str) -> tuple[str, str]:
    """Return why no full name begins with a prefix, and what was meant; nothing where one can."""
    if prefix.startswith(WILDCARD):
        return ("`*.` stands in front of a domain alone", "") if _HOST.fullmatch(prefix[2:]) is None else ("", "")
    host, slash, rest = prefix.partition("/")
    if "*" in prefix:
        domain = host.rpartition("*")[2].lstrip(".")
        return "`*` means something in `*.DOMAIN` alone", f"*.{domain}" if "." in domain else ""
    path = _END.sub("", rest, count=1)
    if host == _INDEX:
        return f"podman calls that registry {_HUB}", f"{_HUB}{slash}{rest}"
    if slash or "@" in host:
        if not is_host_component(host):
            return "full names begin with a registry", f"{_HUB}/{prefix}"
        if not all(_PATH.fullmatch(part) for part in path.split("/")):
            lower = f"{host}/{rest.lower()}"
            return "its path breaks the grammar of names", lower if lower != prefix and not _fault(lower)[0] else ""
    if _HOST.fullmatch(host) is None:
        return "it is no registry", ""
    if not is_host_component(host):
        return "full names begin with a registry", f"{_HUB}/{host}"
    return "", ""


def _useless(registry: PodmanRegistry, registries: tuple[PodmanRegistry, ...]) -> Iterator[Finding]:
    """Yield that a table says nothing, or that it misses the images of Docker Hub's library."""
    host, _slash, rest = registry.prefix.partition("/")
    if host == _HUB and _OFFICIAL.fullmatch(rest):
        full = f"{_HUB}/library/{rest}"
        message = f"{shown(registry.prefix)} does not cover the image {shown(rest)}, whose full name is {shown(full)}"
        yield warning("prefix-library", message, registry.source, f"prefix = {go_quote(full)}")
    if host in _HUB_HOSTS:
        message = f"{shown(registry.prefix)} does not cover Docker Hub's images, whose names begin with {_HUB}"
        yield warning("prefix-hub-host", message, registry.source, f"prefix = {go_quote(_HUB)}")
    location = registry.location
    others = tuple(one for one in registries if one is not registry)
    says = registry.mirrors or registry.blocked or location.insecure or location.name not in ("", registry.prefix)
    if not says and find_registry(others, registry.prefix) is None:
        message = f"the table for {shown(registry.prefix)} changes nothing: podman asks it so anyway"
        yield note("registry-no-effect", message, registry.source)


# Locations and mirrors


def _locations(registry: PodmanRegistry) -> Iterator[Finding]:
    for location in (registry.location, *registry.mirrors):
        fault = _malformed(registry.prefix, location)
        if fault:
            what = "a mirror" if location is not registry.location else "the location"
            better = location.name.rstrip("/").lower()
            message = f"podman cannot make names of {shown(location.name)}, {what} of {shown(registry.prefix)}: {fault}"
            fix = f"location = {go_quote(printable(better, 200))}" if better != location.name else ""
            yield error("location-malformed", f"{message}; each pull fails", location.source, fix)


def _malformed(prefix: str, location: Location) -> str:
    """Return podman's words about a name at a location, empty where it is well."""
    bare = prefix.partition("@")[0]
    host, slash, rest = bare.partition("/")
    bare = host + slash + rest.partition(":")[0]
    start = f"x{bare[1:]}" if bare.startswith(WILDCARD) else bare
    try:
        rewrite(normalize(f"{start}/x"), prefix if bare == prefix else bare, location)
    except InvalidReference as fault:
        return fault.message
    return ""


def _mirror(
    registry: PodmanRegistry, mirror: Location, before: tuple[Location, ...], by_name: dict[str, PodmanRegistry]
) -> Iterator[Finding]:
    name = mirror.name.rstrip("/")
    blocker = find_registry(tuple(by_name.values()), f"{name}/x")
    if blocker is not None and blocker.blocked:
        message = f"{shown(name)} is never asked: it is blocked at {place(blocker.blocked_source)}"
        yield warning("mirror-blocked", message, mirror.source)
    elif registry.blocked:
        message = (
            f"{shown(name)} is asked although {shown(registry.prefix)} is blocked: mirrors are blocked by themselves"
        )
        yield note("mirror-of-blocked", message, mirror.source)
    by_digest = registry.mirror_by_digest_only or mirror.pull_from_mirror is PullFromMirror.DIGEST_ONLY
    if by_digest or mirror.pull_from_mirror is PullFromMirror.TAG_ONLY:
        only, other = ("digest", "tag") if by_digest else ("tag", "digest")
        message = f"{shown(name)} is asked for pulls by {only} alone; those by {other} go to the registry itself"
        yield note(f"mirror-{only}-only", message, mirror.source)
    if any(one.name.rstrip("/") == name for one in before):
        message = f"{shown(name)} is a mirror of {shown(registry.prefix)} already: podman asks it twice"
        yield warning("mirror-listed-twice", message, mirror.source)
    if name == (registry.location.name or registry.prefix):
        message = f"{shown(name)} is the registry itself, which podman asks behind its mirrors anyway"
        yield warning("mirror-is-registry", message, mirror.source)
    yield from _own_table(mirror, by_name, f"the mirror {shown(name)}")
    if registry.location.insecure and not mirror.insecure and name not in by_name:
        where = place(registry.location.insecure_source)
        message = f"insecure at {where} is for {shown(registry.prefix)}, not for its mirror {shown(name)}"
        yield note("insecure-not-mirrors", message, mirror.source, f"{_HINT} its [[registry.mirror]]")


_HINT = "for plain HTTP or a certificate nobody trusts, write insecure = true in"


def _elsewhere(registry: PodmanRegistry, by_name: dict[str, PodmanRegistry]) -> Iterator[Finding]:
    """Yield what is said about a location as a prefix, which does not count where another prefix leads to it."""
    location = registry.location
    if location.name and location.name != registry.prefix:
        what = f"the location {shown(location.name)} of {shown(registry.prefix)}"
        yield from _own_table(location, by_name, what, registry)
        blocker = find_registry(tuple(by_name.values()), f"{location.name}/x")
        if registry.blocked and (blocker is None or not blocker.blocked):
            message = f"{shown(registry.prefix)} is not blocked: podman asks {shown(location.name)}, which is not"
            fix = f"write [[registry]] with location = {go_quote(location.name)} and blocked = true"
            yield warning("blocked-prefix-only", message, registry.blocked_source, printable(fix))


def _own_table(
    location: Location, by_name: dict[str, PodmanRegistry], what: str, within: PodmanRegistry | None = None
) -> Iterator[Finding]:
    table = by_name.get(location.name.rstrip("/"))
    if table is None or table is within:
        return
    if table.location.insecure and not location.insecure:
        where = place(table.location.insecure_source)
        message = f"insecure at {where} does not count for {what}: podman verifies it"
        yield warning("insecure-elsewhere", message, location.source, "insecure = true")
