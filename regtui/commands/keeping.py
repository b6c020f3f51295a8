"""What is left of a walk: a recording, or a report for a ticket, in the file that `--record` names or in print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.clock import utc_now
from regtui.export import Export, ExportKind
from regtui.markdown import ReportFormat, about, report
from regtui.options import USAGE_ERROR, UsageError
from regtui.outfile import WriteError, check_target, write_file

if TYPE_CHECKING:
    from regtui.events import Event
    from regtui.options import Options
    from regtui.report import Resolution
    from regtui.session import Session

_KINDS = {ReportFormat.MARKDOWN: ExportKind.MARKDOWN, ReportFormat.TEXT: ExportKind.TEXT}
_SUFFIXES = {".md": ExportKind.MARKDOWN, ".markdown": ExportKind.MARKDOWN, ".txt": ExportKind.TEXT}


def printed_report(options: Options) -> ReportFormat | None:
    """Return the report that is printed in place of the walk: `--report` without a file to write it to."""
    return ReportFormat(options.report) if options.report and not options.record else None


def check_record(options: Options) -> None:
    """Refuse a file that could not be written, before anybody is asked."""
    if options.record:
        try:
            check_target(Path(options.record))
        except WriteError as error:
            raise UsageError(f"--record: {error}") from error


def keep(options: Options, session: Session, happened: list[Event], record: Resolution, status: int) -> int:
    """Print the report, or write the file; return the exit status: the walk's, or that of a file not written."""
    if record.plan is None:
        return status
    written = utc_now()
    printed = printed_report(options)
    if printed is not None:
        print_safely(report(record, about(session.config, session.place, written), printed))
    if not options.record:
        return status
    path = Path(options.record)
    suffix = path.suffix.lower()
    kind = _KINDS[ReportFormat(options.report)] if options.report else _SUFFIXES.get(suffix, ExportKind.RECORDING)
    export = Export(session.config, session.place, tuple(happened), written)
    try:
        write_file(path, export.data(kind))
    except WriteError as error:
        sys.stderr.write(f"regtui: --record: {error}\n")
        return USAGE_ERROR
    return status


def print_safely(text: str) -> None:
    """Print what the encoding of standard output can show, the rest escaped."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
