"""A walk as a file for somebody else: the formats, what each holds, and a name that is not taken yet."""

from __future__ import annotations

import json
import os
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.markdown import ReportFormat, about, report
from regtui.mirrors import mirror_documents, mirror_truth
from regtui.outfile import WriteError, write_file
from regtui.recording import recording_bytes
from regtui.redaction import own_home, redact_data
from regtui.report import Resolution, document

if TYPE_CHECKING:
    from regtui.events import Event
    from regtui.host.model import HostConfig

MOST_COPIES = 1000
"""Numbers that are tried for a name that is not taken yet."""
_STEM_LIMIT = 80
"""Characters of an image name in the name of a file."""


class ExportKind(StrEnum):
    """What a walk is written as."""

    RECORDING = "recording"
    MARKDOWN = "Markdown"
    TEXT = "text"
    JSON = "JSON"


SUFFIXES = {
    ExportKind.RECORDING: ".jsonl",
    ExportKind.MARKDOWN: ".md",
    ExportKind.TEXT: ".txt",
    ExportKind.JSON: ".json",
}
PURPOSES = {
    ExportKind.RECORDING: "shown again by regtui replay, as it happened",
    ExportKind.MARKDOWN: "a report for a ticket or a chat",
    ExportKind.TEXT: "the same report without markup, for mail",
    ExportKind.JSON: "one document, as regtui resolve --json prints it",
}
_REPORTS = {ExportKind.MARKDOWN: ReportFormat.MARKDOWN, ExportKind.TEXT: ReportFormat.TEXT}


@dataclass(frozen=True, slots=True)
class Export:
    """A walk that has begun, with the host that it was made for. `written` is the time in UTC, as ISO 8601."""

    config: HostConfig
    place: str
    happened: tuple[Event, ...]
    written: str

    @property
    def record(self) -> Resolution:
        """The events folded."""
        record = Resolution()
        for event in self.happened:
            record.fold(event)
        return record

    def data(self, kind: ExportKind) -> bytes:
        """Return what the file holds, without a secret and without anybody's home directory."""
        if kind is ExportKind.RECORDING:
            return recording_bytes(self.config, self.place, self.happened, self.written)
        record = self.record
        if kind is ExportKind.JSON:
            truths = mirror_truth(record, self.config.mirrors, self.config.services)
            body = {**document(record), "mirrors": mirror_documents(truths)}
            return (json.dumps(redact_data(body, own_home()), indent=2, allow_nan=False) + "\n").encode("ascii")
        text = report(record, about(self.config, self.place, self.written), _REPORTS[kind])
        return text.encode("utf-8", "backslashreplace")


def free_name(name: str, kind: ExportKind) -> str:
    """Return a file that is not there yet for the walk of an image: `regtui-etcd.md`, then `regtui-etcd-2.md`.

    It lies where regtui was started, or in the home directory where no file can be made there.
    """
    stem = "regtui-" + (re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_STEM_LIMIT] or "walk")
    folder = "" if _takes_files() else "~/"
    names = (f"{folder}{stem}{number}{SUFFIXES[kind]}" for number in ("", *(f"-{n}" for n in range(2, MOST_COPIES))))
    return next((free for free in names if not is_there(free)), f"{folder}{stem}{SUFFIXES[kind]}")


def is_there(typed: str) -> bool:
    """Say whether something lies there already; what cannot be looked at is not there, and writing will say why."""
    try:
        return os.path.lexists(_path(typed))
    except (WriteError, ValueError):
        return False


def save(export: Export, kind: ExportKind, typed: str) -> Path:
    """Write the walk to the file that a person typed, and return its whole path. Raises WriteError."""
    path = _path(typed)
    write_file(path, export.data(kind))
    return path.absolute()


def _takes_files() -> bool:
    """Say whether a file can be made in the folder where one is; it may have been removed."""
    try:
        return os.access(Path.cwd(), os.W_OK | os.X_OK)
    except OSError:
        return False


def _path(typed: str) -> Path:
    typed = typed.strip()
    if not typed:
        raise WriteError("a file needs a name")
    try:
        return Path(typed).expanduser()
    except RuntimeError as error:  # `~nobody`
        raise WriteError(f"there is no home directory for {typed.split('/')[0]!a}") from error
