"""The syntax of systemd's unit files: bytes in, assignments with their lines out."""

from __future__ import annotations

from codecs import BOM_UTF8
from enum import StrEnum

from regtui.frozen import dataclass
from regtui.host.environment import BLANKS, is_text
from regtui.host.model import Finding, Severity, Source
from regtui.text import printable

INCLUDE = ".include"


class Dialect(StrEnum):
    """Which systemd reads the unit: RHEL 7's version 219, or one from 239 on."""

    V219 = "219"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Entry:
    """`KEY=VALUE` in a section, continuation lines joined by blanks; `.include FILE` is an entry without a section."""

    section: str
    key: str
    value: str
    source: Source


@dataclass(frozen=True, slots=True)
class UnitText:
    """What one file says; `broken` is why version 219 stops reading it in the middle, None where it does not."""

    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    broken: Finding | None = None


def parse_unit(data: bytes, path: str, dialect: Dialect) -> UnitText:
    """Read a unit file or a drop-in (systemd, src/shared/conf-parser.c, parse_line and config_parse). Never raises."""
    entries: list[Entry] = []
    findings: list[Finding] = []
    section: str | None = None
    for number, raw in _logical_lines(data, dialect):
        line = raw.strip(BLANKS.encode())
        if not line or line[:1] in b"#;":
            continue
        if not is_text(line):
            findings.append(_finding("unit-not-utf8", "the line is not UTF-8, so systemd ignores it", path, number))
            continue
        text = line.decode()
        if text.startswith(INCLUDE + " "):
            entries.append(Entry("", INCLUDE, text[len(INCLUDE) :].strip(BLANKS), Source(path, number, INCLUDE)))
        elif text.startswith("["):
            if not text.endswith("]"):
                finding = _malformed(f"`{printable(text, 60)}` is no section header", path, number)
                if dialect is Dialect.V219:
                    return UnitText(tuple(entries), tuple(findings), finding)
                findings.append(finding)
                continue
            section = text[1:-1] if text[1:-1] in ("Unit", "Service", "Install") else None
        elif section is not None:
            key, equals, value = text.partition("=")
            if equals:
                key = key.rstrip(BLANKS)
                entries.append(Entry(section, key, value.lstrip(BLANKS), Source(path, number, printable(key, 60))))
                continue
            finding = _malformed(f"`{printable(text, 60)}` has no `=`", path, number)
            if dialect is Dialect.V219:
                return UnitText(tuple(entries), tuple(findings), finding)
            findings.append(finding)
    return UnitText(tuple(entries), tuple(findings))


def _logical_lines(data: bytes, dialect: Dialect) -> list[tuple[int, bytes]]:
    """Join lines that end in a backslash, and tell the line on which each begins.

    Version 219 takes a comment between two such lines for part of the value, and lets a comment's own backslash swallow
    the next line; later versions drop the comment and go on.
    """
    if dialect is Dialect.LATER:
        data = data.removeprefix(BOM_UTF8)
    lines: list[tuple[int, bytes]] = []
    held = bytearray()
    begin = 0
    for number, raw in enumerate(data.removesuffix(b"\n").split(b"\n"), 1):
        line = raw.partition(b"\0")[0].partition(b"\r")[0]
        if dialect is Dialect.LATER and line.lstrip(BLANKS.encode())[:1] in (b"#", b";"):
            continue
        begin = begin or number
        held += line
        if (len(line) - len(line.rstrip(b"\\"))) % 2:
            held[-1:] = b" "
            continue
        lines.append((begin, bytes(held)))
        held.clear()
        begin = 0
    if held and dialect is Dialect.LATER:  # 219 forgets a file's last line if it ends in a backslash
        lines.append((begin, bytes(held)))
    return lines


def _malformed(what: str, path: str, line: int) -> Finding:
    return _finding("unit-malformed", f"{what}; systemd 219 reads no further, later versions skip the line", path, line)


def _finding(code: str, message: str, path: str, line: int) -> Finding:
    return Finding(code, Severity.WARNING, message, Source(path, line))
