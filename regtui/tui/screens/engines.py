"""Panels about the host's engines: one to choose from, one that puts all of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from regtui.tui.actions import by_id
from regtui.tui.engines import table_lines
from regtui.tui.screens.panel import TextPanel

if TYPE_CHECKING:
    from regtui.side_by_side import Row
    from regtui.tui.cells import Line
    from regtui.tui.engines import Engines
    from regtui.tui.glyphs import Glyphs


@dataclass
class RowEnded(Message):
    """An engine's walk came to its end; None after the last."""

    row: Row | None


class EnginesScreen(TextPanel):
    """The table of all engines with one name; it asks when it opens, and stops asking when it is closed."""

    def __init__(self, engines: Engines, name: str, glyphs: Glyphs) -> None:
        self._engines = engines
        self._asked_name = name
        self._glyphs = glyphs
        self._rows: tuple[Row, ...] = ()
        self._is_asking = True
        keys = ",".join(by_id("engine").keys)
        super().__init__("Engines side by side", self._lines, plain=glyphs.plain, name="engines", keys=keys)

    def on_mount(self) -> None:
        """Ask as every engine would."""
        super().on_mount()
        self._follow()

    @work(group="engines", exclusive=True)
    async def _follow(self) -> None:
        async for row in self._engines.rows(self._asked_name):
            self.post_message(RowEnded(row))
        self.post_message(RowEnded(None))

    @on(RowEnded)
    def _take(self, message: RowEnded) -> None:
        if message.row is None:
            self._is_asking = False
        else:
            self._rows = (*self._rows, message.row)
        self.draw(self._lines)

    def _lines(self, width: int) -> tuple[Line, ...]:
        labels = [one.label for one in self._engines.here]
        asking = labels[min(len(self._rows), len(labels) - 1)] if self._is_asking else ""
        return table_lines(self._asked_name, self._rows, width, self._glyphs, asking=asking)
