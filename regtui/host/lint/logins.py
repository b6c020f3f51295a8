"""Stored logins: keys that docker never looks up, and logins that go nowhere, or somewhere unexpected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.host.credentials import INDEX_SERVER
from regtui.host.gonet import host_of, parse_ip
from regtui.host.lint.hosts import LIST_LIMIT, asked, by_host
from regtui.host.lint.wording import bare_host, error, listed, shell, shown, warning
from regtui.host.model import EngineName, Source
from regtui.host.registry_lists import DOCKER_IO
from regtui.host.security import blocked, mirror_host
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.credentials import CredentialFile
    from regtui.host.lint.evidence import Evidence
    from regtui.host.model import Finding, HostConfig
    from regtui.host.podman.auth import AuthFault

_HUB = frozenset({DOCKER_IO, "index.docker.io", "registry-1.docker.io", "hub.docker.com", "registry.hub.docker.com"})


def login_findings(config: HostConfig, evidence: Evidence) -> Iterator[Finding]:
    """Yield what docker does with each stored login (registry/auth.go:226-243, registry/config.go:322)."""
    yield from _of_podman(evidence.auth_faults)
    stored = evidence.credentials
    if stored is None or config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return
    for one in stored.findings:
        yield replace(one, message=f"{one.message}; docker warns, and pulls anonymously") if stored.unusable else one
    for key in list(stored.entries)[:LIST_LIMIT]:
        finding = _of_entry(config, stored, key)
        if finding is not None:
            yield finding
    for key in list(stored.helpers)[:LIST_LIMIT]:
        if key in _HUB or key not in (bare_host(key), INDEX_SERVER):
            right = INDEX_SERVER if bare_host(key) in _HUB else bare_host(key)
            message = f"docker looks helpers up by {shown(right)} to the letter, so {shown(key)} is never found"
            yield warning("login-key", message, _source(stored, "credHelpers"), f'call the key "{printable(right)}"')
    yield from _in_the_clear(config, stored)


def _of_podman(faults: tuple[AuthFault, ...]) -> Iterator[Finding]:
    """Yield the files that podman does not pass over (getCredentialsWithHomeDir): it fails before it asks anybody."""
    for fault in faults:
        message = f"each pull fails for which no file before this one has a login: {fault.text}"
        fix = "give the file to the user who runs podman" if fault.is_denied else "move it away, and log in again"
        yield error("credentials-unreadable", message, fault.source, fix)


def _of_entry(config: HostConfig, stored: CredentialFile, key: str) -> Finding | None:
    source = stored.entries[key].source
    host = bare_host(key)
    helper = stored.helpers.get(key, stored.store)
    if helper:
        name = printable(f"docker-credential-{helper}", 80)
        message = f"the login of {shown(key)} in `auths` is never used: docker asks {name} for it, and nothing else"
        return warning("login-shadowed", message, source, shell("docker", "login", bare_host(key)))
    if key == INDEX_SERVER:
        return None
    if host in _HUB:
        message = (
            f"docker looks the login of Docker Hub up as {shown(INDEX_SERVER)} to the letter, never as {shown(key)}"
        )
        return warning("login-key", message, source, "docker login docker.io")
    if not host:
        message = f"{shown(key)} names no registry, so the login is never used"
        return warning("login-key", message, source, "remove the entry")
    if (entry := blocked(config, host)) is not None:
        message = f"{shown(host)} is blocked ({printable(str(entry.source), 200)}), so its login is never used"
        return warning("login-blocked", message, source, shell("docker", "logout", key))
    known = {one.name for one in asked(config) if not one.mirror}
    if host in known:
        return None
    if host in {mirror_host(mirror.value) for mirror in config.mirrors[:LIST_LIMIT]}:
        message = f"docker sends a mirror the login of Docker Hub, never the one of {shown(host)}"
        return warning("login-of-mirror", message, source, "docker login docker.io")
    stored_hosts = {bare_host(one) for one in stored.entries}
    missed = [name for name in by_host(config).get(host_of(host).lower(), ()) if name in known - stored_hosts]
    if missed:
        message = f"{shown(key)} is not the key of {listed(missed)}: host, port and case are compared to the letter"
        return warning("login-port", message, source, shell("docker", "login", missed[0]))
    return None


def _in_the_clear(config: HostConfig, stored: CredentialFile) -> Iterator[Finding]:
    """Yield mirrors that would get Docker Hub's password in plain text."""
    helper = stored.helpers.get(INDEX_SERVER, stored.store)
    if INDEX_SERVER not in stored.entries and not helper:
        return
    for mirror in config.mirrors[:LIST_LIMIT]:
        host = host_of(mirror_host(mirror.value))
        literal = parse_ip(host)
        if not mirror.value.startswith("http://") or host == "localhost" or (literal and literal.is_loopback):
            continue
        message = (
            f"docker would send Docker Hub's login to the mirror {shown(mirror.value)} over plain HTTP, should it ask "
            "for one (regtui sends none)"
        )
        fix = "give the mirror a certificate, and write its URL with https://"
        yield warning("login-in-the-clear", message, mirror.source, fix)


def _source(stored: CredentialFile, key: str) -> Source:
    return Source(printable(stored.path), stored.places.keys.get(key), key)
