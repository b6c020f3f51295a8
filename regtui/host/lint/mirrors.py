"""Mirrors: what they are asked for, and what of them docker reads otherwise than it was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from regtui.host.gonet import host_of, parse_ip
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.lint.certificates import CERTS
from regtui.host.lint.command_line import flag_words
from regtui.host.lint.hosts import LIST_LIMIT
from regtui.host.lint.wording import bare_host, error, listed, note, place, shown, warning
from regtui.host.model import EngineName, Security
from regtui.host.registry_lists import DOCKER_IO
from regtui.host.security import mirror_host, security_of
from regtui.outcome import CertificateFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.lint.evidence import Evidence
    from regtui.host.model import Finding, HostConfig, Setting

_FLAG = "registry-mirror"
_HUB = frozenset({DOCKER_IO, "index.docker.io", "registry-1.docker.io", "hub.docker.com", "registry.hub.docker.com"})
OTHERS = frozenset(
    {"quay.io", "gcr.io", "k8s.gcr.io", "registry.k8s.io", "ghcr.io", "mcr.microsoft.com", "public.ecr.aws", "nvcr.io"}
    | {"registry.access.redhat.com", "registry.redhat.io", "registry.fedoraproject.org", "registry.centos.org"}
    | {"registry.gitlab.com", "registry.suse.com", "docker.elastic.co", "container-registry.oracle.com"}
)
"""Public registries whose images are not Docker Hub's."""


def mirror_findings(config: HostConfig, evidence: Evidence, pen: Pen) -> Iterator[Finding]:
    """Yield what is wrong with the mirrors (registry/service_v2.go:10-45): they serve docker.io, and pulls."""
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return
    mirrors = config.mirrors[:LIST_LIMIT]
    for mirror in mirrors:
        yield from _misread(config, mirror, pen)
        yield from _answered(config, evidence, mirror, pen)
    if config.refusal is None:
        for flag, value, word in flag_words(config):
            if flag == _FLAG and "@" in value:  # a flag's user name is dropped from the list itself
                yield _login(word, value, mirror_url(value), pen)
        yield from _twice(mirrors, pen)
    yield from _serve_hub_alone(config)


def _misread(config: HostConfig, mirror: Setting, pen: Pen) -> Iterator[Finding]:
    value, host = mirror.value, mirror_host(mirror.value)
    if not value.startswith(("http://", "https://")):
        message = f"{shown(value)} has no scheme, so docker asks it as https://{host} alone"
        yield warning("mirror-no-scheme", message, mirror.source, _fix(mirror, f"https://{host}", pen))
    url = value if "://" in value else f"https://{value}"
    try:
        parsed = parse_url(url)
    except GoUrlError as reason:
        message = f"{shown(value)} is no URL ({reason}), so docker cannot ask docker.io at all"
        yield error("mirror-malformed", message, mirror.source, "write it as http://HOST:PORT")
        return
    if parsed.user is not None:
        yield _login(mirror, value, f"{parsed.scheme}://{parsed.host}", pen)
    other = _other_registry(config, host, parsed.path)
    if other:
        message = (
            f"{shown(value)} is asked for Docker Hub's images alone; docker has no mirrors for {shown(other)}, which "
            "it asks itself"
        )
        yield warning("mirror-other-registry", message, mirror.source, pen.rewritten(_FLAG, mirror.source, value, ()))
    elif parsed.path.strip("/"):
        asked = f"{parsed.scheme}://{parsed.host}/{parsed.path.strip('/')}/v2/"
        message = f"the path of {shown(value)} stays in front: docker asks {shown(asked)}"
        yield note("mirror-path", message, mirror.source)
    if host in _HUB:
        message = f"{shown(value)} is Docker Hub itself, which docker asks behind its mirrors anyway"
        yield warning("mirror-is-hub", message, mirror.source, pen.rewritten(_FLAG, mirror.source, value, ()))


def _login(mirror: Setting, value: str, url: str, pen: Pen) -> Finding:
    message = f"docker sends no user name of a mirror's URL; {shown(value)} is asked with docker.io's login, or none"
    return warning("mirror-login", message, mirror.source, pen.rewritten(_FLAG, mirror.source, value, (url,)))


