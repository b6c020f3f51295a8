"""The plan of RHEL's Docker: the typed name on every registry of the list, with the endpoints of each.

Sources: distribution/pull.go:63-98 (the list), registry/service_v2.go:10-45 and service_v1.go (the endpoints),
registry/service.go:492-513 (blocking), registry/config.go:322 (the key of credentials) of projectatomic/docker.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Candidate, Endpoint, NameParts, Plan
from regtui.engines.hub import HUB_HOST, HUB_KEY, HUB_URL, mirror_endpoint
from regtui.host.model import EngineName, Security
from regtui.host.security import blocked, security_of
from regtui.outcome import Outcome
from regtui.reference import InvalidReference, RhelReference, check_remote_name, parse_rhel, qualify
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.engines.base import Question
    from regtui.host.model import HostConfig, Setting, Source

OFFICIAL = "docker.io"
SCRATCH = "scratch"
DAEMON = "Error response from daemon: "


def make_plan(question: Question) -> Plan:
    """Return candidates and endpoints, or the lines that `docker pull` prints instead."""
    plan = Plan(EngineName.RHEL_DOCKER, question.name, None, signed=question.config.signature_verification)
    try:
        typed = parse_rhel(question.name)
    except InvalidReference as error:
        return replace(plan, refused=(error.message,))
    reference = typed.with_default_tag()
    domain = typed.hostname if typed.fully_qualified else None
    path = typed.remote_name if typed.fully_qualified else typed.name
    plan = replace(plan, parts=NameParts(domain, path, reference.tag, reference.digest))
    if reference.tag is not None and typed.tag is None:
        plan = replace(plan, preface=("Using default tag: latest",))
    if typed.fully_qualified:
        return replace(plan, candidates=(_qualified(question, reference),))
    refused = _refusal(question.config, reference)
    if refused:
        return replace(plan, refused=(DAEMON + refused,))
    return replace(plan, candidates=_walked(question, reference))


def _refusal(config: HostConfig, reference: RhelReference) -> str:
    """Return why an unqualified name is refused before any registry is tried, empty where it is not.

    The daemon qualifies the name with the first registry of its list before it walks the list.
    """
    if not config.registries:
        return "No default registry configured."
    try:
        qualify(reference, config.registries[0].value)
    except InvalidReference as error:
        return error.message
    return _reserved(reference.name)


def _reserved(name: str) -> str:
    """validateRepoName (distribution/pull.go:226-234)."""
    return f"'{SCRATCH}' is a reserved name" if name.removeprefix(f"{OFFICIAL}/") == SCRATCH else ""


def _walked(question: Question, reference: RhelReference) -> tuple[Candidate, ...]:
    """The name on each registry; one that cannot be qualified is passed over in silence, save the last."""
    registries = question.config.registries
    candidates = []
    for position, registry in enumerate(registries, 1):
        try:
            candidate = _candidate(question, qualify(reference, registry.value), registry)
        except InvalidReference as error:
            candidate = _unqualifiable(reference, registry, error, last=position == len(registries))
        candidates.append(candidate)
    return tuple(candidates)


def _unqualifiable(reference: RhelReference, registry: Setting, error: InvalidReference, *, last: bool) -> Candidate:
    """distribution/pull.go:79-86."""
    names = f"{go_quote(reference.name)} name with {go_quote(registry.value)}"
    return Candidate(
        registry=registry.value,
        full_name=f"{registry.value}/{reference.name}",
        name=f"{registry.value}/{reference.name}",
        repository=reference.name,
        tag=reference.tag,
        digest=reference.digest,
        security=Security.UNKNOWN,
        outcome=Outcome.INVALID if last else Outcome.SKIPPED,
        reason=f"Failed to fully qualify {names} registry: {error.message}",
        silent=True,
        source=registry.source,
    )


def _qualified(question: Question, reference: RhelReference) -> Candidate:
    try:
        check_remote_name(reference)
    except InvalidReference as error:
        candidate = _candidate(question, reference, None)
        return replace(candidate, endpoints=(), outcome=Outcome.INVALID, reason=error.message, silent=True)
    return _candidate(question, reference, None)


def _candidate(question: Question, reference: RhelReference, registry: Setting | None) -> Candidate:
    """One registry with its endpoints; `registry` is None for a name that was typed with its host."""
    host = reference.hostname
    listed = registry or next((r for r in question.config.registries if r.value == host), None)
    candidate = Candidate(
        registry=registry.value if registry else host,
        full_name=reference.full_name,
        name=reference.name,
        repository=reference.remote_name,
        tag=reference.tag,
        digest=reference.digest,
        security=security_of(question.config, host, question.addresses).security,
        source=listed.source if listed else None,
    )
    reserved = _reserved(reference.name)
    if reserved:
        return replace(candidate, outcome=Outcome.INVALID, reason=reserved)
    endpoints = _endpoints(question, host, candidate.source)
    broken = [question.broken[e.certificates] for e in endpoints if e.certificates in question.broken]
    if broken:
        return replace(candidate, outcome=Outcome.TLS_FAILED, reason=broken[0])
    if not question.config.disable_legacy_registry:  # it returns before the block filter (service.go:498-500)
        endpoints = tuple(e for e in endpoints if blocked(question.config, e.host) is None)
        if not endpoints:
            return replace(candidate, outcome=Outcome.BLOCKED, reason="All endpoints blocked.")
    return replace(candidate, endpoints=endpoints)


def _endpoints(question: Question, host: str, source: Source | None) -> tuple[Endpoint, ...]:
    """The endpoints of a registry in order (service_v2.go:10-45, service_v1.go:6)."""
    if host == OFFICIAL:
        mirrors = tuple(mirror_endpoint(question, setting) for setting in question.config.mirrors)
        return (*mirrors, Endpoint(HUB_URL, key=HUB_KEY, why=source))
    judged = security_of(question.config, host, question.addresses)
    insecure = judged.security is Security.INSECURE
    https = Endpoint(
        f"https://{host}",
        verify=not insecure,
        insecure=insecure,
        key=_credentials_key(question.config, host),
        certificates="" if insecure else host,
        why=judged.source if insecure and judged.source else source,
    )
    schemes = (https, replace(https, url=f"http://{host}")) if insecure else (https,)
    if question.config.disable_legacy_registry or host == HUB_HOST:  # service_v1.go:6
        return schemes
    return (*schemes, *(replace(endpoint, api="v1") for endpoint in schemes))


def _credentials_key(config: HostConfig, host: str) -> str:
    """Return the name that credentials are looked up by: `index.R` counts as R for a listed R (config.go:271-287)."""
    if not host.startswith("index."):
        return host
    return next((r.value for r in config.registries if host == f"index.{r.value}"), host)
