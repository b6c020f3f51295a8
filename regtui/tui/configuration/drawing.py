"""How entries of the configuration are drawn: headings, a text beside its label, a place at the right edge."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from regtui.text import printable
from regtui.tui.cells import EMPTY, Line, Role, Span, indent, line_width, span, spread, wrap
from regtui.tui.copying import Copyable
from regtui.tui.entries import Entry

if TYPE_CHECKING:
    from regtui.host.model import Source
    from regtui.tui.glyphs import Glyphs

LABEL = 11
"""Cells of the word before a text."""
STEP = 2
"""Cells that what belongs to an entry's first line stands to the right of it."""


def heading(title: str, told: str, width: int, role: Role = Role.DIM) -> tuple[Line, ...]:
    """Return a section's heading with a blank line before it; what it tells goes below where it is too long."""
    name = Span(title, Role.STRONG)
    if not told:
        return (EMPTY, (name,))
    beside = (name, Span("  "), span(told, role))
    return (EMPTY, beside) if line_width(beside) <= width else (EMPTY, (name,), *wrap(told, width, role))


def labelled(label: str, text: str, width: int, role: Role = Role.TEXT) -> tuple[Line, ...]:
    """Return a text beside its label, nothing for an empty one."""
    if not text:
        return ()
    told = wrap(text, max(10, width - LABEL), role)
    return ((Span(f"{label:<{LABEL}}", Role.DIM), *told[0]), *indent(told[1:], LABEL))


def placed(left: Line, source: Source | None, width: int, glyphs: Glyphs, *, step: int = STEP) -> tuple[Line, ...]:
    """Return a line with its place at the right edge, or on a line below where both do not fit."""
    if source is None:
        return (left,)
    place = span(source, Role.ACCENT)
    if line_width(left) + 2 + place.width <= width:
        return (spread(left, (place,), width, glyphs.ellipsis),)
    return (left, *indent(wrap(str(source), max(10, width - step), Role.ACCENT), step))


def headed(section: str, told: str, entries: list[Entry], width: int, role: Role = Role.DIM) -> list[Entry]:
    """Put a heading above the first of some entries."""
    if not entries:
        return []
    first = entries[0]
    above = heading(section, told, width, role)
    return [Entry(first.lines, first.copies, (*above, *first.above), section), *entries[1:]]


def place_copies(source: Source | None) -> tuple[Copyable, ...]:
    """Offer where something stands, and the command that opens the file there."""
    if source is None or not source.file.startswith("/"):
        return ()
    file, line = printable(source.file, 1000), source.line
    if line is None:
        return (Copyable("file", file),)
    return (Copyable("place", f"{file}:{line}"), Copyable("command to edit", f"vi +{line} {shlex.quote(file)}"))
