"""A walk as a file: a header with the host, an event on each line, and a last line that tells a whole file from a part.

Everything in it is redacted when it is written, and checked and cleaned when it is read: it may come from anybody.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regtui import __version__, events
from regtui.host.files import FileText, HostFiles
from regtui.recorded_host import RecordedHost, configuration_of, recorded_host
from regtui.records import RecordError, event_of, to_data, value_of
from regtui.redaction import own_home, redact_data
from regtui.report import Resolution
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from regtui.engines.base import Plan
    from regtui.host.model import HostConfig

SCHEMA = "regtui.recording/1"
SIZE_LIMIT = 16 << 20
"""Bytes of a file; a walk over twelve registries fills some hundred thousand."""
EVENTS_LIMIT = 20_000
"""Events of a walk; one over twelve registries has some three hundred."""
PLACES_LIMIT = 10_000
"""Candidates and endpoints of a plan, together."""
STATUS_LIMIT = 255
"""The largest exit status that there is."""

_BEGINNING = b'{"schema": "regtui.recording/'
_CUT_OFF = "the recording ends here without its last line, it was cut off"


class RecordingError(Exception):
    """The data are no recording that can be shown. `str()` is a sentence, with the line where one is at fault."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A walk that was recorded: `version` of regtui, `written` in UTC as ISO 8601, the host, and what happened."""

    version: str
    written: str
    place: str
    config: HostConfig
    events: tuple[events.Event, ...]

    @property
    def plan(self) -> Plan:
        """The plan of the walk."""
        return next(event.plan for event in self.events if isinstance(event, events.ResolutionStarted))

    @property
    def record(self) -> Resolution:
        """The events folded."""
        record = Resolution()
        for event in self.events:
            record.fold(event)
        return record


def recording_bytes(config: HostConfig, place: str, happened: Iterable[events.Event], written: str) -> bytes:
    """Return a walk as a recording, redacted: JSON lines in ASCII. `written` is the time in UTC, as ISO 8601."""
    home = own_home()
    walk = [events.to_record(event) for event in happened]
    header = {
        "schema": SCHEMA,
        "regtui": __version__,
        "written": written,
        "engine": config.engine.value,
        "place": place,
        "host": to_data(recorded_host(config)),
    }
    lines = (header, *walk, {"end": len(walk)})
    texts = (json.dumps(redact_data(line, home), allow_nan=False) for line in lines)
    return "".join(f"{text}\n" for text in texts).encode("ascii")


def read_recording(data: bytes) -> Recording:
    """Return the recording that the bytes hold. Raises RecordingError and nothing else, whatever they are."""
    if len(data) > SIZE_LIMIT:
        raise RecordingError(f"the file is larger than {SIZE_LIMIT >> 20} MiB, so it is no recording of regtui")
    lines = data.split(b"\n", EVENTS_LIMIT + 3)
    if len(lines) > EVENTS_LIMIT + 3:
        raise RecordingError(f"the file holds more than {EVENTS_LIMIT} events")
    head = _header(lines[0])
    version, config = _text(head, "regtui"), _host(head.get("host"))
    walk = _Walk()
    for number, line in enumerate(lines[1:], 2):
        value = _parsed(line, number)
        if isinstance(value, dict) and "end" in value:
            _check_end(value["end"], len(walk.happened), lines[number:], number)
            break
        walk.take(value, number)
    else:
        raise RecordingError(f"line {len(lines)}: {_CUT_OFF}")
    if walk.plan is None:
        raise RecordingError("line 2: the recording holds no walk")
    return Recording(version, _text(head, "written"), _text(head, "place"), config, tuple(walk.happened))


def load_recording(path: Path) -> Recording:
    """Read a recording from a regular file. Raises RecordingError, which names the file."""
    shown = printable(str(path), 200)
    found = HostFiles("/").read(str(path.absolute()), SIZE_LIMIT)
    if not isinstance(found, FileText):
        raise RecordingError(found.message)
    try:
        return read_recording(found.data)
    except RecordingError as error:
        raise RecordingError(f"{shown}: {error}") from error


