"""containerd's plan for a name: the hosts that its files name for the registry, and the registry itself.

Sources: remotes/docker/config/hosts.go (ConfigureHosts) of containerd 1.6, and for the older mirrors of config.toml
pkg/cri/server/image_pull.go (registryEndpoints).
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Candidate, Endpoint, Fault, NameParts, Plan
from regtui.engines.containerd_legacy import OFFICIAL, PULL_AND_RESOLVE, with_fallback, with_mirrors
from regtui.engines.containerd_names import ContainerdRefusalError, Spec, read_name
from regtui.engines.hub import HUB_HOST
from regtui.host.containerd.model import ALL_CAPABILITIES, ContainerdConfig, HostEntry, HostsFolder
from regtui.host.gonet import parse_ip
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import ContainerdClient, EngineName, Security
from regtui.outcome import Outcome
from regtui.reference import split_hostport

if TYPE_CHECKING:
    from regtui.engines.base import Question


def make_plan(question: Question) -> Plan:
    """Return what the client would ask for a name, or the lines of its refusal."""
    config = question.config.containerd or ContainerdConfig()
    plan = Plan(EngineName.CONTAINERD, question.name, None, client=config.client)
    try:
        spec = read_name(question.name, config.client)
    except ContainerdRefusalError as error:
        return replace(plan, refused=(client_line(config.client, error.message),))
    if config.refused:
        return replace(plan, refused=(config.refused,))
    parts = NameParts(spec.registry, spec.repository, spec.tag or None, spec.digest or None)
    return replace(plan, parts=parts, candidates=(_candidate(question, config, spec),))


def client_line(client: ContainerdClient, message: str) -> str:
    """Return an error as the client prints it."""
    match client:
        case ContainerdClient.CTR:
            return f"ctr: {message}"
        case ContainerdClient.NERDCTL:
            return f"FATA: {message}"
        case ContainerdClient.CRI | ContainerdClient.DOCKER:
            return message


def docker_candidate(question: Question, config: ContainerdConfig, planned: Candidate) -> Candidate:
    """Return dockerd's candidate with the hosts of the containerd image store; `planned` is that of the other store."""
    text = planned.reference
    spec = Spec(text, planned.registry, planned.repository, planned.tag or "", planned.digest or "")
    made = _candidate(question, config, spec)
    return replace(
        made,
        full_name=planned.full_name,
        security=planned.security,
        source=made.source or planned.source,
    )


def _candidate(question: Question, config: ContainerdConfig, spec: Spec) -> Candidate:
    candidate = Candidate(
        registry=spec.registry,
        full_name=spec.name,
        name=spec.text,
        repository=spec.repository,
        tag=None if spec.digest else spec.tag or None,
        digest=spec.digest or None,
        security=Security.SECURE,
    )
    folder = config.folder_for(spec.registry)
    if folder is not None and folder.error:
        return replace(candidate, outcome=Outcome.INVALID, reason=folder.error)
    entries = _entries(config, spec.registry, folder)
    if config.client is ContainerdClient.DOCKER:
        entries = with_mirrors(question, spec.registry, entries)
    endpoints = tuple(_endpoint(spec, entry, question) for entry in entries)
    if config.client is ContainerdClient.DOCKER:
        endpoints = tuple(each for endpoint in endpoints for each in with_fallback(question, endpoint))
    broken = next((question.broken[entry.key] for entry in entries if entry.key in question.broken), None)
    if broken is not None:
        return replace(candidate, outcome=Outcome.TLS_FAILED, reason=broken)
    is_insecure = any(endpoint.insecure and not endpoint.mirror for endpoint in endpoints)
    source = entries[0].source if entries else None
    security = Security.INSECURE if is_insecure else Security.SECURE
    return replace(candidate, endpoints=endpoints, security=security, source=source)


def _entries(config: ContainerdConfig, registry: str, folder: HostsFolder | None) -> tuple[HostEntry, ...]:
    """Return the hosts in order, each with its address; where no file names one, the registry itself."""
    if config.client is ContainerdClient.CRI and not config.cri.config_path:
        return _older_mirrors(config, registry)
    *mirrors, last = folder.entries if folder is not None else (HostEntry(),)
    return (*mirrors, last if last.host else _itself(registry, last))


def _itself(registry: str, entry: HostEntry) -> HostEntry:
    """Return the registry's own entry: Docker Hub, plain HTTP for this host itself, else https."""
    entry = replace(entry, path="/v2", capabilities=ALL_CAPABILITIES)
    if registry == OFFICIAL:
        return replace(entry, scheme="https", host=HUB_HOST)
    if is_this_host(registry):
        return replace(entry, scheme="http", host=registry, skip_verify=True)
    return replace(entry, scheme="https", host=registry)


def is_this_host(registry: str) -> bool:
    """Whether a registry is `localhost` or a loopback address as written (docker.IsLocalhost)."""
    host = split_hostport(registry)[0]
    address = parse_ip(host)
    return host == "localhost" if address is None else address.is_loopback


def _older_mirrors(config: ContainerdConfig, registry: str) -> tuple[HostEntry, ...]:
    """Return the endpoints of registry.mirrors and the registry behind them, unless it is one of them."""
    cri = config.cri
    name = registry if registry in cri.mirrors else "*"
    found: list[HostEntry] = []
    for endpoint in cri.mirrors.get(name, ()):
        try:
            url = parse_url(endpoint if "://" in endpoint else f"{_scheme(endpoint)}://{endpoint}")
        except GoUrlError:
            continue
        found.append(_cri_entry(config, url.scheme, url.host, url.path or "/v2", name))
    if not any(entry.host == registry for entry in found):
        host = HUB_HOST if registry == OFFICIAL else registry
        found.append(_cri_entry(config, _scheme(host), host, "/v2", name))
    return tuple(found)


def _scheme(host: str) -> str:
    return "http" if is_this_host(host) else "https"


def _cri_entry(config: ContainerdConfig, scheme: str, host: str, path: str, name: str) -> HostEntry:
    known = config.cri.entries.get(host, HostEntry())
    return replace(
        known,
        scheme=scheme,
        host=host,
        path=path.rstrip("/"),
        capabilities=PULL_AND_RESOLVE,
        source=config.cri.mirror_sources.get(name) or known.source,
    )


def _endpoint(spec: Spec, entry: HostEntry, question: Question) -> Endpoint:
    is_mirror = entry.host != spec.registry and not (spec.registry == OFFICIAL and entry.host == HUB_HOST)
    api_path = posixpath.normpath(f"/{entry.path}") if entry.path else ""
    insecure = entry.scheme == "http" or bool(entry.skip_verify)
    return Endpoint(
        f"{entry.scheme}://{entry.host}",
        mirror=is_mirror,
        verify=not entry.skip_verify,
        insecure=insecure,
        key="" if is_mirror and question.config.engine is EngineName.MOBY else entry.host,
        certificates=entry.key,
        why=entry.source,
        api_path="" if api_path == "/" else api_path.replace("//", "/"),
        query=f"ns={spec.registry.replace(':', '%3A')}" if is_mirror else "",
        fault=_fault(entry, question),
        pinged=False,
        capabilities=tuple(entry.capabilities),
    )


def _fault(entry: HostEntry, question: Question) -> Fault | None:
    """Return what is wrong before a request."""
    if entry.scheme not in ("http", "https") or not entry.host:
        return Fault(Outcome.INVALID, f'unsupported protocol scheme "{entry.scheme}"')
    if (locked := question.locked.get(entry.host)) is not None:
        return Fault(Outcome.UNAUTHORIZED, locked)
    return None
