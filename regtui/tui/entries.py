"""Texts of which a person picks parts: entries of some lines each, below the headings of their sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.tui.cells import Line
    from regtui.tui.copying import Copyable


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines that belong together, and what can be copied of them.

    `above` are lines before them that the cursor does not stand on; with a `section` they are its heading.
    """

    lines: tuple[Line, ...]
    copies: tuple[Copyable, ...] = ()
    above: tuple[Line, ...] = ()
    section: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """Entries laid out one below the other: all lines, and the line on which each entry's own begin."""

    entries: tuple[Entry, ...]
    lines: tuple[Line, ...]
    starts: tuple[int, ...]

    def entry_at(self, line: int) -> int:
        """Return the entry that a line belongs to; lines above an entry's own are the entry's."""
        ends = (start + len(entry.lines) for start, entry in zip(self.starts, self.entries, strict=True))
        return next((index for index, end in enumerate(ends) if line < end), max(0, len(self.entries) - 1))

    def first(self, index: int) -> int:
        """Return the first line of an entry, those above it included."""
        return self.starts[index] - len(self.entries[index].above)

    def last(self, index: int) -> int:
        """Return the line behind an entry."""
        return self.starts[index] + len(self.entries[index].lines)

    def next_section(self, index: int, by: int) -> int | None:
        """Return the first entry of the next section, or of this one and then the one before; None behind the last."""
        heads = [number for number, entry in enumerate(self.entries) if entry.section]
        found = [number for number in heads if number > index] if by > 0 else [n for n in heads[::-1] if n < index]
        return found[0] if found else None


def lay_out(entries: tuple[Entry, ...]) -> Laid:
    """Put entries one below the other."""
    lines: list[Line] = []
    starts: list[int] = []
    for entry in entries:
        lines += entry.above
        starts.append(len(lines))
        lines += entry.lines
    return Laid(entries, tuple(lines), tuple(starts))
