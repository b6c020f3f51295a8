"""systemd's EnvironmentFile grammar and its splitting of `$VAR`, as version 219 (RHEL 7) has them.

Not a shell: see the findings for what a person would expect and does not get. Later versions differ in small ways (a
newline inside quotes is kept from 239 on, a backslash in single quotes from 252, a comment ends with its line from
254); they are not followed here, because only RHEL's units take registries from such files.
"""

from __future__ import annotations

import re
from dataclasses import field

from regtui.frozen import dataclass
from regtui.host.environment_findings import findings_of, not_text
from regtui.host.environment_reader import RawAssignment, read_raw
from regtui.host.model import Finding, Setting, Source

BLANKS = " \t\n\r"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # the tab is allowed


@dataclass(frozen=True, slots=True)
class Assignment:
    """`NAME=VALUE` as systemd took it; the source's line is the one on which the assignment begins.

    `overridden` is the line of the later assignment in the same file that made this one void, 0 where it stands.
    The value may hold a proxy's password.
    """

    name: str
    value: str = field(repr=False)
    source: Source
    overridden: int = 0


@dataclass(frozen=True, slots=True)
class EnvironmentFile:
    """One EnvironmentFile: what systemd took from it, and what it dropped without a word.

    With `unreadable` systemd drops the whole file; without a leading `-` in the unit the service then fails.
    """

    path: str
    assignments: tuple[Assignment, ...] = ()
    dropped: tuple[Finding, ...] = ()
    unreadable: bool = False

    @property
    def variables(self) -> dict[str, Assignment]:
        """The assignments that stand, by name: the last one wins."""
        return {one.name: one for one in self.assignments if not one.overridden}


@dataclass(frozen=True, slots=True)
class Words:
    """What `$VAR` becomes on the command line.

    `unbalanced`: a double quote is not closed, and the service fails with status 204/MEMORY. `lost` is the rest of the
    value behind an empty quoted word, at which version 219 stops.
    """

    settings: tuple[Setting, ...] = ()
    unbalanced: bool = False
    lost: str = ""

    @property
    def values(self) -> tuple[str, ...]:
        """The words alone."""
        return tuple(setting.value for setting in self.settings)


def parse_environment_file(data: bytes, path: str) -> EnvironmentFile:
    """Read an EnvironmentFile as systemd 219 does (src/shared/fileio.c:201-620, env-util.c:67). Never raises."""
    text, nul, _ = data.partition(b"\0")
    raw = read_raw(text)
    bad = next((one for one in raw.assignments if not (is_text(one.name) and is_text(one.value))), None)
    if bad is not None:
        return EnvironmentFile(path, dropped=(not_text(bad, path),), unreadable=True)
    taken = [one for one in raw.assignments if _is_valid(one)]
    return EnvironmentFile(
        path,
        _assignments(taken, path),
        findings_of(raw, text, path, nul=bool(nul), taken=taken),
    )


def is_text(data: bytes) -> bool:
    """Tell whether systemd accepts the bytes as UTF-8; noncharacters are refused too (utf8.c, unichar_is_valid)."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return text.isascii() or not any(_is_noncharacter(ord(char)) for char in text)


def valid_assignment(name: str, value: str) -> bool:
    """Tell whether systemd takes this: letters, digits, `_` in the name; no control character but tabs in the value."""
    return _NAME.fullmatch(name) is not None and not _CONTROL.search(value)


def words(value: str, source: Source) -> Words:
    """Split a variable's value as systemd 219 does for an argument that is exactly `$VAR` (util.c:7758).

    Blanks separate; quotes and backslashes are removed; a single quote that is not closed is tolerated.
    """
    found: list[Setting] = []
    at = 0
    while True:
        word, at, unbalanced = _next_word(value, at)
        if unbalanced:
            return Words(tuple(found), unbalanced=True)
        if not word:
            return Words(tuple(found), lost=value[at:].strip(BLANKS))
        found.append(Setting("", word, source))


def _next_word(value: str, at: int) -> tuple[str, int, bool]:
    """Return a word, the place behind it, and whether a double quote stayed open (behind a backslash it may)."""
    while at < len(value) and value[at] in BLANKS:
        at += 1
    word: list[str] = []
    quote = ""
    while at < len(value):
        char = value[at]
        if char == "\\":
            at += 1
            if at == len(value):
                return "".join(word), at, False
            word.append(value[at])
        elif quote:
            if char == quote:
                quote = ""
            else:
                word.append(char)
        elif char in "'\"":
            quote = char
        elif char in BLANKS:
            break
        else:
            word.append(char)
        at += 1
    return "".join(word), at, quote == '"'


def _is_noncharacter(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def _is_valid(raw: RawAssignment) -> bool:
    return valid_assignment(raw.name.decode(), raw.value.decode())


def _assignments(taken: list[RawAssignment], path: str) -> tuple[Assignment, ...]:
    last = {one.name: one for one in taken}
    return tuple(
        Assignment(
            name=(name := one.name.decode()),
            value=one.value.decode(),
            source=Source(path, one.line, name),
            overridden=0 if last[one.name] is one else last[one.name].line,
        )
        for one in taken
    )
