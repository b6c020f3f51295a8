"""From lines of cells to what Textual shows: the only module that makes its text objects from data.

Two gates stand before the terminal. `cells.span` passes outside text through `regtui.text.printable` before it is laid
out; `Backstop` drops, at Textual's very last step, any control character that a widget of Textual's own let through
(text that was pasted into the input, a title). Markup is never parsed from either.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.content import Content
from textual.filter import LineFilter
from textual.strip import Strip

from regtui.tui.cells import Line, Role, line_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.style import Style
    from textual.color import Color

VARIABLES = {
    Role.TEXT: "$foreground",
    Role.DIM: "$text-muted",
    Role.STRONG: "bold $foreground",
    Role.ACCENT: "$text-accent",
    Role.OK: "$text-success",
    Role.WARN: "$text-warning",
    Role.BAD: "$text-error",
    Role.EDGE: "$border-blurred",
    Role.OK_BAR: "$text-success",
    Role.BAD_BAR: "$text-error",
}
"""Each role as a style of the theme, for widgets that show `Content`."""

_DANGEROUS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")

_PLAIN = str.maketrans(
    dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╔╗╚╝", "+")
    | dict.fromkeys("─━═▔▁▀▄╌┄", "-")
    | dict.fromkeys("│┃║▏▕▎▌▐╎┆▊", "|")
    | dict.fromkeys("█▇▆▅▃▂■▉▋▍", "#")
    | dict.fromkeys("…", "~")
    | dict.fromkeys("•·●", "*")
    | dict.fromkeys("▶▸→", ">")
    | dict.fromkeys("◀◂←", "<")
    | dict.fromkeys("▲△↑", "^")
    | dict.fromkeys("▼▽▾↓", "v")
)


def strip(line: Line, styles: Mapping[Role, Style], width: int, base: Style) -> Strip:
    """Return a line as Textual's line API wants it, exactly `width` cells wide."""
    segments = [Segment(piece.text, base + styles[piece.role]) for piece in line if piece.text]
    return Strip(segments, line_width(line)).adjust_cell_length(width, base)


def content(lines: Iterable[Line]) -> Content:
    """Return lines as Content, for the few places (borders, titles) that do not draw by line."""
    return Content("\n").join(
        Content.assemble(*((piece.text, VARIABLES[piece.role]) for piece in line)) for line in lines
    )


class Backstop(LineFilter):
    """Drops what must never reach a terminal; with `plain` also writes everything in ASCII.

    The characters that are dropped take no cell, so the layout stays; a sign without an ASCII twin becomes as many
    question marks as it took cells.
    """

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self._plain = plain

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Return the segments with their text cleaned."""
        return [Segment(self.clean(text), style, control) for text, style, control in segments]

    def clean(self, text: str) -> str:
        """Return the text without dangerous characters, in ASCII where that is asked for."""
        if _DANGEROUS.search(text):
            text = _DANGEROUS.sub("", text)
        if self._plain and not text.isascii():
            text = "".join(sign if sign.isascii() else "?" * cell_len(sign) for sign in text.translate(_PLAIN))
        return text