def _parsed(line: bytes, number: int) -> Any:
    """Return the JSON value of a line; Python's parser itself refuses what is nested too deeply."""
    if not line:
        raise RecordingError(f"line {number}: {_CUT_OFF}")
    try:
        return json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"line {number} is damaged or cut off: it is no JSON") from error


def _no_number(word: str) -> None:
    raise ValueError(word)


def _header(line: bytes) -> dict[str, Any]:
    try:
        head = _parsed(line, 1)
    except RecordingError:
        if line.startswith(_BEGINNING):
            raise
        head = None
    schema = head.get("schema") if isinstance(head, dict) else None
    if schema == SCHEMA:
        assert isinstance(head, dict)
        return head
    shown = printable(schema, 60) if isinstance(schema, str) else ""
    if re.fullmatch(r"regtui\.recording/[0-9]{1,9}", shown):
        assert isinstance(head, dict)
        version = head.get("regtui")
        made = f"regtui {printable(version, 40)}" if isinstance(version, str) else "a newer regtui"
        own = f"regtui {__version__} does not know {shown}"
        raise RecordingError(f"line 1: it was written by {made}; {own}")
    raise RecordingError("line 1: this is no recording of regtui")


def _text(head: dict[str, Any], key: str) -> str:
    value = head.get(key)
    if not isinstance(value, str):
        raise RecordingError(f"line 1: {key} is no text")
    return printable(value, 200)


def _host(data: object) -> HostConfig:
    try:
        host = value_of(RecordedHost, data, "host")
    except RecordError as error:
        raise RecordingError(f"line 1: {error}") from error
    assert isinstance(host, RecordedHost)
    return configuration_of(host)


def _check_end(count: object, counted: int, rest: list[bytes], number: int) -> None:
    if count != counted or isinstance(count, bool):
        raise RecordingError(f"line {number}: {counted} events are there, which is not what this line says")
    if any(rest):
        raise RecordingError(f"line {number}: something follows, although this is the last line")


@dataclass(slots=True)
class _Walk:
    """The events so far, each of which fits the plan."""

    happened: list[events.Event] = field(default_factory=list)
    plan: Plan | None = None

    def take(self, value: object, number: int) -> None:
        """Take the event of a line in, or raise RecordingError."""
        try:
            event = event_of(value)
            self._check(event)
        except RecordError as error:
            raise RecordingError(f"line {number}: {error}") from error
        self.happened.append(event)

    def _check(self, event: events.Event) -> None:
        match event:
            case events.ResolutionStarted():
                if self.plan is not None:
                    raise RecordError("a second walk begins here")
                if sum(1 + len(candidate.endpoints) for candidate in event.plan.candidates) > PLACES_LIMIT:
                    raise RecordError(f"the plan has more than {PLACES_LIMIT} endpoints")
                self.plan = event.plan
            case events.HealthChecked():
                if event.registry < 0 or (event.mirror or 0) < 0:
                    raise RecordError("there is no registry of that number")
            case events.ResolutionEnded():
                if not 0 <= event.exit <= STATUS_LIMIT:
                    raise RecordError("exit is no exit status")
                if event.found is not None:
                    self._check_place(event.found.candidate, event.found.endpoint_index)
            case events.AlsoFound():
                self._check_place(event.found.candidate, event.found.endpoint_index)
            case _:
                self._check_place(getattr(event, "candidate", None), getattr(event, "endpoint", None))

    def _check_place(self, candidate: int | None, endpoint: int | None) -> None:
        """Make sure that the plan has this candidate, and this endpoint of it."""
        if self.plan is None:
            raise RecordError("the walk has not begun here")
        candidates = self.plan.candidates
        if candidate is None:
            return
        if not 0 <= candidate < len(candidates):
            raise RecordError(f"the plan has no candidate {candidate}")
        if endpoint is not None and not 0 <= endpoint < len(candidates[candidate].endpoints):
            raise RecordError(f"candidate {candidate} has no endpoint {endpoint}")
