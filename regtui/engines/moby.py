"""Docker Engine (moby): one registry for a name, docker.io's mirrors before it.

Source: distribution/pull.go, pull_v2.go, errors.go and registry/service_v2.go of moby 20.10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Candidate, Concluded, Endpoint, NameParts, Passed, Plan, Say, Verdict
from regtui.engines.distribution import ErrorType, GoError, other
from regtui.engines.docker_pull import Dialect, EndpointPull, child_of
from regtui.engines.hub import HUB_KEY, HUB_URL, mirror_endpoint
from regtui.engines.unmarshal import MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST, SCHEMA1, SCHEMA1_SIGNED, SCHEMA2
from regtui.host.model import EngineName, Security
from regtui.host.security import security_of
from regtui.outcome import Outcome
from regtui.reference import InvalidReference, MobyGrammar, MobyReference, parse_moby

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer, Platform, Question, Walk
    from regtui.engines.ended import Ended

OFFICIAL = "docker.io"
DAEMON = "Error response from daemon: "

DIALECT = Dialect(
    quoted=True,
    oci=True,
    tag_method="HEAD",
    legacy=False,
    mirrors_go_on=True,
    pulling_from=lambda candidate: candidate.repository,
    no_platform=lambda platform: (
        f"no matching manifest for {platform.os}/{platform.architecture} in the manifest list entries"
    ),
    done=lambda candidate, _digest: (
        f"Status: Downloaded newer image for {candidate.name}{candidate.suffix}",
        candidate.reference,
    ),
)


class Moby:
    """The rules of Docker Engine with the graphdriver image store."""

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest types that distribution 2.7 asks for."""
        return (SCHEMA2, MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX, SCHEMA1_SIGNED, SCHEMA1, "application/json")

    @property
    def tag_method(self) -> str:
        """The verb that asks for a tag first."""
        return DIALECT.tag_method

    def plan(self, question: Question) -> Plan:
        """Return the one registry that the name means, or the lines that `docker pull` prints instead."""
        plan = Plan(EngineName.MOBY, question.name, None)
        try:
            typed = parse_moby(question.name, MobyGrammar.DISTRIBUTION_2)
        except InvalidReference as error:
            return replace(plan, refused=(error.message,))
        reference = typed.with_default_tag()
        domain = None if reference.domain == OFFICIAL and not _says_host(question.name) else reference.domain
        path = reference.path if domain else reference.familiar_name
        plan = replace(plan, parts=NameParts(domain, path, reference.tag, reference.digest))
        if typed.tag is None and reference.tag is not None:
            plan = replace(plan, preface=("Using default tag: latest",))
        if reference.familiar_name == "scratch":
            return replace(plan, refused=(f"{DAEMON}'scratch' is a reserved name",))
        return replace(plan, candidates=(_candidate(question, reference),))

    def child(self, answer: HttpAnswer, platform: Platform) -> str | None:
        """Return the entry of an index for the platform, its variant where there is one."""
        return child_of(answer, platform, oci=True)

    def walk(self, plan: Plan, platform: Platform) -> Walk:
        """Try the endpoints of the one registry (Pull, distribution/pull.go)."""
        for line in (*plan.preface, *plan.refused):
            yield Say(line)
        if plan.refused:
            return Verdict(Outcome.INVALID, 1, error=plan.refused[-1])
        candidate = plan.candidates[0]
        last: Ended | None = None
        seconds, talked = 0.0, False
        over_tls: set[str] = set()
        for number, endpoint in enumerate(candidate.endpoints):
            if endpoint.scheme != "https" and endpoint.host in over_tls:
                yield Concluded(0, number, Outcome.SKIPPED, "not tried: it is known to speak TLS")
                continue
            pull = EndpointPull(DIALECT, plan, 0, number, platform).run()
            last = yield from pull
            talked = talked or last.talked
            yield Concluded(0, number, last.outcome, last.sentence, last.seconds)
            seconds += last.seconds
            if last.found is not None:
                yield Passed(0, Outcome.FOUND)
                return Verdict(Outcome.FOUND, 0, last.found, engine_seconds=seconds)
            if not last.falls_back:
                break
            if endpoint.scheme == "https" and last.transport_ok:
                over_tls.add(endpoint.host)
        outcome = last.outcome if last else candidate.outcome or Outcome.NOT_FOUND
        yield Passed(0, outcome, last.sentence if last else candidate.reason)
        text = translate(last.error, candidate).text if last else candidate.reason
        yield Say(text if talked else DAEMON + text)
        return Verdict(outcome, 1, error=text, engine_seconds=seconds)


MOBY = Moby()


def _says_host(name: str) -> bool:
    return name.startswith((f"{OFFICIAL}/", "index.docker.io/"))


def _candidate(question: Question, reference: MobyReference) -> Candidate:
    host = reference.domain
    judged = security_of(question.config, host, question.addresses)
    candidate = Candidate(
        registry=host,
        full_name=reference.name,
        name=reference.familiar_name,
        repository=reference.path,
        tag=None if reference.digest else reference.tag,
        digest=reference.digest,
        security=judged.security,
        source=judged.source,
    )
    if host == OFFICIAL:
        mirrors = tuple(mirror_endpoint(question, setting) for setting in question.config.mirrors)
        endpoints: tuple[Endpoint, ...] = (*mirrors, Endpoint(HUB_URL, key=HUB_KEY))
    else:
        insecure = judged.security is Security.INSECURE
        directory = "" if insecure else host
        https = Endpoint(f"https://{host}", "v2", False, not insecure, insecure, host, directory, judged.source)
        endpoints = (https, replace(https, url=f"http://{host}")) if insecure else (https,)
    broken = [question.broken[e.certificates] for e in endpoints if e.certificates in question.broken]
    if broken:
        return replace(candidate, outcome=Outcome.TLS_FAILED, reason=broken[0])
    return replace(candidate, endpoints=endpoints)


def translate(error: GoError, candidate: Candidate) -> GoError:
    """Return the error as the user reads it (translatePullError and notFoundError, distribution/errors.go)."""
    if error.type is not ErrorType.CODE:
        return error
    match error.code:
        case "DENIED":
            denied = f"pull access denied for {candidate.name}, repository does not exist or may require 'docker login'"
            return other(f"{denied}: {error.text}")
        case "MANIFEST_UNKNOWN":
            return other(f"manifest for {candidate.name}{candidate.suffix} not found: {error.text}")
        case "NAME_UNKNOWN":
            return other(f"repository {candidate.name} not found: {error.text}")
        case _:
            return error
