"""Each registry that the configuration names: who says so, how far it is trusted, and where the engine would ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regtui.engines.base import Question
from regtui.engines.choice import engine_of
from regtui.host.containerd.lint import registry_of
from regtui.host.lint.wording import bare_host
from regtui.host.model import EngineName
from regtui.host.proxies import masked, proxy_for
from regtui.host.security import security_of
from regtui.reference import split_hostport
from regtui.stored import NO_CREDENTIALS
from regtui.survey.model import EndpointFacts, RegistryFacts
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.engines.base import Addresses, Candidate, Endpoint
    from regtui.host.credentials import CredentialFile
    from regtui.host.model import HostConfig, Proxies, Source
    from regtui.stored import Store

LIMIT = 200
"""Registries that are told of; a host names some dozens."""
HUB = "docker.io"
PROBE = "library/regtui"
"""A path that any registry may have: nobody is asked for it, the engine's plan for it tells its endpoints."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the configuration: the store of certificates and logins, and addresses as far as known."""

    store: Store
    addresses: Addresses
    folders: tuple[str, ...] = ()
    credentials: CredentialFile | None = None


def registry_facts(config: HostConfig, around: Around) -> tuple[RegistryFacts, ...]:
    """Return the registries in the order of the search list, then the others that something is said about."""
    named = _named(config, around)
    facts = [_facts(config, around, name, *named[name]) for name in list(named)[:LIMIT]]
    return (*facts, *_blocked(config))


def _named(config: HostConfig, around: Around) -> dict[str, tuple[str, Source | None]]:
    """Return the names with what names them first."""
    found: dict[str, tuple[str, Source | None]] = {}
    for number, setting in enumerate(config.registries, 1):
        found.setdefault(setting.value, (f"{number} of the search list", setting.source))
    if config.engine is not EngineName.RHEL_DOCKER:
        found.setdefault(HUB, ("Docker Hub's name", None))
    for entry in config.insecure:
        if entry.network is None and entry.value:
            found.setdefault(entry.value, ("in the insecure list", entry.source))
    if config.podman is not None:
        for registry in config.podman.registries:
            found.setdefault(registry.prefix, ("a [[registry]] of its own", registry.source))
    if config.containerd is not None:
        for name, source in config.containerd.cri.mirror_sources.items():
            found.setdefault(name, ("a table of config.toml", source))
        for folder in config.containerd.folders.values():
            found.setdefault(registry_of(folder), (f"the folder {printable(folder.path)}", None))
    for name in around.folders:
        found.setdefault(name, (f"the folder of certificates {printable(name)}", None))
    for server in around.credentials.entries if around.credentials else ():
        host = HUB if "index.docker.io" in server else bare_host(server)
        found.setdefault(host, ("a login is stored for it", None))
    left_out = {"", "_default", *(entry.value for entry in config.blocked)}
    return {name: told for name, told in found.items() if name not in left_out and "*" not in name}


def _facts(config: HostConfig, around: Around, name: str, origin: str, source: Source | None) -> RegistryFacts:
    host = name.partition("/")[0]
    plan = engine_of(config).plan(Question(config, f"{name}/{PROBE}", around.addresses))
    judged = security_of(config, host, around.addresses)
    shown = printable(strip_userinfo(name), 200)
    candidate = plan.candidates[0] if plan.candidates else None
    refused = () if config.refusal is not None else plan.refused  # which is told once, for all of them
    trouble = "; ".join(refused) if refused else candidate.reason if candidate is not None else ""
    facts = RegistryFacts(
        shown, origin, judged.security, printable(judged.reason), source, judged.source, (), printable(trouble)
    )
    if candidate is None or not candidate.endpoints:
        return facts
    return replace(facts, endpoints=tuple(_endpoints(config, around, candidate)))


def _endpoints(config: HostConfig, around: Around, candidate: Candidate) -> Iterator[EndpointFacts]:
    """Yield each place once; plain HTTP beside https is told of with it."""
    asked = [endpoint for endpoint in candidate.endpoints if endpoint.api == "v2"]
    plain = {endpoint.host for endpoint in asked if endpoint.scheme == "http"}
    secured = {endpoint.host for endpoint in asked if endpoint.scheme == "https"}
    for endpoint in asked:
        if endpoint.scheme == "http" and endpoint.host in secured:
            continue
        certs = around.store.certificates(endpoint.certificates)
        _credential, login = around.store.credential(endpoint.key, endpoint.host)
        if login.startswith(NO_CREDENTIALS):  # the places are told once, below
            login = "none is stored for it"
        yield EndpointFacts(
            printable(endpoint.url, 300),
            endpoint.mirror,
            _tls(endpoint, then_plain=endpoint.scheme == "https" and endpoint.host in plain),
            _certificates(endpoint, certs.error, certs.path, len(certs.authorities), len(certs.pairs), certs.unreadable)
            if endpoint.scheme == "https" and endpoint.certificates
            else "",
            printable(around.store.locked(endpoint.key) or login),
            route(config.proxies, endpoint, go110=config.engine is EngineName.RHEL_DOCKER),
            endpoint.why,
        )


def _tls(endpoint: Endpoint, *, then_plain: bool) -> str:
    if endpoint.fault is not None:
        return printable(endpoint.fault.text)
    if endpoint.scheme == "http":
        return "plain HTTP, not encrypted"
    verified = "TLS verified" if endpoint.verify else "TLS, certificate not verified"
    return f"{verified}; then plain HTTP" if then_plain else verified


def _certificates(
    endpoint: Endpoint, error: str | None, path: str, authorities: int, pairs: int, unreadable: tuple[str, ...]
) -> str:
    if error:
        return f"{printable(path)}: {printable(error)}"
    parts = [_count(authorities, "authority", "authorities"), _count(pairs, "client certificate")]
    if unreadable:
        parts.append(f"{_count(len(unreadable), 'file')} that only root can read")
    told = ", ".join(part for part in parts if part)
    if not told:
        return "the system's authorities alone"
    unused = "" if endpoint.verify else "; not used to verify, for it is insecure"
    return f"{told} in {printable(path)}{unused}"


def _count(number: int, word: str, many: str = "") -> str:
    if not number:
        return ""
    return f"1 {word}" if number == 1 else f"{number} {many or word + 's'}"


def route(proxies: Proxies, endpoint: Endpoint, *, go110: bool) -> str:
    """Return which way a request to the endpoint takes, in words, and what decides it."""
    if not (proxies.http or proxies.https):
        return "direct, no proxy is set"
    host, port = split_hostport(endpoint.host)
    scheme = endpoint.scheme
    number = int(port) if port else _PORTS[scheme]
    by_way = proxy_for(proxies, scheme, host, number, go110=go110)
    if by_way:
        name = "HTTPS_PROXY" if scheme == "https" and proxies.https else "HTTP_PROXY"
        return f"by way of {printable(masked(by_way), 200)} ({name})"
    if proxy_for(replace(proxies, no_proxy=""), scheme, host, number, go110=go110):
        return "direct, NO_PROXY covers it"
    if not (proxies.https if scheme == "https" else proxies.http):
        return f"direct, no proxy is set for {scheme}"
    return "direct, no proxy leads to this very host"


def _blocked(config: HostConfig) -> Iterator[RegistryFacts]:
    for entry in config.blocked:
        name = "all that is not listed" if entry.value == "*" else printable(entry.value, 200)
        yield RegistryFacts(name, "blocked", None, "nothing is asked of it", entry.source)
