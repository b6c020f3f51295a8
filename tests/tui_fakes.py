"""A session that follows a script: the host of the story, its plans, and what happens when a name is asked for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from regtui.asked import RequestLog
from regtui.engines.base import Candidate, Endpoint, Found, NameParts, Plan
from regtui.events import (
    CandidateEnded,
    CandidateStarted,
    CredentialChosen,
    EndpointEnded,
    EndpointStarted,
    Event,
    HealthChecked,
    RequestEnded,
    ResolutionEnded,
    ResolutionStarted,
    StageEnded,
    StageStarted,
    TranscriptLine,
)
from regtui.host.model import (
    BUILT_IN,
    EngineName,
    Finding,
    HostConfig,
    InsecureEntry,
    Refusal,
    Security,
    Setting,
    Severity,
    Source,
)
from regtui.outcome import Outcome, Stage
from regtui.tui.state import Walk, fold, planned

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

SYSCONFIG = "/etc/sysconfig/docker"
PRIVATE = "okd-lr.zyl.io:5000"
MIRROR = f"http://{PRIVATE}"
HUB = "https://registry-1.docker.io"
DIGEST = "sha256:fc5f6e08c9e389068498c2fafb50f1faf78bd599571ec2124f3836ffa0c26577"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def _source(line: int, name: str) -> Source:
    return Source(SYSCONFIG, line, name)


CONFIG = HostConfig(
    engine=EngineName.RHEL_DOCKER,
    engine_reason="/etc/sysconfig/docker is there",
    registries=(
        Setting("add-registry", PRIVATE, _source(3, "ADD_REGISTRY")),
        Setting("add-registry", "quay.io", _source(3, "ADD_REGISTRY")),
        Setting("add-registry", "docker.io", BUILT_IN),
    ),
    insecure=(
        InsecureEntry(PRIVATE, _source(4, "INSECURE_REGISTRY")),
        InsecureEntry("127.0.0.0/8", BUILT_IN, IPv4Network("127.0.0.0/8")),
    ),
    mirrors=(Setting("registry-mirror", f"{MIRROR}/", _source(5, "OPTIONS")),),
    signature_verification=False,
    findings=(
        Finding("mirror-is-registry", Severity.WARNING, "the mirror is a listed registry too"),
        Finding("old-engine", Severity.NOTE, "1.13.1 is the last of its line"),
    ),
)
"""The host of the story: a private insecure registry that is docker.io's mirror too, quay.io, docker.io."""

REFUSED = replace(
    CONFIG,
    refusal=Refusal(
        "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives are "
        "specified both as a flag and in the configuration file: insecure-registries: "
        f"(from flag: [{PRIVATE}], from file: [10.0.0.0/8])",
        Source("/etc/docker/daemon.json", 2, "insecure-registries"),
    ),
    findings=(Finding("conflict", Severity.ERROR, "flag and file set the same option"),),
)

HEALTHY = (
    HealthChecked(3.0, 0, None, MIRROR, Outcome.FOUND, 3.1, "answers without authentication"),
    HealthChecked(3.5, 2, 0, MIRROR, Outcome.FOUND, 3.2, "answers without authentication"),
    HealthChecked(41.0, 1, None, "https://quay.io", Outcome.FOUND, 41.0, "wants a token"),
    HealthChecked(52.0, 2, None, HUB, Outcome.UNREACHABLE, 52.0, "no such host"),
)


def plan_for(path: str, tag: str = "latest") -> Plan:
    """Return what the story's engine plans for an unqualified name."""
    library = path if "/" in path else f"library/{path}"

    def candidate(registry: str, repository: str, security: Security, endpoints: tuple[Endpoint, ...]) -> Candidate:
        short = path if registry == "docker.io" else repository
        return Candidate(
            registry, f"{registry}/{repository}", f"{registry}/{short}", repository, tag, None, security, endpoints
        )

    insecure = (
        Endpoint(f"https://{PRIVATE}", verify=False, insecure=True, key=PRIVATE),
        Endpoint(MIRROR, insecure=True, key=PRIVATE),
        Endpoint(f"https://{PRIVATE}", api="v1", verify=False, insecure=True),
        Endpoint(MIRROR, api="v1", insecure=True),
    )
    quay = (Endpoint("https://quay.io", key="quay.io"), Endpoint("https://quay.io", api="v1"))
    hub = (Endpoint(MIRROR, mirror=True, verify=False, insecure=True), Endpoint(HUB, key="https://index.docker.io/v1/"))
    candidates = (
        candidate(PRIVATE, path, Security.INSECURE, insecure),
        candidate("quay.io", path, Security.SECURE, quay),
        candidate("docker.io", library, Security.SECURE, hub),
    )
    preface = ("Using default tag: latest",) if tag == "latest" else ()
    return Plan(EngineName.RHEL_DOCKER, path, NameParts(None, path, tag, None), candidates, preface)


