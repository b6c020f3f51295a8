"""RHEL's Docker 1.13.1: a list of registries is walked, and the last error wins.

Source: projectatomic/docker, branch docker-1.13.1-rhel; file:line below are relative to it. The plan is made in
`rhel_plan`; what one endpoint's answer means stands in `rhel_pull`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import Concluded, Found, Passed, Say, Verdict
from regtui.engines.distribution import ErrorType, GoError, other
from regtui.engines.docker_pull import Dialect, EndpointPull, child_of
from regtui.engines.rhel_legacy import pull_v1
from regtui.engines.rhel_plan import make_plan
from regtui.engines.unmarshal import MANIFEST_LIST, SCHEMA1, SCHEMA1_SIGNED, SCHEMA2
from regtui.frozen import dataclass
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Generator

    from regtui.engines.base import Answer, Candidate, Endpoint, HttpAnswer, Move, Plan, Platform, Question, Walk
    from regtui.engines.ended import Ended


DIALECT = Dialect(
    quoted=False,  # Go 1.10
    oci=False,
    tag_method="GET",
    legacy=True,
    mirrors_go_on=False,
    pulling_from=lambda candidate: candidate.full_name,
    no_platform=lambda _platform: "no supported platform found in manifest list",
    done=lambda candidate, _digest: (f"Status: Downloaded newer image for {candidate.name}{candidate.suffix}",),
)


class RhelDocker:
    """The rules of Docker 1.13.1 as Red Hat shipped it."""

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest types of distribution 28602af; OCI's are not among them."""
        return (SCHEMA2, MANIFEST_LIST, SCHEMA1_SIGNED, SCHEMA1, "application/json")

    @property
    def tag_method(self) -> str:
        """The verb that asks for a tag first."""
        return DIALECT.tag_method

    def plan(self, question: Question) -> Plan:
        """Qualify the name with every registry of the list (distribution/pull.go:63-98)."""
        return make_plan(question)

    def child(self, answer: HttpAnswer, platform: Platform) -> str | None:
        """Return the first entry of a manifest list for the os and architecture (distribution/pull_v2.go)."""
        return child_of(answer, platform, oci=False)

    def walk(self, plan: Plan, platform: Platform) -> Walk:
        """Try one registry after another; the last error wins, all others are dropped (distribution/pull.go:79-94)."""
        for line in (*plan.preface, *plan.refused):
            yield Say(line)
        if plan.refused:
            return Verdict(Outcome.INVALID, 1, error=plan.refused[-1])
        last = _Pulled(Outcome.NOT_FOUND, "")
        seconds, talked = 0.0, False
        for index, candidate in enumerate(plan.candidates):
            if candidate.outcome is Outcome.SKIPPED:
                yield Passed(index, Outcome.SKIPPED, candidate.reason)
                continue
            last = yield from _pull_from_registry(plan, index, platform)
            talked = talked or not candidate.silent
            seconds += last.seconds
            if last.found is not None:
                return Verdict(Outcome.FOUND, 0, last.found, engine_seconds=seconds)
        # An error before the first line of progress reaches the client as an HTTP error (image_routes.go:114-120).
        yield Say(last.text if talked else f"Error response from daemon: {last.text}", last.assumed)
        return Verdict(last.outcome, 1, error=last.text, engine_seconds=seconds)


RHEL_DOCKER = RhelDocker()


@dataclass(frozen=True, slots=True)
class _Pulled:
    """How one registry ended: the error text that `Pull` gets back."""

    outcome: Outcome
    text: str
    assumed: bool = False
    found: Found | None = None
    seconds: float = 0.0


def _pull_from_registry(plan: Plan, index: int, platform: Platform) -> Generator[Move, Answer | None, _Pulled]:
    """Try the endpoints of one registry (pullFromRegistry, distribution/pull.go:102-211)."""
    candidate = plan.candidates[index]
    if not candidate.silent:
        yield Say(f"Trying to pull repository {candidate.full_name} ...")
    if candidate.outcome is not None:
        yield Passed(index, candidate.outcome, candidate.reason)
        return _Pulled(candidate.outcome, candidate.reason)
    last: Ended | None = None
    told: Ended | None = None  # what a person is told: the v1 endpoints repeat what their v2 twin met
    seconds, confirmed_v2 = 0.0, False
    confirmed_tls: set[str] = set()
    failed: dict[str, Ended] = {}
    for number, endpoint in enumerate(candidate.endpoints):
        passed_over = _passed_over(endpoint, confirmed_v2=confirmed_v2, confirmed_tls=confirmed_tls)
        if passed_over:
            yield Concluded(index, number, Outcome.SKIPPED, passed_over)
            continue
        if endpoint.api == "v1":
            ended = yield from pull_v1(candidate, endpoint, failed.get(endpoint.url))
        else:
            ended = yield from EndpointPull(DIALECT, plan, index, number, platform).run()
            told, failed[endpoint.url] = ended, ended
        yield Concluded(index, number, ended.outcome, ended.sentence, ended.seconds)
        seconds += ended.seconds
        if not (ended.unsupported and last is not None):  # pull.go:183-194
            last = ended
        if ended.found is not None or not ended.falls_back:
            break
        confirmed_v2 = confirmed_v2 or ended.confirmed_v2
        if ended.transport_ok and endpoint.scheme == "https":
            confirmed_tls.add(endpoint.host)
    told = told or last
    outcome, sentence = (told.outcome, told.sentence) if told else (Outcome.NOT_FOUND, "it has no endpoint")
    yield Passed(index, outcome, sentence)
    error = translate(last.error, candidate) if last else other(f"no endpoints found for {candidate.reference}")
    found = last.found if last else None
    return _Pulled(outcome, error.text, bool(last and last.assumed), found, seconds)


def _passed_over(endpoint: Endpoint, *, confirmed_v2: bool, confirmed_tls: set[str]) -> str:
    """Return why the engine does not try an endpoint (distribution/pull.go:148-158), empty where it does."""
    if endpoint.api == "v1" and confirmed_v2:
        return "not tried: it is known to speak v2"
    if endpoint.scheme != "https" and endpoint.host in confirmed_tls:
        return "not tried: it is known to speak TLS"
    return ""


def translate(error: GoError, candidate: Candidate) -> GoError:
    """Return the error as the user reads it (TranslatePullError, distribution/errors.go:67-96)."""
    if error.type is not ErrorType.CODE:
        return error
    match error.code:
        case "DENIED":
            return other(f"repository {candidate.name} not found: does not exist or no pull access")
        case "MANIFEST_UNKNOWN":
            return other(f"manifest for {candidate.name}{candidate.suffix} not found")
        case "NAME_UNKNOWN":
            return other(f"repository {candidate.name} not found")
        case _:
            return error
