"""The story with a payload in every string that comes from outside: escape sequences, markup, bidirectional marks."""

from __future__ import annotations

from dataclasses import replace

from regtui.engines.base import Candidate, Endpoint, Found, NameParts, Plan
from regtui.events import (
    AlsoFound,
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
    TranscriptLine,
)
from regtui.host.model import EngineName, Finding, InsecureEntry, Refusal, Security, Setting, Severity, Source
from regtui.outcome import Outcome, Stage
from tests.tui_fakes import CONFIG, DIGEST, HEALTHY, ScriptedSession

ESCAPES = "\x1b]0;pwned\x07\x1b[35m\x9b31m\x90q\x9c\x00\x7f\u202e\u200b\u2028"
MARKUP = "[@click=app.quit]x[/][/nope][red"
EVIL = f"{ESCAPES}{MARKUP}\\"
SOURCE = Source(f"/etc/{EVIL}", 1, EVIL)

HOSTILE = replace(
    CONFIG,
    registries=(Setting("add-registry", f"a{EVIL}", SOURCE), Setting("add-registry", "docker.io", SOURCE)),
    insecure=(InsecureEntry(EVIL, SOURCE),),
    mirrors=(Setting("registry-mirror", f"http://{EVIL}", SOURCE),),
    blocked=(Setting("block-registry", EVIL, SOURCE),),
    findings=(Finding("x", Severity.ERROR, EVIL, SOURCE, EVIL),),
    refusal=Refusal(EVIL, SOURCE),
)
HEALTH = tuple(replace(check, text=EVIL, outcome=outcome) for check, outcome in zip(HEALTHY, Outcome, strict=False))


def _plan() -> Plan:
    endpoint = Endpoint(f"https://{EVIL}", key=EVIL, certificates=EVIL, why=SOURCE)
    candidate = Candidate(
        registry=EVIL,
        full_name=f"{EVIL}/app",
        name=EVIL,
        repository=EVIL,
        tag=EVIL,
        digest=None,
        security=Security.SECURE,
        endpoints=(endpoint, replace(endpoint, mirror=True), replace(endpoint, api="v1")),
        source=SOURCE,
    )
    skipped = replace(candidate, endpoints=(), outcome=Outcome.SKIPPED, reason=EVIL)
    return Plan(EngineName.RHEL_DOCKER, EVIL, NameParts(EVIL, EVIL, EVIL, EVIL), (candidate, skipped, candidate))


def _events() -> tuple[Event, ...]:
    found = Found(2, 1, EVIL, f"{EVIL}/app", EVIL, True, DIGEST, EVIL, (EVIL,), 10**300)
    return (
        ResolutionStarted(0.0, _plan()),
        TranscriptLine(0.0, EVIL),
        CandidateStarted(0.0, 0),
        EndpointStarted(0.0, 0, 0),
        CredentialChosen(0.0, 0, 0, EVIL, EVIL),
        StageEnded(1.0, 0, 0, Stage.DNS, False, 1.0, EVIL),
        RequestEnded(1.0, 0, 0, EVIL, EVIL, None, 1.0),
        EndpointEnded(1.0, 0, 0, Outcome.UNREACHABLE, EVIL, EVIL, 1.0),
        CandidateEnded(1.0, 0, Outcome.UNREACHABLE, EVIL),
        CandidateEnded(1.0, 1, Outcome.SKIPPED, EVIL),
        TranscriptLine(1.0, EVIL, assumed=True),
        CandidateStarted(1.0, 2),
        EndpointEnded(2.0, 2, 1, Outcome.FOUND),
        CandidateEnded(2.0, 2, Outcome.FOUND),
        AlsoFound(2.0, replace(found, candidate=0, digest=EVIL)),
        ResolutionEnded(2.0, Outcome.FOUND, 0, found, EVIL, 45.0),
    )


NAME = "evil"
HEALTH_CHECKS: tuple[HealthChecked, ...] = HEALTH


def hostile_session() -> ScriptedSession:
    """Return a session all of whose strings are payloads."""
    return ScriptedSession(HOSTILE, health=HEALTH_CHECKS, plans={NAME: _plan()}, scripts={NAME: _events()})