@dataclass
class Script:
    """Writes events one after another; `at` moves on by what each stage takes."""

    plan: Plan
    at: float = 0.0
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.events.append(ResolutionStarted(0.0, self.plan))
        self.say(*self.plan.preface)

    def say(self, *lines: str, assumed: bool = False) -> Script:
        """Let docker print lines."""
        self.events.extend(TranscriptLine(self.at, line, assumed) for line in lines)
        return self

    def reach(self, candidate: int) -> Script:
        """Let the walk come to a candidate."""
        self.say(f"Trying to pull repository {self.plan.candidates[candidate].full_name} ...")
        self.events.append(CandidateStarted(self.at, candidate))
        return self

    def stages(self, candidate: int, endpoint: int, *steps: tuple[Stage, float], fail: str = "") -> Script:
        """Run stages; with `fail` the last of them fails, with that detail."""
        for number, (stage, ms) in enumerate(steps):
            failed = bool(fail) and number == len(steps) - 1
            self.events.append(StageStarted(self.at, candidate, endpoint, stage))
            self.at += ms
            self.events.append(StageEnded(self.at, candidate, endpoint, stage, not failed, ms, fail if failed else ""))
        return self

    def ask(self, candidate: int, endpoint: int) -> Script:
        """Let the walk come to an endpoint."""
        self.events.append(EndpointStarted(self.at, candidate, endpoint))
        return self

    def request(self, candidate: int, endpoint: int, url: str, status: int | None, ms: float) -> Script:
        """Let a request end, and tell that no credentials were used."""
        self.events.append(CredentialChosen(self.at, candidate, endpoint, "none stored"))
        self.events.append(RequestEnded(self.at, candidate, endpoint, "GET", url, status, ms))
        return self

    def conclude(self, candidate: int, endpoint: int, outcome: Outcome, error: str = "") -> Script:
        """Let the engine make something of an endpoint."""
        self.events.append(EndpointEnded(self.at, candidate, endpoint, outcome, error))
        return self

    def leave(self, candidate: int, outcome: Outcome, error: str = "") -> Script:
        """Let the engine be done with a candidate."""
        self.events.append(CandidateEnded(self.at, candidate, outcome, error))
        return self

    def end(self, found: Found | None, *, error: str = "", engine_seconds: float = 0.0) -> tuple[Event, ...]:
        """End the resolution and return all events."""
        outcome = Outcome.FOUND if found else Outcome.NOT_FOUND
        ended = ResolutionEnded(self.at, outcome, 0 if found else 1, found, error, engine_seconds)
        return (*self.events, ended)


UNKNOWN = "answered 404: manifest unknown"


def pass_over_private(script: Script) -> Script:
    """The private registry speaks plain HTTP and does not have it."""
    path = script.plan.candidates[0].repository
    script.reach(0).ask(0, 0).stages(0, 0, (Stage.DNS, 0.4), (Stage.TCP, 0.6), (Stage.TLS, 1.6), fail="plain HTTP")
    script.conclude(0, 0, Outcome.TLS_FAILED, "speaks plain HTTP")
    script.ask(0, 1).stages(0, 1, (Stage.TCP, 0.6), (Stage.PING, 1.4), (Stage.MANIFEST, 4.0), fail="404")
    script.request(0, 1, f"{MIRROR}/v2/{path}/manifests/latest", 404, 4.0)
    script.conclude(0, 1, Outcome.NOT_FOUND, UNKNOWN)
    script.conclude(0, 2, Outcome.SKIPPED, "not tried: it is known to speak v2")
    script.conclude(0, 3, Outcome.SKIPPED, "not tried: it is known to speak v2")
    script.say(f"Pulling repository {script.plan.candidates[0].full_name}", assumed=True)
    return script.leave(0, Outcome.NOT_FOUND, UNKNOWN)


def pass_over_quay(script: Script) -> Script:
    """quay.io wants a token, gives one to anybody, and answers 401 for what it does not have."""
    script.reach(1).ask(1, 0)
    script.stages(1, 0, (Stage.DNS, 5.0), (Stage.TCP, 9.0), (Stage.TLS, 11.0), (Stage.PING, 9.0), (Stage.AUTH, 21.0))
    script.stages(1, 0, (Stage.MANIFEST, 11.0), fail="401")
    script.conclude(1, 0, Outcome.UNAUTHORIZED, "answered 401: unauthorized: access to the resource is not allowed")
    script.say(f"Pulling repository {script.plan.candidates[1].full_name}", assumed=True)
    return script.leave(1, Outcome.UNAUTHORIZED, "answered 401: unauthorized: access to the resource is not allowed")


