"""docker.service as systemd finds it: the unit file, the drop-ins over it, and which systemd reads them."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.environment import parse_environment_file
from regtui.host.files import FileText, FileTrouble, TroubleKind
from regtui.host.model import Finding, Severity, Source
from regtui.host.unit_file import INCLUDE, Dialect, Entry, parse_unit
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.files import FileSource

UNIT_DIRECTORIES = (
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
)
"""Highest priority first (systemd, src/shared/path-lookup.c)."""

INCLUDES_LIMIT = 32
"""Files that a unit may include (`.include`), directly or through others."""
_FORK = re.compile(rb"\bdocker(d)?-(current|latest)\b")


@dataclass(frozen=True, slots=True)
class UnitFiles:
    """The texts that make up a unit: the unit file, then its drop-ins in the order in which they apply.

    `masked` is the path of the link to /dev/null, or of the empty file, that keeps systemd from starting the unit; the
    texts are then those of the unit that it hides.
    """

    name: str
    texts: tuple[FileText, ...]
    masked: str = ""
    findings: tuple[Finding, ...] = field(default=())

    @property
    def path(self) -> str:
        """The unit file's own path."""
        return self.texts[0].path

    @property
    def names_fork(self) -> bool:
        """Whether it starts a program of RHEL's Docker, even if a drop-in replaces the command."""
        return any(_FORK.search(text.data) for text in self.texts)


def find_unit(files: FileSource, name: str = "docker.service") -> UnitFiles | None:
    """Find a unit and its drop-ins: of the same name the directory of the higher priority wins, as with systemd."""
    masked = ""
    findings: list[Finding] = []
    for directory in UNIT_DIRECTORIES:
        path = f"{directory}/{name}"
        found = files.read(path)
        if _is_masked(files, path, found):
            masked = masked or path
        elif isinstance(found, FileText):
            texts = (found, *_drop_ins(files, name, findings))
            return UnitFiles(name, texts, masked, tuple(findings))
        elif found.kind is not TroubleKind.MISSING:
            findings.append(_unreadable(found))
    return None


def dialect_of(files: FileSource, unit: UnitFiles) -> Dialect:
    """Tell which systemd reads the host's units: 219 on RHEL 7, its rebuilds and Amazon Linux 2.

    Without an os-release file the unit decides: RHEL's Docker was at home on RHEL 7.
    """
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        found = files.read(path)
        if isinstance(found, FileText):
            values = {k: v.value for k, v in parse_environment_file(found.data, path).variables.items()}
            version = values.get("VERSION_ID", "").partition(".")[0]
            like = {values.get("ID", ""), *values.get("ID_LIKE", "").split()}
            old = version == ("2" if "amzn" in like else "7") and bool(like & {"rhel", "centos"})
            return Dialect.V219 if old else Dialect.LATER
    return Dialect.V219 if unit.names_fork else Dialect.LATER


@dataclass(frozen=True, slots=True)
class UnitEntries:
    """Every assignment of a unit in the order in which it applies; `broken` where systemd cannot load the unit."""

    entries: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    broken: Finding | None = None

    def of(self, section: str, key: str) -> Iterator[Entry]:
        """The assignments of one key, in order."""
        return (entry for entry in self.entries if entry.section == section and entry.key == key)

    def in_force(self, key: str) -> list[Entry]:
        """The assignments of a list in [Service] that count: an empty one forgets those before it."""
        found: list[Entry] = []
        for entry in self.of("Service", key):
            if entry.value:
                found.append(entry)
            else:
                found.clear()
        return found


def read_entries(files: FileSource, unit: UnitFiles, dialect: Dialect) -> UnitEntries:
    """Merge the unit's texts, `.include` followed one level deep. Never raises."""
    entries: list[Entry] = []
    findings = list(unit.findings)
    broken: Finding | None = None
    includes = INCLUDES_LIMIT
    for index, text in enumerate(unit.texts):
        parsed = parse_unit(text.data, text.path, dialect)
        findings += parsed.findings
        if parsed.broken:
            findings.append(parsed.broken)
            broken = broken or (parsed.broken if index == 0 else None)  # a broken drop-in is dropped, not the unit
        for entry in parsed.entries:
            if entry.key != INCLUDE or entry.section:
                entries.append(entry)
            elif includes:
                includes -= 1
                entries += _included(files, entry, dialect, findings)
    return UnitEntries(tuple(entries), tuple(findings), broken)


def _included(files: FileSource, entry: Entry, dialect: Dialect, findings: list[Finding]) -> list[Entry]:
    path = entry.value if entry.value.startswith("/") else f"{entry.source.file.rpartition('/')[0]}/{entry.value}"
    found = files.read(path)
    if isinstance(found, FileTrouble):
        findings.append(_unreadable(found))
        return []
    parsed = parse_unit(found.data, path, dialect)
    findings += parsed.findings
    return [one for one in parsed.entries if one.section]


def _drop_ins(files: FileSource, name: str, findings: list[Finding]) -> list[FileText]:
    chosen: dict[str, str] = {}
    for directory in UNIT_DIRECTORIES:
        for found in files.list(f"{directory}/{name}.d"):
            if found.endswith(".conf") and not found.startswith("."):
                chosen.setdefault(found, f"{directory}/{name}.d/{found}")
    texts: list[FileText] = []
    for _, path in sorted(chosen.items()):
        text = files.read(path)
        if isinstance(text, FileText):
            texts.append(FileText(printable(path), text.data))
        elif files.target(path) != "/dev/null":
            findings.append(_unreadable(text))
    return texts


def _is_masked(files: FileSource, path: str, found: FileText | FileTrouble) -> bool:
    if isinstance(found, FileText):
        return not found.data
    return files.target(path) == "/dev/null"


def _unreadable(trouble: FileTrouble) -> Finding:
    where = Source(printable(trouble.path))
    return Finding("unit-unreadable", Severity.WARNING, f"{trouble.message}; what it sets is not known here", where)
