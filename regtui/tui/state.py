"""What the screens show, as frozen models, and the pure functions that fold a resolution's events into them.

Nothing here knows Textual, a clock or a socket. An event that names a candidate or an endpoint that the plan does not
have (a damaged recording) changes nothing.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.events import (
    AlsoFound,
    CandidateEnded,
    CandidateStarted,
    CredentialChosen,
    EndpointEnded,
    EndpointStarted,
    Event,
    RequestEnded,
    ResolutionEnded,
    ResolutionStarted,
    StageEnded,
    StageStarted,
    TranscriptLine,
)
from regtui.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.engines.base import Candidate, Endpoint, Found, Plan
    from regtui.outcome import Outcome, Stage


class Progress(StrEnum):
    """How far a stage is."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage of one endpoint; `started` and `ms` in milliseconds, `started` counted from the resolution's start."""

    stage: Stage
    progress: Progress
    started: float
    ms: float = 0.0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class EndpointView:
    """One endpoint: its stages in the order in which they began, its requests, and what the engine made of it."""

    endpoint: Endpoint
    stages: tuple[StageView, ...] = ()
    requests: tuple[RequestEnded, ...] = ()
    reached: bool = False
    credential: str = ""
    withheld: str = ""
    ended: EndpointEnded | None = None

    @property
    def ms(self) -> float:
        """Time spent on it, without the time that it waited for its turn."""
        return sum(stage.ms for stage in self.stages)

    @property
    def running(self) -> bool:
        """Say whether a stage is under way."""
        return any(stage.progress is Progress.RUNNING for stage in self.stages)

    @property
    def failed(self) -> StageView | None:
        """The stage that failed last."""
        return next((stage for stage in reversed(self.stages) if stage.progress is Progress.FAILED), None)


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One candidate: whether the walk reached it, what came of it, and the image where it has the name.

    `same` says of a registry behind the winner that it is the winner's image.
    """

    candidate: Candidate
    endpoints: tuple[EndpointView, ...]
    reached: bool = False
    outcome: Outcome | None = None
    error: str = ""
    found: Found | None = None
    same: bool = False

    @property
    def ms(self) -> float:
        """Time spent on all its endpoints."""
        return sum(endpoint.ms for endpoint in self.endpoints)

    @property
    def running(self) -> bool:
        """Say whether a stage of one of its endpoints is under way."""
        return any(endpoint.running for endpoint in self.endpoints)


@dataclass(frozen=True, slots=True)
class Said:
    """A line that `docker pull` would print, and the candidate that it is about; None for those before the first."""

    text: str
    assumed: bool
    candidate: int | None


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan, and what is known of its resolution. `at` is the time of the last event in milliseconds.

    `asked` is False for a name that is still being typed: then nothing of it was sent to anybody.
    """

    plan: Plan
    candidates: tuple[CandidateView, ...]
    asked: bool = False
    current: int | None = None
    said: tuple[Said, ...] = ()
    ended: ResolutionEnded | None = None
    stopped: str = ""
    at: float = 0.0

    @property
    def found(self) -> Found | None:
        """Who serves the image, where somebody does."""
        return self.ended.found if self.ended else None

    @property
    def over(self) -> bool:
        """Say whether nothing more will come."""
        return self.ended is not None or bool(self.stopped)


def planned(plan: Plan) -> Walk:
    """Return the walk of a plan before anybody is asked."""
    return Walk(plan, tuple(_view(candidate) for candidate in plan.candidates))


def _view(candidate: Candidate) -> CandidateView:
    endpoints = tuple(EndpointView(endpoint) for endpoint in candidate.endpoints)
    return CandidateView(candidate, endpoints, outcome=candidate.outcome, error=candidate.reason)


def fold(walk: Walk, event: Event) -> Walk:
    """Return the walk after an event."""
    walk = replace(walk, at=max(walk.at, event.at))
    match event:
        case ResolutionStarted():
            return replace(planned(event.plan), asked=True, at=event.at)
        case CandidateStarted() if 0 <= event.candidate < len(walk.candidates):
            walk = _on_candidate(walk, event.candidate, lambda view: replace(view, reached=True))
            return replace(walk, current=event.candidate, said=_attributed(walk, event.candidate))
        case CandidateEnded():
            return _on_candidate(walk, event.candidate, lambda view: _ended(view, event))
        case TranscriptLine():
            asked = walk.current if walk.current is not None and not walk.candidates[walk.current].outcome else None
            return replace(walk, said=(*walk.said, Said(event.text, event.assumed, asked)))
        case AlsoFound():
            return _on_candidate(walk, event.found.candidate, lambda view: _also(view, event))
        case ResolutionEnded():
            walk = replace(walk, ended=event, said=_attributed(walk, walk.current))
            return _settled(_won(walk, event.found))
        case _:
            return _fold_endpoint(walk, event)


