"""What happens during a resolution, as data: what the screen folds, a report tells, and a recording holds.

Candidates and endpoints are named by their index in the plan, because what tells no name runs ahead of the walk: stages
of a later candidate may end while an earlier one is still asked. Times are milliseconds since the resolution began.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from regtui.engines.base import Found, Plan
    from regtui.outcome import Outcome, Stage


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events; `at` is in milliseconds since the start."""

    kind: ClassVar[str] = ""
    at: float


@dataclass(frozen=True, slots=True)
class ResolutionStarted(Event):
    """The plan is made; nothing has been asked about the name."""

    kind: ClassVar[str] = "resolution-started"
    plan: Plan
    strict: bool = False


@dataclass(frozen=True, slots=True)
class CandidateStarted(Event):
    """The walk reached this candidate."""

    kind: ClassVar[str] = "candidate-started"
    candidate: int


@dataclass(frozen=True, slots=True)
class EndpointStarted(Event):
    """The walk tries this endpoint now."""

    kind: ClassVar[str] = "endpoint-started"
    candidate: int
    endpoint: int


@dataclass(frozen=True, slots=True)
class StageStarted(Event):
    """A stage began, for the walk or ahead of it."""

    kind: ClassVar[str] = "stage-started"
    candidate: int
    endpoint: int
    stage: Stage


@dataclass(frozen=True, slots=True)
class StageEnded(Event):
    """A stage ended after `ms` milliseconds; `detail` is a few clean words (an address, a TLS version, a status)."""

    kind: ClassVar[str] = "stage-ended"
    candidate: int
    endpoint: int
    stage: Stage
    ok: bool
    ms: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RequestEnded(Event):
    """One HTTP request to a registry or a token service; `status` is None where no answer came.

    `cache` is the header in which a cache on the way says what it did (`X-Cache: HIT`), empty where none says so.
    """

    kind: ClassVar[str] = "request-ended"
    candidate: int
    endpoint: int
    method: str
    url: str
    status: int | None
    ms: float
    cache: str = ""


@dataclass(frozen=True, slots=True)
class CredentialChosen(Event):
    """Which stored credential an endpoint's attempt uses and where it came from, or why none; never the secret."""

    kind: ClassVar[str] = "credential-chosen"
    candidate: int
    endpoint: int
    text: str
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class EndpointEnded(Event):
    """What the engine makes of an endpoint; `error` in plain words, `detail` longer, `engine_seconds` its cost."""

    kind: ClassVar[str] = "endpoint-ended"
    candidate: int
    endpoint: int
    outcome: Outcome
    error: str = ""
    detail: str = ""
    engine_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CandidateEnded(Event):
    """The engine is done with a candidate."""

    kind: ClassVar[str] = "candidate-ended"
    candidate: int
    outcome: Outcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class AlsoFound(Event):
    """A registry behind the winner holds the name too, `same` with its digest; it was asked on the user's word."""

    kind: ClassVar[str] = "also-found"
    found: Found
    same: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptLine(Event):
    """A line that `docker pull` itself would print; `assumed` where it rests on an answer that is not asked for."""

    kind: ClassVar[str] = "transcript-line"
    text: str
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class ResolutionEnded(Event):
    """How the pull would end: its exit status, who serves it, and the seconds that the engine's own limits cost."""

    kind: ClassVar[str] = "resolution-ended"
    outcome: Outcome
    exit: int
    found: Found | None = None
    error: str = ""
    engine_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class HealthChecked(Event):
    """A registry or mirror of the host answered `GET /v2/`, or did not.

    `registry` counts the configured list, `mirror` docker.io's mirrors (None for the registry itself). `outcome` is
    found where a registry answers (with or without authentication); `text` says what it asks for or what is wrong.
    """

    kind: ClassVar[str] = "health-checked"
    registry: int
    mirror: int | None
    url: str
    outcome: Outcome
    ms: float
    text: str


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        ResolutionStarted,
        CandidateStarted,
        EndpointStarted,
        StageStarted,
        StageEnded,
        RequestEnded,
        CredentialChosen,
        EndpointEnded,
        CandidateEnded,
        AlsoFound,
        TranscriptLine,
        ResolutionEnded,
        HealthChecked,
    )
}


def to_record(event: Event) -> dict[str, Any]:
    """Return the event as JSON-ready data, `event` holding its kind."""
    return {"event": event.kind, **dataclasses.asdict(event)}
