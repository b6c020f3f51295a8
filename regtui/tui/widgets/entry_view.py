"""Entries on the screen: the cursor goes from one to the next, and scrolls through a long one before it moves on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from regtui.tui.cells import line_width
from regtui.tui.entries import lay_out
from regtui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from regtui.tui.cells import Line
    from regtui.tui.entries import Entry, Laid

    MakeEntries = Callable[[int], tuple[Entry, ...]]


class EntryView(LineView, can_focus=True):
    """Shows the entries that `make` returns for the width; the cursor stands on the first line of one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "move_to(0)", "First", show=False),
        Binding("end,G", "move_to(-1)", "Last", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor went to another entry."""

        view: EntryView

    def __init__(self, make: MakeEntries, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._make = make
        self._laid: tuple[int, Laid] | None = None
        self._cursor = 0

    @property
    def laid(self) -> Laid:
        """What is shown, laid out for the width of this moment."""
        width = self.text_width
        if self._laid is None or self._laid[0] != width:
            self._laid = (width, lay_out(self._make(width)))
        return self._laid[1]

    @property
    def selected(self) -> Entry | None:
        """The entry under the cursor."""
        entries = self.laid.entries
        return entries[self._cursor] if self._cursor < len(entries) else None

    @property
    def line_count(self) -> int:
        """How many lines there are."""
        return len(self.laid.lines)

    def line_at(self, index: int) -> Line:
        """Return a line."""
        return self.laid.lines[index]

    def cursor_cells(self, index: int) -> int:
        """The cursor covers the text of the first line of its entry."""
        laid = self.laid
        if not self.has_focus or not laid.starts or index != laid.starts[self._cursor]:
            return 0
        return max(1, line_width(laid.lines[index]))

    def draw(self, make: MakeEntries) -> None:
        """Show other entries; the cursor stays on its number for as long as there is one."""
        before, cursor = self.laid.lines, self._cursor
        self._make, self._laid = make, None
        self._cursor = max(0, min(self._cursor, len(self.laid.entries) - 1))
        self.resize_content()
        if (self.laid.lines, self._cursor) != (before, cursor):
            self.refresh()
        self.post_message(self.Moved(self))

    def to_section(self, by: int) -> bool:
        """Go to the next section, or to the one before; False where there is none."""
        goal = self.laid.next_section(self._cursor, by)
        if goal is None:
            return False
        self._go(goal)
        top = max(0, min(self.laid.first(goal) + self._blank(goal), self.line_count - self.size.height))
        self.scroll_to(y=top, animate=False, force=True)
        return True

    def on_focus(self) -> None:
        """Show the cursor."""
        self._repaint_cursor()
        self.post_message(self.Moved(self))

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._repaint_cursor()

    def on_resize(self) -> None:
        """Lay out for the new width; another width has other lines."""
        self._cursor = max(0, min(self._cursor, len(self.laid.entries) - 1))
        self.resize_content()
        self.call_after_refresh(self._bring_into_view)

    def action_move(self, by: int) -> None:
        """Go to the next entry; where this one is not in view to its end, scroll on first."""
        laid, height, top = self.laid, self.size.height, self.scroll_offset.y
        if not laid.entries:
            return
        first, last = laid.first(self._cursor), laid.last(self._cursor)
        if by > 0 and last > top + height:
            self.scroll_to(y=min(top + max(1, height - 2), last - height), animate=False, force=True)
        elif by < 0 and first < top:
            self.scroll_to(y=max(top - max(1, height - 2), first), animate=False, force=True)
        else:
            self._go(self._cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is in view."""
        laid = self.laid
        if laid.entries:
            line = laid.starts[self._cursor] + by * max(1, self.size.height - 1)
            goal = laid.entry_at(max(0, line))
            self._go(goal if goal != self._cursor else goal + by)

    def action_move_to(self, index: int) -> None:
        """Move the cursor to an entry; -1 is the last."""
        self._go(index if index >= 0 else len(self.laid.entries) - 1)

    def on_click(self, event: events.Click) -> None:
        """Select the entry that was clicked."""
        offset = event.get_content_offset(self)
        if offset is not None and (line := offset.y + self.scroll_offset.y) < self.line_count:
            self._go(self.laid.entry_at(line))

    def _go(self, index: int) -> None:
        goal = max(0, min(index, len(self.laid.entries) - 1))
        if goal == self._cursor or not self.laid.entries:
            return
        self._repaint_cursor()
        self._cursor = goal
        self._repaint_cursor()
        self._bring_into_view()
        self.post_message(self.Moved(self))

    def _repaint_cursor(self) -> None:
        if self._cursor < len(self.laid.starts):
            self.repaint_cursor(self.laid.starts[self._cursor])

    def _blank(self, index: int) -> int:
        """Count the empty lines above an entry."""
        return next((n for n, line in enumerate(self.laid.entries[index].above) if line), 0)

    def _bring_into_view(self) -> None:
        laid, height, top = self.laid, self.size.height, self.scroll_offset.y
        if not laid.entries or height <= 0:
            return
        first, last = laid.first(self._cursor), laid.last(self._cursor)
        goal = top
        if last > top + height:
            goal = last - height
        goal = min(goal, first)
        goal = max(0, min(goal, self.line_count - height))
        if goal != top:
            self.scroll_to(y=goal, animate=False, force=True)
