"""A list of any length: rows are drawn when they come into view, and adding to a million of them costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from regtui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size

    from regtui.tui.cells import Line


class Rows(Protocol):
    """What a list shows."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        ...

    def line(self, index: int, width: int) -> Line:
        """Draw a row; called for rows in view only, so it may do a little work."""
        ...


class NoRows:
    """An empty list."""

    def __len__(self) -> int:
        return 0

    def line(self, index: int, width: int) -> Line:
        """Never called."""
        raise IndexError(index, width)


class VirtualList(LineView, can_focus=True):
    """Rows with a cursor. `show` replaces them, `update` those that differ, `grown` tells of more."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move_to(0)", "First", show=False),
        Binding("end,G", "move_to(-1)", "Last", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False, init=False)

    @dataclass
    class Moved(Message):
        """The cursor went to another row."""

        list: VirtualList
        index: int

        @property
        def control(self) -> VirtualList:
            """The list."""
            return self.list

    @dataclass
    class Chosen(Message):
        """A row was chosen with enter or a click on the cursor's row."""

        list: VirtualList
        index: int

        @property
        def control(self) -> VirtualList:
            """The list."""
            return self.list

    def __init__(self, rows: Rows | None = None, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._rows: Rows = rows or NoRows()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's own
        """Return how many rows there are."""
        return len(self._rows)

    @property
    def rows(self) -> Rows:
        """What is shown."""
        return self._rows

    @property
    def line_count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def line_at(self, index: int) -> Line:
        """Draw a row."""
        return self._rows.line(index, self.text_width)

    def cursor_cells(self, index: int) -> int:
        """The cursor covers its row from edge to edge."""
        return self.size.width if index == self.cursor else 0

    def show(self, rows: Rows) -> None:
        """Show other rows; the cursor stays where it is for as long as there is a row."""
        before, self._rows = self._rows, rows
        self.resize_content()
        if len(before) != len(rows) and self.styles.is_auto_height:
            self.refresh(layout=True)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def update(self, rows: Rows) -> None:
        """Show rows of which only some look different; the others are not painted again."""
        before, self._rows = self._rows, rows
        width = self.text_width
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        if len(before) != len(rows):
            self._rows = before
            self.show(rows)
            return
        for index in range(top, min(bottom, len(rows))):
            self.repaint_change(index, before.line(index, width), rows.line(index, width))

    def grown(self) -> None:
        """Say that rows were added at the end; repaints only where they come into view."""
        old, new = self.virtual_size.height, len(self._rows)
        self.resize_content()
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        for index in range(max(old, top), min(new, bottom)):
            self.refresh_line(index)
        if self.cursor >= old:
            self._keep_in_view()

    def on_resize(self) -> None:
        """Draw for the new width."""
        self.resize_content()
        self.call_after_refresh(self._keep_in_view)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint what differs between the row that stood on a line and the one that stands there now.

        Names that follow each other have much in common: over SSH a scrolled row costs a third of a painted screen.
        """
        before, after = round(old_value), round(new_value)
        self.tell_scroll_bar(new_value)
        if before == after:
            return
        width, count = self.text_width, len(self._rows)
        for line in range(self.size.height):
            if before + line >= count or after + line >= count:
                self.refresh_line(after + line)
                continue
            old, new = self._rows.line(before + line, width), self._rows.line(after + line, width)
            self.repaint_change(after + line, old, new)
        for row in (self.cursor, self.cursor - before + after):
            self.repaint_cursor(row)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, len(self._rows) - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two rows that it concerns."""
        self.repaint_cursor(before)
        self.repaint_cursor(after)
        self._keep_in_view()
        self.post_message(self.Moved(self, after))

    def _keep_in_view(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0:
            return
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """Move the cursor by what is in view."""
        self.cursor += by * max(1, self.size.height - 1)

    def action_move_to(self, index: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.cursor = index if index >= 0 else len(self._rows) - 1

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if len(self._rows):
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row that was clicked; a second click there chooses it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = offset.y + self.scroll_offset.y
        if index >= len(self._rows):
            return
        if index == self.cursor and event.chain > 1:
            self.action_choose()
        self.cursor = index
