"""Where `docker push NAME` would go: one registry, never a mirror, and what the host must have for it.

Sources: distribution/push.go:60-100, registry/service.go:482-495 and newRepositoryInfo in registry/config.go of RHEL's
Docker 1.13.1; distribution/push.go, and cli/command/image/push.go of the CLI, for moby.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.choice import engine_for
from regtui.engines.commands import program
from regtui.engines.containerd_names import ContainerdRefusalError, read_name
from regtui.frozen import dataclass
from regtui.host.lint.advice import Pen
from regtui.host.model import BUILT_IN, ContainerdClient, EngineName, Security, Setting
from regtui.host.podman.names import normalize
from regtui.host.podman.prefixes import find_registry
from regtui.reference import InvalidReference, MobyGrammar, check_remote_name, parse_moby, parse_rhel, qualify
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from regtui.engines.base import Candidate, Endpoint, Question
    from regtui.host.model import HostConfig, Source
    from regtui.reference import RhelReference

OFFICIAL = "docker.io"
LIBRARY = "library/"
DAEMON = "Error response from daemon: "
NO_DIGEST = "cannot push a digest reference"
PODMAN_RULE = (
    "podman pushes to the registry of the name as it is written, without one to docker.io: the search list, aliases, "
    "locations and mirrors are for pulls alone"
)
CONTAINERD_RULE = "it goes to the registry of the name, or to the first host of its hosts.toml with the capability push"
_SOME = "e" * 64
"""The digits of any digest; as a port they are invalid, as nearly all are."""
_SAMPLE = "regtui"  # endpoints depend on the host alone; the name is never sent


@dataclass(frozen=True, slots=True)
class Need:
    """What a push needs of this host, in a sentence, and a line to paste where one helps."""

    text: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class PushPlan:
    """A push before anything is sent.

    `full_name` is the whole name without tag; `tag` is None where every local tag is pushed. `endpoints` are in the
    engine's order, without mirrors; `mirrors` are those that are left out. `source` is the setting that makes this
    registry the first of the list, None for a name that was typed with its registry. `prints` are the lines that
    docker prints before it asks anybody, `refused` those that it prints instead of asking. `rule` says how an engine
    that plans no endpoints here finds the registry.
    """

    engine: EngineName
    name: str
    registry: str = ""
    full_name: str = ""
    tag: str | None = None
    security: Security = Security.UNKNOWN
    endpoints: tuple[Endpoint, ...] = ()
    mirrors: tuple[str, ...] = ()
    source: Source | None = None
    prints: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    rule: str = ""
    client: str = ""


def push_plan(question: Question, *, username: str = "") -> PushPlan:
    """Return where a push of the typed name would go. Never raises for a name; a refusal is part of the plan.

    `username` is the one stored for Docker Hub, which RHEL's Docker names in its advice.
    """
    plan = PushPlan(question.config.engine, question.name)
    try:
        if question.config.engine is EngineName.RHEL_DOCKER:
            return _of_fork(question, plan, username)
        if question.config.engine is EngineName.MOBY:
            return _of_moby(question, plan)
    except InvalidReference as error:
        return replace(plan, refused=(error.message,))
    return _as_written(question, plan)


def _of_fork(question: Question, plan: PushPlan, username: str) -> PushPlan:
    reference = parse_rhel(question.name)
    check_remote_name(reference)
    if reference.digest is not None:
        return replace(plan, refused=(NO_DIGEST,))
    plan = replace(plan, tag=reference.tag)
    if not reference.hostname:
        first = next(iter(question.config.registries), None)
        if first is None:
            return replace(plan, refused=(f"{DAEMON}No default registry configured.",))
        plan = replace(plan, source=first.source)
        try:
            reference = qualify(reference, first.value)
        except InvalidReference as error:
            return replace(plan, registry=first.value, refused=(DAEMON + error.message,))
    plan = replace(plan, registry=reference.hostname, full_name=reference.full_name)
    if reference.hostname == OFFICIAL and reference.remote_name.startswith(LIBRARY):
        return replace(plan, refused=(DAEMON + _root(reference, username),))
    said = f"The push refers to a repository [{reference.full_name}]"
    return _with_endpoints(question, plan, _on_host(question, reference.hostname), said)


def _of_moby(question: Question, plan: PushPlan) -> PushPlan:
    reference = parse_moby(question.name, MobyGrammar.DISTRIBUTION_2)
    if reference.digest is not None:
        return replace(plan, refused=(NO_DIGEST,))
    tagged = reference.with_default_tag()
    prints = () if reference.tag else (f"Using default tag: {tagged.tag}",)
    plan = replace(plan, registry=reference.domain, full_name=reference.name, tag=tagged.tag, prints=prints)
    said = f"The push refers to repository [{reference.name}]"
    return _with_endpoints(question, plan, _on_host(question, reference.domain), said)


def _as_written(question: Question, plan: PushPlan) -> PushPlan:
    """Return a push of podman's or of containerd's clients: to the registry of the name, whatever is said of pulls."""
    podman, containerd = question.config.podman, question.config.containerd
    if containerd is not None:
        return _of_containerd(question.name, plan, containerd.client)
    try:
        reference = normalize(question.name)
    except InvalidReference as error:
        return replace(plan, refused=(f"Error: {error.message}",))
    tag = None if reference.digest else reference.with_default_tag().tag
    name = f"{reference.name}@{reference.digest}" if reference.digest else reference.name
    plan = replace(plan, registry=reference.domain, full_name=name, tag=tag, rule=PODMAN_RULE, security=Security.SECURE)
    entry = None if podman is None else find_registry(podman.registries, reference.name)
    if entry is None or podman is None:
        return plan
    if entry.blocked:
        where = f"{podman.config_file} or {podman.config_folder}"
        text = f"registry {entry.prefix} is blocked in {where}"
        return replace(
            plan, refused=(f"Error: initializing destination docker://{name}{f':{tag}' if tag else ''}: {text}",)
        )
    return replace(plan, security=Security.INSECURE) if entry.location.insecure else plan


def _of_containerd(name: str, plan: PushPlan, client: ContainerdClient) -> PushPlan:
    plan = replace(plan, client=client)
    if client is ContainerdClient.CRI:
        return replace(plan, refused=("the kubelet pushes nothing: push with ctr or nerdctl",))
    added = "" if "@" in name else f"@sha256:{_SOME}" if client is ContainerdClient.CTR else ""
    try:
        spec = read_name(name + added, client)  # ctr puts the image's digest behind a name without one
    except ContainerdRefusalError as error:
        text = error.message.removeprefix(f"failed to resolve reference {go_quote(name + added)}: ")
        return replace(plan, refused=(f"{program(plan.engine, client)}: {text.replace(_SOME, 'DIGEST')}",))
    full = f"{spec.name}@{spec.digest}" if spec.digest and not added else spec.name
    return replace(plan, registry=spec.registry, full_name=full, tag=spec.tag or None, rule=CONTAINERD_RULE)


def _root(reference: RhelReference, username: str) -> str:
    """Return the refusal of a repository without an owner (distribution/push.go:71-80)."""
    user, name = username or "<user>", reference.remote_name.removeprefix(LIBRARY)
    return (
        f'You cannot push a "root" repository. Please rename your repository to {OFFICIAL}/<user>/<repo> '
        f"(ex: {OFFICIAL}/{user}/{name})"
    )


def _on_host(question: Question, host: str) -> Candidate | None:
    """Return any name on a host as the engine plans it: its endpoints are those of a push, and mirrors.

    A host that no name can be typed with, such as one with an underscore, is planned as the only one of the list.
    """
    engine = engine_for(question.config.engine)
    candidates = engine.plan(replace(question, name=f"{host}/{_SAMPLE}")).candidates
    if len(candidates) == 1 and candidates[0].registry == host:
        return candidates[0]
    listed = replace(question.config, registries=(Setting("add-registry", host, BUILT_IN),))
    candidates = engine.plan(replace(question, config=listed, name=_SAMPLE)).candidates
    return next(iter(candidates), None)


def _with_endpoints(question: Question, plan: PushPlan, candidate: Candidate | None, said: str) -> PushPlan:
    if candidate is None:
        return replace(plan, refused=(f"{DAEMON}no endpoints found for {plan.full_name}",))
    plan = replace(plan, security=candidate.security)
    if candidate.outcome is not None:
        return replace(plan, refused=(*plan.prints, DAEMON + candidate.reason))
    endpoints = tuple(endpoint for endpoint in candidate.endpoints if not endpoint.mirror)
    mirrors = tuple(endpoint.url for endpoint in candidate.endpoints if endpoint.mirror)
    plan = replace(plan, endpoints=endpoints, mirrors=mirrors, prints=(*plan.prints, said))
    if not endpoints:  # blocked, while its mirrors are not: no error but that there is nobody to ask
        return replace(plan, prints=(), refused=(*plan.prints, f"no endpoints found for {plan.full_name}"))
    return replace(plan, needs=_needs(question.config, plan))


def _needs(config: HostConfig, plan: PushPlan) -> tuple[Need, ...]:
    host = printable(plan.registry, 200)
    if plan.security is Security.INSECURE:
        return (Need(f"no certificate: {host} is insecure, so https is not verified, and http is tried behind it"),)
    needs = [Need(f"TLS at {host}, with a certificate that this host trusts")]
    if plan.registry == OFFICIAL:
        return (*needs, Need("a login of Docker Hub, since nobody pushes there without", "docker login docker.io"))
    needs.append(Need(f"or its authority's certificate in /etc/docker/certs.d/{host}/ca.crt"))
    # The list is compared with the name, so a mirror's being in it changes nothing here.
    fix = Pen(config, {}).added("insecure-registry", plan.registry)
    needs.append(Need(f"or {host} in the insecure list, if it has no TLS", printable(fix, 2000)))
    return tuple(needs)
