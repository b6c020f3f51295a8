"""Events of a resolution folded into one record: the JSON document, and the text and Markdown for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regtui import events
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from regtui.engines.base import Candidate, Endpoint, Found, Plan

SCHEMA = "regtui.resolution/1"


@dataclass(slots=True)
class EndpointRecord:
    """What happened at one endpoint."""

    endpoint: Endpoint
    outcome: Outcome | None = None
    error: str = ""
    detail: str = ""
    credential: str = ""
    withheld: str = ""
    engine_seconds: float = 0.0
    stages: list[events.StageEnded] = field(default_factory=list)
    requests: list[events.RequestEnded] = field(default_factory=list)


@dataclass(slots=True)
class CandidateRecord:
    """What happened at one candidate."""

    candidate: Candidate
    endpoints: list[EndpointRecord]
    outcome: Outcome | None = None
    error: str = ""


@dataclass(slots=True)
class Resolution:
    """The record of a resolution, complete when `ended` is there."""

    plan: Plan | None = None
    candidates: list[CandidateRecord] = field(default_factory=list)
    transcript: list[events.TranscriptLine] = field(default_factory=list)
    also: list[events.AlsoFound] = field(default_factory=list)
    ended: events.ResolutionEnded | None = None

    def fold(self, event: events.Event) -> None:
        """Take one event in."""
        match event:
            case events.ResolutionStarted():
                self.plan = event.plan
                self.candidates = [
                    CandidateRecord(candidate, [EndpointRecord(endpoint) for endpoint in candidate.endpoints])
                    for candidate in event.plan.candidates
                ]
            case events.StageEnded():
                self.endpoint(event).stages.append(event)
            case events.RequestEnded():
                self.endpoint(event).requests.append(event)
            case events.CredentialChosen():
                record = self.endpoint(event)
                record.credential, record.withheld = event.text, event.withheld
            case events.EndpointEnded():
                record = self.endpoint(event)
                record.outcome, record.error, record.detail = event.outcome, event.error, event.detail
                record.engine_seconds = event.engine_seconds
            case events.CandidateEnded():
                candidate = self.candidates[event.candidate]
                candidate.outcome, candidate.error = event.outcome, event.error
            case events.AlsoFound():
                self.also.append(event)
            case events.TranscriptLine():
                self.transcript.append(event)
            case events.ResolutionEnded():
                self.ended = event
            case _:
                pass

    def endpoint(
        self, event: events.StageEnded | events.RequestEnded | events.CredentialChosen | events.EndpointEnded
    ) -> EndpointRecord:
        """Return the record of the endpoint that an event is about."""
        return self.candidates[event.candidate].endpoints[event.endpoint]


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return the plan alone, as `--dry-run --json` prints it: endpoints carry no outcome."""
    record = Resolution()
    record.fold(events.ResolutionStarted(0.0, plan))
    document = _head(record)
    for candidate in document["candidates"]:
        candidate["endpoints"] = [
            {key: value for key, value in endpoint.items() if key not in ("outcome", "error", "stages", "requests")}
            for endpoint in candidate["endpoints"]
        ]
    document["refused"] = list(plan.refused)
    document["transcript"] = [*plan.preface, *plan.refused]
    document["exit"] = 1 if plan.refused else None
    return document


def document(record: Resolution) -> dict[str, Any]:
    """Return the JSON document of design `regtui.resolution/1`."""
    ended = record.ended
    return {
        **_head(record),
        "found": _found(ended.found) if ended and ended.found else None,
        "also": [{**_found(event.found), "same": event.same} for event in record.also],
        "outcome": ended.outcome if ended else Outcome.UNDECIDED,
        "error": ended.error if ended else "interrupted",
        "transcript": [line.text for line in record.transcript],
        "assumed": [index for index, line in enumerate(record.transcript) if line.assumed],
        "engine_seconds": round(ended.engine_seconds, 1) if ended else None,
        "exit": ended.exit if ended else None,
    }


def _head(record: Resolution) -> dict[str, Any]:
    plan = record.plan
    assert plan is not None
    parts = plan.parts
    return {
        "schema": SCHEMA,
        "name": plan.name,
        "engine": plan.engine,
        **({"client": plan.client} if plan.client else {}),
        "reference": None
        if parts is None
        else {"domain": parts.domain, "path": parts.path, "tag": parts.tag, "digest": parts.digest},
        "candidates": [_candidate(candidate) for candidate in record.candidates],
    }


def _candidate(record: CandidateRecord) -> dict[str, Any]:
    candidate = record.candidate
    source = candidate.source
    return {
        "registry": candidate.registry,
        "reference": candidate.reference,
        "security": candidate.security,
        "source": {"file": source.file, "line": source.line, "name": source.name} if source else None,
        "outcome": record.outcome or candidate.outcome,
        "reason": record.error or candidate.reason,
        "endpoints": [_endpoint(endpoint) for endpoint in record.endpoints],
    }


def _endpoint(record: EndpointRecord) -> dict[str, Any]:
    endpoint = record.endpoint
    document: dict[str, Any] = {
        "url": endpoint.url,
        "mirror": endpoint.mirror,
        "api": endpoint.api,
        "verify": endpoint.verify,
        "outcome": record.outcome,
        "error": record.error,
        "stages": [
            {"stage": stage.stage, "ok": stage.ok, "ms": round(stage.ms, 1), "detail": stage.detail}
            for stage in record.stages
        ],
        "requests": [
            {"method": request.method, "url": request.url, "status": request.status, "ms": round(request.ms, 1)}
            | ({"cache": request.cache} if request.cache else {})
            for request in record.requests
        ],
    }
    if record.detail:
        document["detail"] = record.detail
    if record.credential:
        document["credential"] = record.credential
    if record.withheld:
        document["withheld"] = record.withheld
    if record.engine_seconds:
        document["engine_seconds"] = record.engine_seconds
    return document


def _found(found: Found) -> dict[str, Any]:
    return {
        "registry": found.registry,
        "reference": found.reference,
        "endpoint": found.endpoint,
        "mirror": found.mirror,
        "digest": found.digest,
        "media_type": found.media_type,
        "platforms": list(found.platforms),
        "size": found.size,
    }