def _other_registry(config: HostConfig, host: str, path: str) -> str:
    """Return the registry, other than Docker Hub, that a mirror's URL is or names in its path."""
    if host_of(host) in OTHERS:
        return host
    members = {setting.value for setting in config.registries} - {DOCKER_IO}
    return next((part for part in path.split("/") if part in OTHERS or part in members), "")


def _answered(config: HostConfig, evidence: Evidence, mirror: Setting, pen: Pen) -> Iterator[Finding]:
    """Yield what its answers tell: a mirror is asked as its URL says, and nothing else is tried."""
    host = mirror_host(mirror.value)
    if mirror.value.startswith("http://"):
        return
    if host in evidence.plain_http:
        message = (
            f"{shown(mirror.value)} speaks plain HTTP: docker asks a mirror as its URL says and tries no http, not "
            "even where it is in the insecure list, so each pull passes over it in silence"
        )
        yield warning("mirror-plain-http", message, mirror.source, _fix(mirror, f"http://{host}", pen))
    elif (distrust := evidence.untrusted.get(host)) and not _is_insecure(config, evidence, host):
        message = f"each pull passes over {shown(mirror.value)} in silence: {distrust.sentence}"
        yield warning("mirror-untrusted", message, mirror.source, _trusted(host, distrust.fault))


def _trusted(host: str, fault: CertificateFault) -> str:
    """Return what makes a certificate trusted; the insecure list would leave the mirror to anybody on the way."""
    match fault:
        case CertificateFault.EXPIRED:
            return f"renew the certificate of {host}"
        case CertificateFault.NOT_YET_VALID:
            return f"correct the clock of this host, or the dates of the certificate of {host}"
        case CertificateFault.OTHER_NAME:
            return f"give {host_of(host)} a certificate with this name, or write the mirror with a name that it has"
        case CertificateFault.UNKNOWN_AUTHORITY:
            return f"put the certificate of its authority into {CERTS}/{host}/ca.crt"
        case CertificateFault.AUTHORITY_OUTDATED:
            return f"renew the authority's certificate, on {host} and in {CERTS}/{host}"
        case CertificateFault.OTHER:
            return f"give {host} another certificate"
        case _:
            assert_never(fault)


def _is_insecure(config: HostConfig, evidence: Evidence, host: str) -> bool:
    return security_of(config, host, evidence.addresses).security is Security.INSECURE


def _twice(mirrors: tuple[Setting, ...], pen: Pen) -> Iterator[Finding]:
    seen: dict[str, Setting] = {}
    for mirror in mirrors:
        before = seen.setdefault(mirror.value.rstrip("/"), mirror)
        if before is not mirror:
            message = f"{shown(mirror.value)} is a mirror at {place(before.source)} already: docker asks it twice"
            yield warning("mirror-twice", message, mirror.source, pen.rewritten(_FLAG, mirror.source, mirror.value, ()))


def _serve_hub_alone(config: HostConfig) -> Iterator[Finding]:
    """Yield that other registries of the list are not asked through the mirrors, and may be mirrors themselves."""
    others = [setting.value for setting in config.registries if setting.value not in (DOCKER_IO, "index.docker.io")]
    if not config.mirrors or not others:
        return
    hosts = {mirror_host(mirror.value): mirror for mirror in config.mirrors}
    for name in dict.fromkeys(others):
        if name in hosts:
            message = (
                f"{shown(name)} is in the search list and a mirror too: it is asked for NAME under its own name, and "
                "for library/NAME of Docker Hub as the mirror"
            )
            yield note("mirror-in-list", message, hosts[name].source)
    direct = list(dict.fromkeys(name for name in others if name not in hosts))
    if direct:
        message = f"mirrors serve docker.io alone: docker asks {listed(direct)} directly, not through a mirror"
        yield note("mirror-docker-io-only", message, config.mirrors[0].source)


def mirror_url(text: str) -> str:
    """Return the URL that docker takes where it refused `text`, empty where there is no host in it."""
    scheme = "http" if text.lower().startswith("http:") else "https"
    host = bare_host(text.partition("?")[0].partition("#")[0])
    literal = parse_ip(host)
    host = f"[{host}]" if literal is not None and literal.version == 6 else host
    try:
        parse_url(f"{scheme}://{host}")
    except GoUrlError:
        return ""
    return f"{scheme}://{host}" if host else ""


def _fix(mirror: Setting, url: str, pen: Pen) -> str:
    return pen.rewritten(_FLAG, mirror.source, mirror.value, (url,))
