"""Recordings of the scripted walks, whole and spoiled."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

from regtui.markdown import ReportFormat, about, report
from regtui.mirrors import mirror_truth
from regtui.recording import (
    Recording,
    recording_bytes,
)
from regtui.replay import ReplaySession
from regtui.report import Resolution, document
from tests.tui_fakes import CONFIG, HEALTHY, SCRIPTS

if TYPE_CHECKING:
    from regtui import events

WRITTEN = "2026-11-23T22:14:05Z"
WALKS = sorted(SCRIPTS)


@functools.cache
def recorded(name: str) -> bytes:
    """Return the recording of a scripted walk, its health checks at the end."""
    return recording_bytes(CONFIG, "/etc/sysconfig/docker", (*SCRIPTS[name], *HEALTHY), WRITTEN)


def folded(happened: tuple[events.Event, ...]) -> Resolution:
    """Return the record of events."""
    record = Resolution()
    for event in happened:
        record.fold(event)
    return record


def edited(name: str, line: int, **changes: object) -> bytes:
    """Return a recording with fields of one of its lines changed; lines count from 1."""
    lines = recorded(name).splitlines()
    lines[line - 1] = json.dumps({**json.loads(lines[line - 1]), **changes}).encode()
    return b"\n".join(lines) + b"\n"


def line_of(name: str, kind: str) -> int:
    """Return the line of the first event of a kind."""
    lines = recorded(name).splitlines()
    return next(number for number, line in enumerate(lines, 1) if json.loads(line).get("event") == kind)


def use(recording: Recording) -> None:
    """Do with a recording all that is ever done with one."""
    record = recording.record
    json.dumps(document(record), allow_nan=False)
    mirror_truth(record, recording.config.mirrors)
    for kind in ReportFormat:
        report(record, about(recording.config, recording.place, recording.written), kind)
    session = ReplaySession(recording)
    for name in (recording.plan.name, "etcd", "quay.io/coreos/etcd"):
        session.plan(name)
