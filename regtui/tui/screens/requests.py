"""The panel of what was asked over HTTP: it goes on with the session while it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.message import Message

from regtui.tui.actions import Owner, Place, by_id
from regtui.tui.bindings import bindings_of
from regtui.tui.browse.lines import number
from regtui.tui.requests import RequestRows, detail_lines, request_text
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.line_view import FixedLines
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from regtui.asked import RequestLog, RequestMade
    from regtui.tui.glyphs import Glyphs


@dataclass
class RequestsEnded(Message):
    """More requests have ended; one message stands for all that came meanwhile."""

    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the newest tells something."""
        return isinstance(message, RequestsEnded)


class RequestsPanel(Panel):
    """Rows of requests, the newest last; with the cursor on the last row it follows them."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.BROWSING, Place.REQUESTS)

    def __init__(self, log: RequestLog, glyphs: Glyphs) -> None:
        super().__init__("Requests", plain=glyphs.plain, name="requests")
        self._log = log
        self._glyphs = glyphs
        self._total = log.total
        self._rows = RequestRows(log.kept, glyphs)
        self._bindings.bind(",".join(by_id("requests").keys), "dismiss", show=False)

    @property
    def place(self) -> Place:
        """Requests have a key of their own."""
        return Place.REQUESTS

    def inside(self) -> ComposeResult:
        """Yield the rows, and the place for the one under the cursor."""
        yield VirtualList(self._rows, id="text")
        yield FixedLines(id="detail")

    def on_mount(self) -> None:
        """Begin with the newest, and follow."""
        self._to(len(self._rows) - 1)
        self._tell()
        self._follow()

    @work(group="requests", exclusive=True)
    async def _follow(self) -> None:
        known = self._total
        while True:
            await self._log.more(known)
            known = self._log.total
            self.post_message(RequestsEnded(known))

    @on(RequestsEnded)
    def _take(self) -> None:
        """Show the new rows; what is looked at stays under the cursor, also where older rows fall out."""
        rows = self.query_one(VirtualList)
        cursor, last = rows.cursor, len(self._rows) - 1
        dropped = len(self._rows) - self._total
        self._total, self._rows.requests = self._log.total, self._log.kept
        dropped += self._total - len(self._rows)
        if dropped:
            rows.show(self._rows)
        else:
            rows.grown()
        follows = cursor >= last
        self._to(len(self._rows) - 1 if follows else cursor - dropped)
        self._tell()

    @on(VirtualList.Moved)
    def _tell(self) -> None:
        made, glyphs = self._selected(), self._glyphs
        self.query_one("#box").border_title = f"Requests, {number(self._total)} so far"
        self.query_one("#detail", FixedLines).draw(lambda width: detail_lines(made, width, glyphs))

    def _to(self, row: int) -> None:
        self.query_one(VirtualList).cursor = max(0, row)

    def _selected(self) -> RequestMade | None:
        cursor = self.query_one(VirtualList).cursor
        return self._rows.requests[cursor] if 0 <= cursor < len(self._rows) else None

    def action_copy_row(self) -> None:
        """Copy the request under the cursor; it is shown too, for terminals that refuse."""
        made = self._selected()
        if made is not None:
            self.app.copy_to_clipboard(request_text(made))
            self.app.notify(request_text(made), title="copied", markup=False)
