"""From lines of cells to what Textual shows: the only module that makes its text objects from data.

Two gates stand before the terminal. `cells.span` passes outside text through `regtui.text.printable` before it is laid
out; `Backstop` drops, at Textual's very last step, any control character that a widget of Textual's own let through
(text that was pasted into the input, a title). Markup is never parsed from either.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.content import Content
from textual.filter import LineFilter
from textual.strip import Strip

from regtui.frozen import dataclass
from regtui.text import printable
from regtui.tui.cells import Line, Role, line_width

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLES = {
    Role.ACCENT: "text-accent",
    Role.OK: "text-success",
    Role.WARN: "text-warning",
    Role.BAD: "text-error",
    Role.EDGE: "border-blurred",
    Role.OK_BAR: "success",
    Role.BAD_BAR: "error",
}
"""The theme's variable that colors a role; the other roles are told by weight."""
_CURSOR, _CURSOR_BLURRED, _MUTED = 0.28, 0.10, 0.60
"""How much of the primary color is in the cursor, and of the foreground in what is dim."""

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


@dataclass(frozen=True, slots=True)
class Palette:
    """A theme as styles: one for each role, and what lies under the cursor with and without the focus."""

    roles: Mapping[Role, Style]
    cursor: Style
    cursor_blurred: Style


def palette_of(variables: Mapping[str, str], *, ansi: bool) -> Palette:
    """Return the styles of a theme's variables.

    They are the same for all widgets. As component styles of each they would cost a third of the time to first paint.
    """
    names = (*_VARIABLES.values(), "foreground", "background", "primary")
    return _palette(tuple(variables[name] for name in names), ansi=ansi)


@lru_cache(16)
def _palette(values: tuple[str, ...], *, ansi: bool) -> Palette:
    *colors, foreground, background, primary = (Color.parse(value) for value in values)
    roles = dict.fromkeys(Role, Style())
    roles |= {role: Style(color=color.rich_color) for role, color in zip(_VARIABLES, colors, strict=True)}
    roles[Role.STRONG] = Style(bold=True)
    if ansi:
        # The terminal's own colors cannot be mixed: dim, bold and reverse take the place of shades.
        roles[Role.DIM] = Style(dim=True)
        roles[Role.BAD] += Style(bold=True)
        return Palette(roles, Style(reverse=True), Style())
    roles[Role.DIM] = Style(color=background.blend(foreground, _MUTED).rich_color)
    cursor, blurred = (background.blend(primary, part).rich_color for part in (_CURSOR, _CURSOR_BLURRED))
    return Palette(roles, Style(bgcolor=cursor), Style(bgcolor=blurred))


def strip(line: Line, styles: Mapping[Role, Style], width: int, base: Style) -> Strip:
    """Return a line as Textual's line API wants it, exactly `width` cells wide."""
    segments = [Segment(piece.text, base + styles[piece.role]) for piece in line if piece.text]
    return Strip(segments, line_width(line)).adjust_cell_length(width, base)


def content(text: str) -> Content:
    """Return outside text as Content, for the few widgets of Textual's own that show some."""
    return Content(printable(text))


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
