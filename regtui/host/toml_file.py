"""A TOML file as tomllib reads it, with the line of each key, which tomllib does not tell."""

from __future__ import annotations

import re
import tomllib
from dataclasses import field
from typing import TYPE_CHECKING, Any

from regtui.frozen import dataclass
from regtui.host.model import Source
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[str | int, ...]
"""Keys and indexes that lead to a value: `("registry", 0, "mirror", 1, "location")`."""

_POSITION = re.compile(
    r"^(?P<words>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL
)
_KEY_PART = re.compile(r"""[ \t]*(?:([A-Za-z0-9_-]+)|("(?:[^"\\\n]|\\.)*")|'([^'\n]*)')[ \t]*""")
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)+")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file that is TOML: its fields, and the line of each key outside of arrays and inline tables, from 1."""

    path: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, *place: str | int) -> int | None:
        """Return the line of a value, else of the first thing in it, else of the nearest table around it."""
        if place in self.lines:
            return self.lines[place]
        inside = [line for known, line in self.lines.items() if place and known[: len(place)] == place]
        if inside:  # a table that is opened by its parts alone, as by [registries.search]
            return min(inside)
        return self.line(*place[:-1]) if place else None

    def source(self, *place: str | int, name: str = "") -> Source:
        """Return where a value stands; `name` is what it is called, else the last key."""
        last = next((part for part in reversed(place) if isinstance(part, str)), "")
        return Source(printable(self.path), self.line(*place), name or printable(last, 100))


@dataclass(frozen=True, slots=True)
class TomlFailure:
    """A file that is no TOML: where tomllib stopped, from 1, and its words."""

    path: str
    line: int
    column: int
    words: str


def read_toml(path: str, data: bytes) -> TomlFile | TomlFailure:
    """Read a file; never raises for what it holds."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - before.rfind(b"\n")
        return TomlFailure(path, before.count(b"\n") + 1, column, f"invalid UTF-8 byte: 0x{data[error.start]:02x}")
    try:
        fields = tomllib.loads(text)
    except RecursionError:
        return TomlFailure(path, 1, 1, "it is nested too deeply")
    except ValueError as error:  # also an integer of more digits than Python takes
        return _failure(path, text, str(error))
    return TomlFile(path, fields, lines_in(text))


def lines_in(text: str) -> Mapping[Place, int]:
    """Return the line of each key; of a text that is no TOML, some of them."""
    return _Places(text.replace("\r\n", "\n")).read()


def _failure(path: str, text: str, message: str) -> TomlFailure:
    found = _POSITION.match(message)
    if found is None:
        return TomlFailure(path, 1, 1, message)
    if found["line"] is None:
        body = text.rstrip("\n")
        return TomlFailure(path, body.count("\n") + 1, len(body) - body.rfind("\n"), found["words"])
    return TomlFailure(path, int(found["line"]), int(found["column"]), found["words"])


class _Places:
    """One pass over a document that somebody has accepted as TOML."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._table: Place = ()
        self._counts: dict[Place, int] = {}
        self._lines: dict[Place, int] = {}
        self._counted = (0, 1)  # an offset and its line, so that each newline is counted once

    def read(self) -> Mapping[Place, int]:
        while self._skip_blank():
            if self._text.startswith("[", self._at):
                self._header()
            else:
                line = self._line()
                key = self._key()
                self._at += 1  # the equals sign
                self._value()
                if key:  # of a key given twice, which podman's library lets pass for arrays, the last counts
                    self._lines[(*self._table, *key)] = line
        return self._lines

    def _skip_blank(self) -> bool:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def _line(self) -> int:
        offset, line = self._counted
        self._counted = (self._at, line + self._text.count("\n", offset, self._at))
        return self._counted[1]

    def _header(self) -> None:
        line = self._line()
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        parts = self._key()
        self._at += 2 if is_array else 1
        if not parts:
            return
        place: Place = ()
        for part in parts[:-1]:
            place = self._inside((*place, part))
        place = (*place, parts[-1])
        if is_array:
            self._counts[place] = self._counts.get(place, 0) + 1
            self._lines.setdefault(place, line)
        self._table = self._inside(place)
        self._lines.setdefault(self._table, line)

    def _inside(self, place: Place) -> Place:
        """Return the last table of an array of tables, or the place itself."""
        return (*place, self._counts[place] - 1) if place in self._counts else place

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while found := _KEY_PART.match(self._text, self._at):
            self._at = found.end()
            bare, quoted, raw = found.groups()
            parts.append(bare or (_unquoted(quoted) if quoted else raw))
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return tuple(parts)

    def _value(self) -> None:
        depth = 0
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in "\"'":
                self._string(character)
                continue
            if character == "#":
                self._at = self._next("\n", self._at)
                continue
            if character == "\n" and depth == 0:
                return
            depth += (character in "[{") - (character in "]}")
            self._at += 1

    def _string(self, quote: str) -> None:
        long = quote * 3
        mark = long if self._text.startswith(long, self._at) else quote
        self._at += len(mark)
        while not self._text.startswith(mark, self._at) and self._at < len(self._text):
            self._at += 2 if quote == '"' and self._text[self._at] == "\\" else 1
        self._at += len(mark)
        while mark == long and self._text.startswith(quote, self._at):  # a quote may stand before the closing three
            self._at += 1

    def _next(self, what: str, start: int) -> int:
        found = self._text.find(what, start)
        return len(self._text) if found < 0 else found


def _unquoted(quoted: str) -> str:
    try:
        found: str = tomllib.loads(f"v={quoted}")["v"]
    except tomllib.TOMLDecodeError:
        return quoted
    return found