def stopped(walk: Walk, reason: str) -> Walk:
    """Return the walk as it stands when it is given up: nothing runs any more, and the reason is told."""
    return _settled(replace(walk, stopped=reason))


def _fold_endpoint(walk: Walk, event: Event) -> Walk:
    match event:
        case EndpointStarted():
            return _on_endpoint(walk, event, lambda view: replace(view, reached=True))
        case StageStarted():
            began = StageView(event.stage, Progress.RUNNING, event.at)
            return _on_endpoint(walk, event, lambda view: replace(view, stages=_with_stage(view.stages, began)))
        case StageEnded():
            return _on_endpoint(walk, event, lambda view: _stage_ended(view, event))
        case RequestEnded():
            return _on_endpoint(walk, event, lambda view: replace(view, requests=(*view.requests, event)))
        case CredentialChosen():
            return _on_endpoint(walk, event, lambda view: replace(view, credential=event.text, withheld=event.withheld))
        case EndpointEnded():
            return _on_endpoint(walk, event, lambda view: replace(view, ended=event, reached=True))
        case _:
            return walk


def _also(view: CandidateView, event: AlsoFound) -> CandidateView:
    return replace(view, found=event.found, same=event.same)


def _attributed(walk: Walk, candidate: int | None) -> tuple[Said, ...]:
    """Give the lines between two candidates to one of them.

    The engine says that it tries a registry before it does, and its last error after it gave up the last one.
    """
    preface = len(walk.plan.preface)
    return tuple(
        replace(line, candidate=candidate) if line.candidate is None and index >= preface else line
        for index, line in enumerate(walk.said)
    )


def _won(walk: Walk, found: Found | None) -> Walk:
    return _on_candidate(walk, found.candidate, lambda view: replace(view, found=found)) if found else walk


def _ended(view: CandidateView, event: CandidateEnded) -> CandidateView:
    return replace(view, outcome=event.outcome, error=event.error, reached=True)


def _stage_ended(view: EndpointView, event: StageEnded) -> EndpointView:
    """A stage's start is kept from its own event; a stage that ends without one began `ms` before its end."""
    known = next((stage for stage in view.stages if stage.stage is event.stage), None)
    started = known.started if known and known.progress is Progress.RUNNING else event.at - event.ms
    progress = Progress.OK if event.ok else Progress.FAILED
    ended = StageView(event.stage, progress, started, event.ms, event.detail)
    return replace(view, stages=_with_stage(view.stages, ended))


def _with_stage(stages: tuple[StageView, ...], stage: StageView) -> tuple[StageView, ...]:
    """A stage that comes again (a second ping after authorization) takes its old place."""
    if any(known.stage is stage.stage for known in stages):
        return tuple(stage if known.stage is stage.stage else known for known in stages)
    return (*stages, stage)


def _settled(walk: Walk) -> Walk:
    """Drop stages that were still under way: their answer is not needed any more and will not come."""
    candidates = tuple(
        replace(
            view,
            endpoints=tuple(
                replace(
                    endpoint,
                    stages=tuple(stage for stage in endpoint.stages if stage.progress is not Progress.RUNNING),
                )
                for endpoint in view.endpoints
            ),
        )
        for view in walk.candidates
    )
    return replace(walk, candidates=candidates)


_EndpointEvent = EndpointStarted | StageStarted | StageEnded | RequestEnded | CredentialChosen | EndpointEnded


def _on_candidate(walk: Walk, index: int, change: Callable[[CandidateView], CandidateView]) -> Walk:
    if not 0 <= index < len(walk.candidates):
        return walk
    candidates = list(walk.candidates)
    candidates[index] = change(candidates[index])
    return replace(walk, candidates=tuple(candidates))


def _on_endpoint(walk: Walk, event: _EndpointEvent, change: Callable[[EndpointView], EndpointView]) -> Walk:
    def on_one(view: CandidateView) -> CandidateView:
        if not 0 <= event.endpoint < len(view.endpoints):
            return view
        endpoints = list(view.endpoints)
        endpoints[event.endpoint] = change(endpoints[event.endpoint])
        return replace(view, endpoints=tuple(endpoints))

    return _on_candidate(walk, event.candidate, on_one)
