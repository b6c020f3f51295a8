"""A scrolling widget that is drawn line by line: the base of the lists and of the walk.

Only what changed is sent to the terminal: a row is compared with the one that stood there, and the cells between the
first and the last difference are repainted. Over SSH that is what a walk costs.
"""

from __future__ import annotations

from itertools import zip_longest
from math import ceil
from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widget import Widget

from regtui.tui.cells import EMPTY, Line, Role, pad, split
from regtui.tui.safe import palette_of, strip
from regtui.tui.widgets.first_paint import PaintedFirst

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[int], tuple[Line, ...]]


class LineView(PaintedFirst, ScrollView):
    """Shows `line_count` lines that `line_at` makes when they come into view."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size: 0 1;
        background: transparent;
    }
    """

    @property
    def text_width(self) -> int:
        """Cells for text: without the scroll bar's column, also where it is reserved only."""
        return self.scrollable_content_region.width

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return 0

    def line_at(self, index: int) -> Line:  # noqa: ARG002 - what a subclass is asked for
        """Return a line; asked for lines in view only."""
        return EMPTY

    def cursor_cells(self, index: int) -> int:  # noqa: ARG002 - what a subclass is asked for
        """Return how many cells of a line the cursor covers; 0 where it stands elsewhere."""
        return 0

    def render_line(self, y: int) -> Strip:
        """Draw one row of the visible part."""
        index = y + self.scroll_offset.y
        base, width = self.rich_style, self.size.width
        if not 0 <= index < self.line_count:
            return strip(EMPTY, {}, width, base)
        palette = palette_of(self.app.theme_variables, ansi=self.app.native_ansi_color)
        line, covered = self.line_at(index), min(self.cursor_cells(index), width)
        if not covered:
            return strip(line, palette.roles, width, base)
        left, right = split(pad(line, covered), covered)
        under = base + (palette.cursor if self.has_focus else palette.cursor_blurred)
        return Strip.join(
            (strip(left, palette.roles, covered, under), strip(right, palette.roles, width - covered, base))
        )

    def resize_content(self) -> None:
        """Tell the scroll bar how many lines there are. Lines are cut to the width, so the width tells nothing.

        Only where the bar comes or goes is anything laid out again. It is painted again where it looks different: among
        a million rows that come page by page it hardly ever does.
        """
        before, size, height = self.virtual_size, Size(1, self.line_count), self.size.height
        if size == before:
            return
        if (size.height > height) is not (before.height > height) or not height:
            self.virtual_size = size
            return
        self.set_reactive(Widget.virtual_size, size)
        if size.height > height:
            self.tell_scroll_bar(self.scroll_y)
            self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def tell_scroll_bar(self, top: float) -> None:
        """Tell the scroll bar what is in view; it is painted again where it looks different then."""
        if not self.show_vertical_scrollbar:
            return
        bar, height = self.vertical_scrollbar, self.size.height
        lines = self.virtual_size.height
        if _thumb(bar.window_virtual_size, height, bar.position) != _thumb(lines, height, top):
            bar.refresh()
        bar.set_reactive(ScrollBar.window_virtual_size, lines)
        bar.set_reactive(ScrollBar.position, bar.validate_position(top))

    def repaint_change(self, index: int, before: Line, after: Line) -> None:
        """Repaint the cells of a line that differ."""
        if before == after:
            return
        first, last = _difference(before, after) or (0, self.size.width)
        self.refresh(Region(first, index - self.scroll_offset.y, last - first, 1))

    def repaint_cursor(self, index: int) -> None:
        """Repaint what the cursor covers, or covered, on a line."""
        cells = self.cursor_cells(index) or self.size.width
        self.refresh(Region(0, index - self.scroll_offset.y, cells, 1))


def _thumb(lines: int, height: int, top: float) -> tuple[int, int]:
    """Return where a scroll bar's thumb begins and how long it is, in eighths of a cell, as Textual draws it.

    A list that was emptied a moment ago still has its bar.
    """
    size = max(1.0, height * height / max(1, lines))
    return int((height - size) * top / max(1, lines - height) * 8), ceil(size * 8)


def _difference(before: Line, after: Line) -> tuple[int, int] | None:
    """Return the first cell that differs and the one behind the last; None where characters are not cells."""
    if not all(piece.width == len(piece.text) for line in (before, after) for piece in line):
        return None
    old, new = _cells(before), _cells(after)
    length = max(len(old), len(new))
    blank = (" ", Role.TEXT)
    pairs = list(zip_longest(old, new, fillvalue=blank))
    differ = [index for index in range(length) if pairs[index][0] != pairs[index][1]]
    return (differ[0], differ[-1] + 1) if differ else (0, 1)


def _cells(line: Line) -> list[tuple[str, Role]]:
    return [(character, piece.role) for piece in line for character in piece.text]


class TextLines(LineView, can_focus=True):
    """A text of some lines. `make` is asked for them whenever the width is another."""

    def __init__(self, make: Make | None = None, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._make: Make = make or (lambda _width: ())
        self._made: tuple[int, tuple[Line, ...]] | None = None

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown, made for the width of this moment."""
        width = self.text_width
        if self._made is None or self._made[0] != width:
            self._made = (width, self._make(width))
        return self._made[1]

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return len(self.lines)

    def line_at(self, index: int) -> Line:
        """Return a line."""
        return self.lines[index]

    def draw(self, make: Make) -> None:
        """Show another text; cells that stay as they are are not painted again."""
        before = self.lines
        self._make, self._made = make, None
        after = self.lines
        if before != after:
            self.changed(before, after)

    def changed(self, before: tuple[Line, ...], after: tuple[Line, ...]) -> None:
        """Repaint what differs between two texts."""
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        for index in range(top, min(bottom, max(len(before), len(after)))):
            old = before[index] if index < len(before) else EMPTY
            new = after[index] if index < len(after) else EMPTY
            self.repaint_change(index, old, new)
        self.resize_content()
        if len(before) != len(after) and self.styles.is_auto_height and self.display:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's own
        """Return how many rows the lines take at this width."""
        return len(self._make(width))

    def on_resize(self) -> None:
        """Tell how many lines there are at the new width."""
        self.resize_content()


class FixedLines(TextLines, can_focus=False):
    """A text that cannot be scrolled and takes as many rows as it has lines: a title, a verdict."""

    DEFAULT_CSS = """
    FixedLines { height: auto; overflow-y: hidden; }
    """

    def resize_content(self) -> None:
        """There is no scroll bar to tell."""