def through_mirror() -> tuple[Event, ...]:
    """`docker pull debian`: two registries pass, docker.io's mirror has it."""
    plan = plan_for("debian")
    script = pass_over_quay(pass_over_private(Script(plan)))
    script.reach(2).ask(2, 0).stages(2, 0, (Stage.TCP, 0.6), (Stage.PING, 1.4), (Stage.MANIFEST, 5.1))
    script.request(2, 0, f"{MIRROR}/v2/library/debian/manifests/latest", 200, 5.1)
    script.conclude(2, 0, Outcome.FOUND)
    script.say("latest: Pulling from docker.io/library/debian", f"Digest: {DIGEST}")
    script.say("Status: Downloaded newer image for docker.io/debian:latest").leave(2, Outcome.FOUND)
    found = Found(
        candidate=2,
        endpoint_index=0,
        registry="docker.io",
        reference="docker.io/library/debian:latest",
        endpoint=MIRROR,
        mirror=True,
        digest=DIGEST,
        media_type=LIST,
        platforms=("linux/amd64", "linux/arm64/v8", "linux/s390x"),
        size=54_200_000,
    )
    return script.end(found)


def nowhere() -> tuple[Event, ...]:
    """`docker pull nosuch`: nobody has it, and docker tells of the last registry alone."""
    plan = plan_for("nosuch")
    script = pass_over_quay(pass_over_private(Script(plan)))
    script.reach(2).ask(2, 0).stages(2, 0, (Stage.TCP, 0.6), (Stage.PING, 1.4), (Stage.MANIFEST, 31.0), fail="404")
    script.conclude(2, 0, Outcome.NOT_FOUND, UNKNOWN)
    script.ask(2, 1).stages(2, 1, (Stage.DNS, 5000.0), fail="no answer in 5 s; the engine waits 30 s")
    script.conclude(2, 1, Outcome.UNREACHABLE, "no such host").say("manifest for docker.io/nosuch:latest not found")
    script.leave(2, Outcome.UNREACHABLE, "no such host")
    return script.end(None, error="manifest for docker.io/nosuch:latest not found", engine_seconds=45.1)


PLANS = {name: plan_for(name) for name in ("debian", "nosuch", "d", "de", "coreos/etcd")} | {
    "Etcd": Plan(
        EngineName.RHEL_DOCKER,
        "Etcd",
        None,
        refused=('Error parsing reference: "Etcd" is not a valid repository/tag: repository name must be lowercase',),
    )
}
SCRIPTS = {"debian": through_mirror(), "nosuch": nowhere()}


class ScriptedSession:
    """Follows the scripts. `hold` stops the walk of a name before the event with that index, for good.

    `running` counts the walks that still have something to tell.
    """

    def __init__(
        self,
        config: HostConfig = CONFIG,
        *,
        health: tuple[HealthChecked, ...] = HEALTHY,
        plans: Mapping[str, Plan] | None = None,
        scripts: Mapping[str, tuple[Event, ...]] | None = None,
        hold: Mapping[str, int] | None = None,
    ) -> None:
        self._config = config
        self._health = health
        self._plans = PLANS if plans is None else plans
        self._scripts = SCRIPTS if scripts is None else scripts
        self._hold = hold or {}
        self.asked: list[tuple[str, bool]] = []
        self.health_checks = 0
        self.running = 0
        self.left: list[str] = []
        self.closed = False
        self.requests = RequestLog()

    @property
    def config(self) -> HostConfig:
        """The story's host."""
        return self._config

    @property
    def place(self) -> str:
        """Where it was read."""
        return SYSCONFIG

    def plan(self, name: str) -> Plan:
        """Return the plan that was written for the name, else one like debian's."""
        return self._plans.get(name) or plan_for(name)

    async def resolve(self, name: str, *, strict: bool = False, ask_all: bool = False) -> AsyncIterator[Event]:
        """Yield the script of the name."""
        assert not strict
        self.asked.append((name, ask_all))
        script, hold = self._scripts[name], self._hold.get(name)
        self.running += 1
        try:
            for event in script[:hold]:
                yield event
                await asyncio.sleep(0)
            self.running -= 1
            if hold is not None:
                await asyncio.Event().wait()
        finally:
            self.left.append(name)

    async def health(self) -> AsyncIterator[HealthChecked]:
        """Yield every registry's answer."""
        self.health_checks += 1
        for check in self._health:
            yield check

    async def aclose(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def planned_walk(*, at: float = 0.0) -> Walk:
    """Return the walk of a plan that nobody was asked for, at a time."""
    return replace(planned(PLANS["debian"]), at=at)


def walked(name: str, count: int | None = None) -> Walk:
    """Return the walk after the first events of a name's script, or all of them."""
    walk = planned(PLANS[name])
    for event in SCRIPTS[name][:count]:
        walk = fold(walk, event)
    return walk
