"""What is told of a mirror: what the walk got out of it and why, and which service of this very host it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.tui.listing import Kind

if TYPE_CHECKING:
    from regtui.beside import Beside
    from regtui.mirrors import MirrorTruth
    from regtui.report import CandidateRecord, Resolution
    from regtui.tui.listing import Row
    from regtui.tui.state import CandidateView, Walk


def mirror_words(beside: Beside, walk: Walk | None, row: Row | None) -> tuple[str, ...]:
    """Return sentences about the mirror of a row, none for other rows; of a walk once it is over."""
    if row is None or row.kind is not Kind.MIRROR:
        return ()
    url = row.name.rstrip("/")
    truths = truths_of(walk, beside) if walk is not None and walk.asked and walk.over else ()
    told = next((f"{one.use}: {one.text}" for one in truths if one.url == url), "")
    return tuple(text for text in (told, beside.what(url)) if text)


def truths_of(walk: Walk, beside: Beside) -> tuple[MirrorTruth, ...]:
    """Return what became of each mirror in a walk."""
    from regtui.mirrors import mirror_truth  # the first paint does without

    return mirror_truth(_record(walk), beside.mirrors, beside.local)


def _record(walk: Walk) -> Resolution:
    from regtui.report import Resolution

    return Resolution(walk.plan, [_candidate(view) for view in walk.candidates], ended=walk.ended)


def _candidate(view: CandidateView) -> CandidateRecord:
    """Return what reports are made of; a view's stages that are still under way are no part of it."""
    from regtui.events import StageEnded
    from regtui.report import CandidateRecord, EndpointRecord
    from regtui.tui.state import Progress

    records = []
    for endpoint in view.endpoints:
        stages = [
            StageEnded(one.started + one.ms, 0, 0, one.stage, one.progress is Progress.OK, one.ms, one.detail)
            for one in endpoint.stages
            if one.progress is not Progress.RUNNING
        ]
        record = EndpointRecord(endpoint.endpoint, stages=stages, requests=list(endpoint.requests))
        if endpoint.ended is not None:
            record.outcome, record.error = endpoint.ended.outcome, endpoint.ended.error
        records.append(record)
    return CandidateRecord(view.candidate, records, view.outcome, view.error)
