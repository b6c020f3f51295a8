"""`regtui replay FILE`: a recorded walk in the terminal interface as it happened, or as `regtui resolve` printed it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.beside import Beside
from regtui.commands.keeping import print_safely, printed_report
from regtui.markdown import about, report
from regtui.mirrors import mirror_documents, mirror_truth
from regtui.options import USAGE_ERROR
from regtui.outlet import Outlet
from regtui.recording import RecordingError, load_recording
from regtui.report import Resolution, document
from regtui.told import Narrator
from regtui.tui.terminal import refusal

if TYPE_CHECKING:
    from regtui.options import Options
    from regtui.recording import Recording
    from regtui.session import Session


def run(options: Options) -> int:
    """Show the recording; return the exit status of its walk where it is printed."""
    try:
        recording = load_recording(Path(options.words[0]))
    except RecordingError as error:
        sys.stderr.write(f"regtui: {error}\n")
        return USAGE_ERROR
    kind = printed_report(options)
    if kind is not None:
        facts = about(recording.config, recording.place, recording.written, recording.version)
        print_safely(report(recording.record, facts, kind))
    elif options.json:
        record, config = recording.record, recording.config
        body = {**document(record), "mirrors": mirror_documents(mirror_truth(record, config.mirrors, config.services))}
        sys.stdout.write(json.dumps(body, indent=2, allow_nan=False) + "\n")
    elif _can_show():
        return _show(recording, options)
    else:
        _tell(recording, options)
    ended = recording.record.ended
    return min(1, ended.exit) if ended is not None else 1


def _can_show() -> bool:
    """Whether a screen can be drawn, and whoever asked looks at it: output to a pipe is meant for another program."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and not stream.closed and stream.isatty() for stream in streams):
        return False
    return not refusal(os.environ, input_is_terminal=True, output_is_terminal=True)


def _show(recording: Recording, options: Options) -> int:
    from regtui.replay import ReplaySession
    from regtui.tui.run import run_app

    session = ReplaySession(recording)

    async def open_session() -> Session:
        return session

    return run_app(open_session, session.config, session.place, name=recording.plan.name, color=options.color)


def _tell(recording: Recording, options: Options) -> None:
    record = Resolution()
    beside = Beside(mirrors=recording.config.mirrors, local=recording.config.services)
    narrator = Narrator(record, Outlet(color=options.color), beside=beside)
    for event in recording.events:
        record.fold(event)
        narrator.tell(event)
