"""The files that EnvironmentFile= names: found, read, and what happens to the service where one cannot be read."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.environment import EnvironmentFile, parse_environment_file
from regtui.host.exec_words import specifiers
from regtui.host.files import FILE_LIMIT, FileTrouble, TroubleKind
from regtui.host.model import Finding, Refusal, Severity, Source
from regtui.host.unit_file import Dialect, Entry
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.files import FileSource
    from regtui.host.unit import UnitEntries

FILES_LIMIT = 100  # of one unit
BYTES_LIMIT = 2 << 20  # of all of them
_MAGIC = "*?["
# What systemd, running as root, meets too; anything else says only that this user may not read the file.
_ROOT_FAILS_TOO = (TroubleKind.MISSING, TroubleKind.DIRECTORY, TroubleKind.LOOP)


@dataclass(frozen=True, slots=True)
class EnvironmentFiles:
    """The files in the order in which they override each other, the last one strongest."""

    files: tuple[EnvironmentFile, ...] = ()
    named: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    refusal: Refusal | None = None


def load_environment_files(
    files: FileSource, entries: UnitEntries, unit: str, dialect: Dialect, instead: Mapping[str, EnvironmentFile]
) -> EnvironmentFiles:
    """Read what the unit names, `instead` taking the place of files by their path.

    A file without a leading `-` that is missing keeps the service from starting.
    """
    loaded: list[EnvironmentFile] = []
    named: list[str] = []
    findings: list[Finding] = []
    refusal: Refusal | None = None
    known = dict(instead)
    room = BYTES_LIMIT
    for entry in entries.in_force("EnvironmentFile"):
        path = specifiers(entry.value.removeprefix("-"), unit)
        optional = entry.value.startswith("-")
        if not path.startswith("/"):
            why = "EnvironmentFile= wants an absolute path, so systemd ignores the line"
            findings.append(Finding("unit-relative-path", Severity.WARNING, why, entry.source))
            continue
        for one in _matching(files, path):
            if len(named) == FILES_LIMIT:
                break
            named.append(one)
            parsed = known.get(one)
            if parsed is None:
                found = files.read(one, min(FILE_LIMIT, room))
                if isinstance(found, FileTrouble):
                    findings += _unread(found)
                    refusal = refusal or (None if optional else _missing(found, unit, dialect, entry))
                    continue
                room -= len(found.data)
                known[one] = parsed = parse_environment_file(found.data, printable(one))
                findings += parsed.dropped
            loaded.append(parsed)
            if parsed.unreadable and not optional:
                refusal = refusal or _fails("Invalid argument", unit, dialect, entry)
    return EnvironmentFiles(tuple(loaded), tuple(named), tuple(findings), refusal)


def _matching(files: FileSource, path: str) -> list[str]:
    """Return the paths that a pattern matches, sorted (glob(3)); the path itself where it is none or matches none."""
    found = [""]
    for part in path.split("/")[1:]:
        if any(char in part for char in _MAGIC):
            found = [
                f"{base}/{name}"
                for base in found
                for name in files.list(base or "/")
                if fnmatchcase(name, part) and (part.startswith(".") or not name.startswith("."))
            ][:FILES_LIMIT]
        else:
            found = [f"{base}/{part}" for base in found]
    return found or [path]


def _unread(trouble: FileTrouble) -> list[Finding]:
    if trouble.kind is TroubleKind.MISSING:
        return []
    why = f"{trouble.message}; what it sets is not known here"
    return [Finding("env-unreadable", Severity.WARNING, why, Source(printable(trouble.path)))]


def _missing(trouble: FileTrouble, unit: str, dialect: Dialect, entry: Entry) -> Refusal | None:
    if trouble.kind not in _ROOT_FAILS_TOO:
        return None
    return _fails(trouble.cause[:1].upper() + trouble.cause[1:], unit, dialect, entry)


def _fails(cause: str, unit: str, dialect: Dialect, entry: Entry) -> Refusal:
    if dialect is Dialect.V219:
        text = f"Failed to load environment files: {cause}\n{unit} failed to run 'start' task: {cause}"
    else:
        text = f"{unit}: Failed to load environment files: {cause}\n{unit}: Failed to run 'start' task: {cause}"
    return Refusal(text, entry.source)
