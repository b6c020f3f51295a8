"""podman's plan for a name: registries or the alias, and for each its mirrors, its location, https and http."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Candidate, Endpoint, Fault, NameParts, Plan
from regtui.engines.hub import HUB_HOST
from regtui.engines.podman_names import PodmanRefusalError, domain_of, read_typed, resolve
from regtui.host.model import EngineName, Security
from regtui.host.podman.model import Location, PodmanConfig, PullFromMirror, RequirementType
from regtui.host.podman.names import parse_plain
from regtui.host.podman.policy import requirements_for
from regtui.host.podman.prefixes import find_registry, rewrite
from regtui.outcome import Outcome
from regtui.reference import InvalidReference
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.engines.base import Question
    from regtui.host.model import Source
    from regtui.host.podman.model import PodmanRegistry, Policy
    from regtui.reference import MobyReference

OFFICIAL = "docker.io"
NOT_CHOSEN = "not asked: podman lets the person choose, and the first one is taken to be chosen"


def make_plan(question: Question) -> Plan:
    """Return what podman would ask for a name, or the lines of its refusal."""
    config = question.config.podman or PodmanConfig()
    plan = Plan(EngineName.PODMAN, question.name, None)
    try:
        name = read_typed(question.name)
        plan = replace(plan, parts=_parts(name))
        resolved = resolve(config, name)
    except PodmanRefusalError as error:
        return _refused(plan, error.message)
    if config.policy.error:
        return _refused(plan, config.policy.error)
    candidates = [_candidate(question, config, named, resolved.source) for named in resolved.names]
    preface: tuple[str, ...] = (resolved.description,) if resolved.description else ()
    if resolved.asks:
        preface = ("Please select an image:", *(f"  {named}" for named in resolved.names))
        candidates[1:] = [_skipped(candidate) for candidate in candidates[1:]]
    return replace(plan, candidates=tuple(candidates), preface=preface)


def _refused(plan: Plan, message: str) -> Plan:
    return replace(plan, refused=tuple(filter(None, f"Error: {message}".split("\n"))))


def _parts(name: str) -> NameParts:
    syntax = parse_plain(name)
    domain = domain_of(name)
    path = syntax.path if domain else syntax.name
    tag = None if syntax.digest else syntax.tag or "latest"
    return NameParts(domain, path, tag, syntax.digest or None)


def _skipped(candidate: Candidate) -> Candidate:
    return replace(candidate, endpoints=(), outcome=Outcome.SKIPPED, reason=NOT_CHOSEN)


def _candidate(question: Question, config: PodmanConfig, named: MobyReference, source: Source | None) -> Candidate:
    registry = find_registry(config.registries, named.name)
    insecure = registry is not None and registry.location.insecure
    candidate = Candidate(
        registry=named.domain,
        full_name=named.name,
        name=named.familiar_name,
        repository=named.path,
        tag=None if named.digest else named.tag,
        digest=named.digest,
        security=Security.INSECURE if insecure else Security.SECURE,
        source=source or (registry.source if registry else None),
    )
    candidate = _judged(config.policy, candidate)
    try:
        sources = _pull_sources(named, registry)
    except InvalidReference as error:
        return replace(candidate, outcome=Outcome.INVALID, reason=f"rewriting reference: {error.message}")
    endpoints = [
        endpoint
        for number, (place, physical) in enumerate(sources, 1)
        for endpoint in _endpoints(question, config, place, physical, mirror=number < len(sources))
    ]
    return replace(candidate, endpoints=tuple(endpoints))


def _judged(policy: Policy, candidate: Candidate) -> Candidate:
    """Return the candidate with what policy.json says about it; the first demand that fails counts."""
    unverified: list[str] = []
    for demand in requirements_for(policy, candidate.reference, candidate.full_name):
        match demand.type:
            case RequirementType.ACCEPT:
                continue
            case RequirementType.REJECT:
                image = f"docker://{candidate.name}{candidate.suffix}"
                return replace(candidate, rejected=f"Running image {image} is rejected by policy.")
            case RequirementType.SIGNED_BASE_LAYER:
                return replace(candidate, rejected="signedBaseLayer not implemented yet!")
            case RequirementType.SIGNED_BY | RequirementType.SIGSTORE_SIGNED:
                keys = f" by {', '.join(printable(key, 200) for key in demand.keys)}" if demand.keys else ""
                unverified.append(f"{policy.file} demands {demand.type}{keys}; regtui does not verify signatures")
    return replace(candidate, unverified="; ".join(unverified))


def _pull_sources(named: MobyReference, registry: PodmanRegistry | None) -> list[tuple[Location, MobyReference]]:
    """Return mirrors and the location in order, with what the image is called there (PullSourcesFromReference)."""
    if registry is None:
        return [(Location(""), named)]
    places = [mirror for mirror in registry.mirrors if _applies(registry, mirror, by_digest=named.digest is not None)]
    return [(place, rewrite(named, registry.prefix, place)) for place in (*places, registry.location)]


def _applies(registry: PodmanRegistry, mirror: Location, *, by_digest: bool) -> bool:
    if registry.mirror_by_digest_only or mirror.pull_from_mirror is PullFromMirror.DIGEST_ONLY:
        return by_digest
    return mirror.pull_from_mirror is not PullFromMirror.TAG_ONLY or not by_digest


def _endpoints(
    question: Question, config: PodmanConfig, place: Location, physical: MobyReference, *, mirror: bool
) -> tuple[Endpoint, ...]:
    """Return https, and http where the place is insecure; https alone where podman gives up before it asks."""
    host = HUB_HOST if physical.domain == OFFICIAL else physical.domain
    fault = _fault(question, config, physical)
    https = Endpoint(
        f"https://{host}",
        mirror=mirror,
        verify=not place.insecure,
        insecure=place.insecure,
        key=physical.name,
        certificates=physical.domain,
        why=place.source,
        repository=physical.path,
        fault=fault,
    )
    if fault is not None or not place.insecure:
        return (https,)
    return (https, replace(https, url=f"http://{host}"))


def _fault(question: Question, config: PodmanConfig, physical: MobyReference) -> Fault | None:
    """Return what is wrong before a request: credentials first, then certificates, then blocking (newDockerClient)."""
    if (locked := question.locked.get(physical.name)) is not None:
        return Fault(Outcome.UNAUTHORIZED, f"getting username and password: {locked}")
    if (broken := question.broken.get(physical.domain)) is not None:
        return Fault(Outcome.TLS_FAILED, broken)
    registry = find_registry(config.registries, physical.name)
    if registry is not None and registry.blocked:
        text = f"registry {registry.prefix} is blocked in {config.config_file} or {config.config_folder}"
        return Fault(Outcome.BLOCKED, text)
    return None
