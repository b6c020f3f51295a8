"""A manifest's JSON as rows that fold: the fields as they were sent, in their order, also those that come twice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.text import printable
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, span, wrap

if TYPE_CHECKING:
    from regtui.tui.glyphs import Glyphs

MOST_ROWS = 200_000
"""Rows beyond which nothing more is shown; a manifest of 4 MiB has fewer unless somebody means harm."""
LONGEST_VALUE = 20_000
"""Characters of a value that are copied."""
DETAIL_LINES = 3
"""Lines below the rows, for a value that is too long for its own."""
DEEPEST = 64
"""Levels of JSON that are drawn; what is deeper is shown as closed."""


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One row: `end` is the row behind the last one inside it, the row's own number plus one where it holds nothing."""

    depth: int
    head: str
    text: str
    role: Role
    end: int


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of an object with their names, as they were written."""

    pairs: tuple[tuple[str, object], ...]


Documents = tuple[tuple[str, bytes], ...]
"""Bodies with what each of them is."""


def json_rows(documents: Documents) -> tuple[JsonRow, ...]:
    """Return the rows of bodies, each below its name; of a body that is no JSON, its lines."""
    rows: list[JsonRow] = []
    for name, body in documents:
        try:
            _append(rows, name, _parsed(body.decode("utf-8")), 0)
        except (ValueError, RecursionError):
            _append_lines(rows, name, body.decode("utf-8", "surrogateescape").splitlines())
    return tuple(rows)


def _parsed(text: str) -> object:
    return json.loads(text, object_pairs_hook=lambda pairs: _Fields(tuple(pairs)), parse_int=str, parse_float=str)


def _append_lines(rows: list[JsonRow], name: str, lines: list[str]) -> None:
    first = len(rows) + 1
    shown = lines[: max(0, MOST_ROWS - first)]
    rows.append(JsonRow(0, name, "no JSON", Role.WARN, first + len(shown)))
    rows += (JsonRow(1, "", line, Role.TEXT, first + number + 1) for number, line in enumerate(shown))


def _append(rows: list[JsonRow], head: str, value: object, depth: int) -> None:
    if len(rows) >= MOST_ROWS:
        return
    inside = _inside(value)
    place = len(rows)
    if inside is None or depth >= DEEPEST:
        text, role = _scalar(value)
        rows.append(JsonRow(depth, head, text, role, place + 1))
        return
    opening, closing = ("{", "}") if isinstance(value, _Fields) else ("[", "]")
    if not inside:
        rows.append(JsonRow(depth, head, opening + closing, Role.DIM, place + 1))
        return
    rows.append(JsonRow(depth, head, f"{opening} {len(inside)} {closing}", Role.DIM, 0))
    for name, member in inside:
        _append(rows, name, member, depth + 1)
    rows[place] = JsonRow(depth, head, rows[place].text, Role.DIM, len(rows))


def _inside(value: object) -> list[tuple[str, object]] | None:
    if isinstance(value, _Fields):
        return list(value.pairs)
    return [(str(place), member) for place, member in enumerate(value)] if isinstance(value, list) else None


def _scalar(value: object) -> tuple[str, Role]:
    match value:
        case None | bool():
            return json.dumps(value), Role.WARN
        case str():
            return value, Role.TEXT
        case _:
            return "nested too deeply to be shown", Role.WARN


@dataclass(frozen=True, slots=True)
class FoldedJson:
    """Rows of which some are closed; `shown` are the numbers of those that can be seen."""

    rows: tuple[JsonRow, ...]
    closed: frozenset[int]
    shown: tuple[int, ...]
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.shown)

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        number = self.shown[index]
        row = self.rows[number]
        holds = row.end > number + 1
        sign = f"{self.glyphs.folded if number in self.closed else self.glyphs.opened} " if holds else "  "
        head: Line = (span(row.head, Role.ACCENT), Span("  ")) if row.head else ()
        left = Span(" " * (2 * row.depth) + sign, Role.DIM)
        return crop((left, *head, span(row.text, row.role)), width, self.glyphs.ellipsis)

    def value(self, index: int) -> str:
        """Return a row's value as it was sent, cleaned; empty for a part that holds others."""
        row = self.rows[self.shown[index]] if 0 <= index < len(self.shown) else None
        return printable(row.text, LONGEST_VALUE) if row is not None and row.role is not Role.DIM else ""

    def toggled(self, index: int) -> FoldedJson:
        """Return the rows with one of them opened or closed."""
        number = self.shown[index]
        if self.rows[number].end <= number + 1:
            return self
        return folded(self.rows, self.closed ^ {number}, self.glyphs)


def value_lines(value: str, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return the value under the cursor below a rule: in its row it may be cut off."""
    rule: Line = (Span(glyphs.rule * width, Role.EDGE),)
    lines = wrap(value[: width * (DETAIL_LINES + 1)], width, Role.ACCENT) if value else ()
    if len(lines) > DETAIL_LINES:
        lines = (
            *lines[: DETAIL_LINES - 1],
            crop((*lines[DETAIL_LINES - 1], Span(" " * width)), width, glyphs.ellipsis),
        )
    return (rule, *lines, *[EMPTY] * (DETAIL_LINES - len(lines)))


def folded(rows: tuple[JsonRow, ...], closed: frozenset[int], glyphs: Glyphs) -> FoldedJson:
    """Return the rows without what is inside closed ones."""
    shown: list[int] = []
    number = 0
    while number < len(rows):
        shown.append(number)
        number = rows[number].end if number in closed else number + 1
    return FoldedJson(rows, closed, tuple(shown), glyphs)
