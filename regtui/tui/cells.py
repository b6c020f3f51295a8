"""Lines of styled cells, pure: what the drawing modules make, and `safe` turns into what Textual shows."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from regtui.frozen import dataclass
from regtui.text import printable


class Role(StrEnum):
    """What a piece of text means; a theme gives each role its color. No role is the only carrier of its meaning."""

    TEXT = "text"
    DIM = "dim"
    STRONG = "strong"
    ACCENT = "accent"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    EDGE = "edge"
    OK_BAR = "ok-bar"
    BAD_BAR = "bad-bar"


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one role on one line. Build it with `span` wherever the text came from outside."""

    text: str
    role: Role = Role.TEXT

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return cell_len(self.text)


Line = tuple[Span, ...]
EMPTY: Line = ()


@lru_cache(4096)
def _cleaned(text: str) -> str:
    return printable(text)


def span(text: object, role: Role = Role.TEXT) -> Span:
    """Return outside text as a span: no control, bidirectional or invisible character passes (`regtui.text`)."""
    return Span(_cleaned(str(text)), role)


def line_width(line: Line) -> int:
    """Return the cells that a line takes."""
    return sum(piece.width for piece in line)


def line_text(line: Line) -> str:
    """Return a line without its roles."""
    return "".join(piece.text for piece in line)


def shorten(text: str, width: int, ellipsis: str) -> str:
    """Cut text to the width, with the ellipsis at its end where something was cut."""
    if cell_len(text) <= width:
        return text
    room = width - cell_len(ellipsis)
    return set_cell_size(text, room).rstrip() + ellipsis if room >= 0 else set_cell_size(text, max(0, width))


def crop(line: Line, width: int, ellipsis: str) -> Line:
    """Cut a line to the width."""
    if line_width(line) <= width:
        return line
    kept: list[Span] = []
    for piece in line:
        if piece.width > width:
            kept.append(Span(shorten(piece.text, width, ellipsis), piece.role))
            break
        kept.append(piece)
        width -= piece.width
    return tuple(kept)


def split(line: Line, width: int) -> tuple[Line, Line]:
    """Divide a line at a cell; a wide character on the border becomes blanks on both sides."""
    left: list[Span] = []
    for index, piece in enumerate(line):
        if piece.width > width:
            head = _fitting(piece.text, width)
            rest = piece.text[len(head) :]
            if cell_len(head) < width:
                rest = " " * (cell_len(head + rest[0]) - width) + rest[1:]
            return (*left, Span(set_cell_size(head, width), piece.role)), (Span(rest, piece.role), *line[index + 1 :])
        left.append(piece)
        width -= piece.width
    return tuple(left), EMPTY


def pad(line: Line, width: int) -> Line:
    """Fill a line with blanks up to the width."""
    missing = width - line_width(line)
    return (*line, Span(" " * missing)) if missing > 0 else line


def spread(left: Line, right: Line, width: int, ellipsis: str) -> Line:
    """Put one part at the left edge and one at the right; where both do not fit, the left one is cut."""
    room = width - line_width(right)
    if not right or room <= 1:
        return crop(left, width, ellipsis)
    return (*pad(crop(left, room - 1, ellipsis), room), *right)


def indent(lines: tuple[Line, ...], count: int) -> tuple[Line, ...]:
    """Move lines to the right."""
    return tuple((Span(" " * count), *line) for line in lines)


def wrap(text: str, width: int, role: Role = Role.TEXT) -> tuple[Line, ...]:
    """Break outside text into lines at blanks; a word that is longer than a line is broken where the line ends."""
    width = max(1, width)
    lines: list[str] = []
    current = ""
    for word in _cleaned(text).split(" "):
        joined = f"{current} {word}" if current else word
        if cell_len(joined) <= width:
            current = joined
            continue
        if current:
            lines.append(current)
        current = word
        while cell_len(current) > width:
            head = _head(current, width)
            lines.append(head)
            current = current[len(head) :]
    if current or not lines:
        lines.append(current)
    return tuple((Span(line, role),) for line in lines)


def _head(text: str, width: int) -> str:
    """Return as many characters as fit, at least one (a wide one in a column of one cell would never fit)."""
    return _fitting(text, width) or text[:1]


def _fitting(text: str, width: int) -> str:
    taken = 0
    for count, character in enumerate(text):
        taken += cell_len(character)
        if taken > width:
            return text[:count]
    return text
