"""A manifest as it was sent, in a panel whose parts fold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.tui.actions import Place
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from regtui.tui.browse.json_rows import FoldedJson


class JsonPanel(Panel):
    """Rows of JSON; enter opens and closes a part."""

    def __init__(self, rows: FoldedJson, *, plain: bool) -> None:
        super().__init__("Manifest", plain=plain, name="json")
        self._rows = rows
        self._bindings.bind("space", "fold", show=False)

    @property
    def place(self) -> Place:
        """JSON has keys of its own."""
        return Place.JSON

    def inside(self) -> ComposeResult:
        """Yield the rows."""
        yield VirtualList(self._rows, id="text")

    def on_virtual_list_chosen(self) -> None:
        """Open or close the part under the cursor."""
        self.action_fold()

    def action_fold(self) -> None:
        """Open or close the part under the cursor."""
        rows = self.query_one(VirtualList)
        self._rows = self._rows.toggled(rows.cursor)
        rows.show(self._rows)
