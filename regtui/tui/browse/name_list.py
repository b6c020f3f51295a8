"""The list of names: knows what is in view, and whose cursor covers no more than a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.message import Message

from regtui.tui.browse.lines import repository_line, tag_columns, tag_line
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.tui.browse.names import Names
    from regtui.tui.browse.state import Tags
    from regtui.tui.cells import Line
    from regtui.tui.glyphs import Glyphs

CURSOR_WIDEST = 48
"""Cells of a repository's row that the cursor covers: over SSH a move costs what it covers, twice."""


@dataclass(frozen=True, slots=True)
class RepositoryRows:
    """Repositories and namespaces as the list widget wants them; `names` grows while it is shown."""

    names: Names
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.names)

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        return repository_line(self.names.item(index), width, self.glyphs, found=self.names.wanted.prefix)

    def cursor(self, width: int) -> int:
        """Return how many cells the cursor covers."""
        return min(width, CURSOR_WIDEST)


@dataclass(frozen=True, slots=True)
class TagRows:
    """Tags with what is known of them at the moment that they are drawn."""

    names: Names
    tags: Callable[[], Tags]
    marked: Callable[[], str]
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.names)

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        tag = self.names.item(index).name
        found = self.names.wanted.prefix
        return tag_line(tag, self.tags(), width, self.glyphs, found=found, marked=tag == self.marked())

    def cursor(self, width: int) -> int:
        """Return how many cells the cursor covers."""
        return min(width, 3 + tag_columns(width).tag)


class NameList(VirtualList):
    """Shows `RepositoryRows` or `TagRows`."""

    @dataclass
    class Scrolled(Message):
        """Other rows are in view, or as many as before in another place."""

    @property
    def in_view(self) -> range:
        """The rows that can be seen."""
        top = round(self.scroll_y)
        return range(top, min(len(self.rows), top + self.size.height))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell of it."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def cursor_cells(self, index: int) -> int:
        """The cursor covers the name."""
        return self._covered() if index == self.cursor and len(self.rows) else 0

    def repaint_cursor(self, index: int) -> None:
        """Every row's cursor is as wide."""
        self.refresh(Region(0, index - self.scroll_offset.y, self._covered(), 1))

    def follow(self, row: int) -> None:
        """The row under the cursor stands elsewhere now: the cursor goes with it, on the same line of the screen."""
        line = self.cursor - round(self.scroll_y)
        self.resize_content()
        self.set_reactive(NameList.cursor, row)
        if 0 <= line < self.size.height:
            self.scroll_to(y=row - line, animate=False, force=True)

    def repaint(self, index: int) -> None:
        """Draw a row again of which more is known now."""
        if index in self.in_view:
            self.refresh_line(index)

    def _covered(self) -> int:
        rows = self.rows
        width = self.text_width
        return rows.cursor(width) if isinstance(rows, RepositoryRows | TagRows) else width
