"""Recordings that are none, or damaged, or made by somebody who means harm: a sentence, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regtui import __version__
from regtui.engines.base import Plan
from regtui.host.model import EngineName
from regtui.recording import (
    EVENTS_LIMIT,
    SIZE_LIMIT,
    RecordingError,
    load_recording,
    read_recording,
    recording_bytes,
)
from regtui.records import RecordError, event_of, to_data
from regtui.text import printable
from tests.event_strategies import JSON
from tests.recordings import WALKS, WRITTEN, edited, line_of, recorded, use
from tests.tui_fakes import CONFIG, HEALTHY, SCRIPTS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "line 1: this is no recording of regtui"),
        (b"\x00\xff" * 10, "line 1: this is no recording of regtui"),
        (b"[]\n", "line 1: this is no recording of regtui"),
        (b'{"schema": "regtui.info/1"}\n', "line 1: this is no recording of regtui"),
        (b'{"schema": "regtui.recording/1"', "line 1 is damaged or cut off: it is no JSON"),
        (b'{"schema": "regtui.recording/1"}\n', "line 1: regtui is no text"),
        (b"[" * 100_000, "line 1: this is no recording of regtui"),
        (b" " * (SIZE_LIMIT + 1), "the file is larger than 16 MiB, so it is no recording of regtui"),
        (b"{}\n" * (EVENTS_LIMIT + 3), f"the file holds more than {EVENTS_LIMIT} events"),
    ],
)
def test_what_is_no_recording_gets_a_sentence(data: bytes, message: str) -> None:
    with pytest.raises(RecordingError) as refused:
        read_recording(data)
    assert str(refused.value) == message


def test_a_newer_recording_says_so() -> None:
    with pytest.raises(RecordingError) as refused:
        read_recording(edited("debian", 1, schema="regtui.recording/2", regtui="9.1"))
    own = f"regtui {__version__} does not know regtui.recording/2"
    assert str(refused.value) == f"line 1: it was written by regtui 9.1; {own}"


def test_fields_of_a_later_version_are_passed_over() -> None:
    line = line_of("debian", "stage-ended")
    assert read_recording(edited("debian", line, later={"x": 1})).events == (*SCRIPTS["debian"], *HEALTHY)


START = line_of("debian", "resolution-started")
STAGE = line_of("debian", "stage-ended")
END = line_of("debian", "resolution-ended")
FOUND = json.loads(recorded("debian").splitlines()[END - 1])["found"]


@pytest.mark.parametrize(
    ("line", "changes", "clause"),
    [
        (1, {"host": None}, "host is no object"),
        (1, {"host": {"engine": "rkt"}}, "host.engine is none of rhel-docker"),
        (
            1,
            {"host": {"engine": "moby", "insecure": [{"value": "x", "source": {"file": "f"}, "network": "x/99"}]}},
            "no network",
        ),
        (START, {"event": "walk-began"}, "there is no event walk-began"),
        (START, {"event": 7}, "there is no event of that name"),
        (START, {"plan": {}}, "plan.engine is missing"),
        (STAGE, {"event": "resolution-started", "plan": to_data(Plan(EngineName.MOBY, "x", None))}, "a second walk"),
        (STAGE, {"candidate": 3}, "the plan has no candidate 3"),
        (STAGE, {"candidate": -1}, "the plan has no candidate -1"),
        (STAGE, {"endpoint": 4}, "candidate 0 has no endpoint 4"),
        (STAGE, {"endpoint": True}, "endpoint is no number"),
        (STAGE, {"endpoint": 0.5}, "endpoint is no whole number in bounds"),
        (STAGE, {"ms": -1}, "ms is no time"),
        (STAGE, {"ms": 1e10}, "ms is no time"),
        (STAGE, {"ms": int("9" * 400)}, "ms is no time"),
        (STAGE, {"ms": "1"}, "ms is no number"),
        (STAGE, {"ok": 1}, "ok is no truth value"),
        (STAGE, {"stage": "dinner"}, "stage is none of dns"),
        (STAGE, {"detail": ["x"]}, "detail is no text"),
        (END, {"exit": 256}, "exit is no exit status"),
        (END, {"found": {**FOUND, "candidate": 9}}, "the plan has no candidate 9"),
        (END, {"found": {**FOUND, "endpoint_index": 2}}, "candidate 2 has no endpoint 2"),
        (END, {"found": {**FOUND, "platforms": "linux/amd64"}}, "found.platforms is no list"),
        (END, {"found": {**FOUND, "platforms": ["x", None]}}, "found.platforms[1] is no text"),
        (END, {"found": {**FOUND, "size": 10**401}}, "found.size is no whole number in bounds"),
    ],
)
def test_a_damaged_line_is_named(line: int, changes: dict[str, Any], clause: str) -> None:
    with pytest.raises(RecordingError) as refused:
        read_recording(edited("debian", line, **changes))
    assert str(refused.value).startswith(f"line {line}: ")
    assert clause in str(refused.value)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000])
def test_numbers_that_are_none_are_refused(constant: bytes) -> None:
    data = recorded("debian").replace(b'"at": 0.0', b'"at": ' + constant, 1)
    with pytest.raises(RecordingError, match=r"^line 2"):
        read_recording(data)


@pytest.mark.parametrize("name", WALKS)
def test_a_recording_that_was_cut_off_says_so(name: str) -> None:
    data = recorded(name)
    lines = data.splitlines(keepends=True)
    for count in range(1, len(lines)):
        with pytest.raises(RecordingError, match="cut off"):
            read_recording(b"".join(lines[:count]))
    for end in range(1, len(data) - 1, 97):
        with pytest.raises(RecordingError):
            read_recording(data[:end])


@pytest.mark.parametrize(
    ("last", "clause"), [(b'{"end": 3}', "events are there"), (b'{"end": 1}\nx', "events are there")]
)
def test_the_last_line_counts_the_events(last: bytes, clause: str) -> None:
    lines = recorded("debian").splitlines()
    with pytest.raises(RecordingError, match=clause):
        read_recording(b"\n".join([*lines[:-1], last]) + b"\n")


def test_nothing_follows_the_last_line() -> None:
    with pytest.raises(RecordingError, match="something follows"):
        read_recording(recorded("debian") + b"{}\n")


def test_a_recording_without_a_walk_is_none() -> None:
    with pytest.raises(RecordingError, match="the walk has not begun here"):
        read_recording(recording_bytes(CONFIG, "x", SCRIPTS["debian"][1:], WRITTEN))
    with pytest.raises(RecordingError, match="holds no walk"):
        read_recording(recording_bytes(CONFIG, "x", (), WRITTEN))


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(RecordingError):
        read_recording(data)
    with pytest.raises(RecordingError):
        read_recording(recorded("debian").splitlines(keepends=True)[0] + data)


@pytest.mark.fault(69)
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_change_is_read_or_refused(data: st.DataObject) -> None:
    original = bytearray(recorded("nosuch"))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(original) - 1))
        original[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        recording = read_recording(bytes(original))
    except RecordingError:
        return
    use(recording)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    lines = [json.loads(line) for line in recorded("debian").splitlines()]
    target: Any = data.draw(st.sampled_from(lines))
    while True:
        keys = list(target) if isinstance(target, dict) else list(range(len(target)))
        key = data.draw(st.sampled_from(keys))
        below = target[key]
        if not isinstance(below, dict | list) or not below or data.draw(st.booleans()):
            break
        target = below
    target[key] = data.draw(JSON)
    try:
        recording = read_recording("".join(json.dumps(line) + "\n" for line in lines).encode())
    except RecordingError as error:
        recording, message = None, str(error)
    if recording is None:
        assert message == printable(message, 2000)
    else:
        use(recording)


@given(JSON)
def test_any_json_is_an_event_or_refused(value: object) -> None:
    with pytest.raises(RecordError):
        event_of(value)


def test_a_file_that_cannot_be_read_gets_a_sentence(tmp_path: Path) -> None:
    for path, clause in ((tmp_path / "none", "does not exist"), (tmp_path, "is a directory")):
        with pytest.raises(RecordingError, match=clause):
            load_recording(path)
    damaged = tmp_path / "walk\x1b.rec"
    damaged.write_bytes(b"x")
    with pytest.raises(RecordingError) as refused:
        load_recording(damaged)
    assert str(refused.value) == f"{tmp_path}/walk\\x1b.rec: line 1: this is no recording of regtui"
