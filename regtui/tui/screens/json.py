"""Manifest and configuration as they were sent, in a panel whose parts fold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from regtui.tui.actions import Owner, Place
from regtui.tui.bindings import bindings_of
from regtui.tui.browse.json_rows import value_lines
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.line_view import FixedLines
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from regtui.tui.browse.json_rows import FoldedJson
    from regtui.tui.glyphs import Glyphs


class JsonPanel(Panel):
    """Rows of JSON; enter opens and closes a part, and the value under the cursor stands below in full."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.BROWSING, Place.JSON)

    def __init__(self, title: str, rows: FoldedJson, glyphs: Glyphs) -> None:
        super().__init__(title, plain=glyphs.plain, name="json")
        self._rows = rows
        self._glyphs = glyphs
        self._bindings.bind("space", "fold", show=False)

    @property
    def place(self) -> Place:
        """JSON has keys of its own."""
        return Place.JSON

    def inside(self) -> ComposeResult:
        """Yield the rows, and the place for the value under the cursor."""
        yield VirtualList(self._rows, id="text")
        yield FixedLines(id="detail")

    def on_mount(self) -> None:
        """Show the first value."""
        self._tell()

    @on(VirtualList.Moved)
    def _tell(self) -> None:
        value, glyphs = self._value(), self._glyphs
        self.query_one("#detail", FixedLines).draw(lambda width: value_lines(value, width, glyphs))

    def _value(self) -> str:
        return self._rows.value(self.query_one(VirtualList).cursor)

    def on_virtual_list_chosen(self) -> None:
        """Open or close the part under the cursor."""
        self.action_fold()

    def action_fold(self) -> None:
        """Open or close the part under the cursor."""
        rows = self.query_one(VirtualList)
        self._rows = self._rows.toggled(rows.cursor)
        rows.show(self._rows)

    def action_copy_row(self) -> None:
        """Copy the value under the cursor; it is shown too, for terminals that refuse."""
        if value := self._value():
            self.app.copy_to_clipboard(value)
            self.app.notify(value, title="copied", markup=False)
