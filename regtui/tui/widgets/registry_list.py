"""The list of the host's registries: order, security and its reason, health, mirrors, blocked names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region

from regtui.frozen import dataclass
from regtui.tui.listing import NAME_AT, Row, columns_of, row_line
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from regtui.tui.cells import Line
    from regtui.tui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class RegistryRows:
    """The rows as the list widget wants them."""

    rows: tuple[Row, ...]
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.rows)

    def line(self, index: int, width: int) -> Line:
        """Draw a row; all rows share their columns."""
        return row_line(self.rows[index], width, columns_of(self.rows, width, self.glyphs), self.glyphs)


class RegistryList(VirtualList):
    """Shows the rows and knows the one that is selected."""

    @property
    def selected(self) -> Row | None:
        """The row under the cursor."""
        rows = self.rows
        return rows.rows[self.cursor] if isinstance(rows, RegistryRows) and rows.rows else None

    def cursor_cells(self, index: int) -> int:
        """The cursor covers number and name: what a move costs over SSH is two names."""
        if index != self.cursor or not isinstance(self.rows, RegistryRows):
            return 0
        columns = columns_of(self.rows.rows, self.text_width, self.rows.glyphs)
        return min(NAME_AT + columns.names, self.text_width) + 1

    def repaint_cursor(self, index: int) -> None:
        """Both rows are as wide as the cursor is."""
        self.refresh(Region(0, index - self.scroll_offset.y, self.cursor_cells(self.cursor) or self.size.width, 1))
