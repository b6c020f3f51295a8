"""The panel of who holds a name: it follows the walk, and asks mirrors and all other registries on a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from regtui.browse.models import BrowseError
from regtui.tui.actions import Owner, Place, by_id
from regtui.tui.bindings import bindings_of
from regtui.tui.browse.follow import ElsewhereRead, follow_everywhere
from regtui.tui.matrix import Asked, matrix_lines
from regtui.tui.screens.panel import TextPanel

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ClassVar

    from textual.binding import BindingType

    from regtui.tui.browse.source import Browsing
    from regtui.tui.cells import Line
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import Walk

HUB = "docker.io"


class MatrixPanel(TextPanel):
    """One row for each registry of the walk. `browsing` raises BrowseError where nobody can be asked."""

    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.BROWSING, Place.MATRIX)

    def __init__(self, walk: Walk, browsing: Callable[[], Browsing], glyphs: Glyphs) -> None:
        self._walk = walk
        self._browsing = browsing
        self._glyphs = glyphs
        self._asked: Asked | None = None
        keys = ",".join(by_id("ask_all").keys)
        super().__init__("Who holds it", self._lines, plain=glyphs.plain, name="matrix", keys=keys)

    @property
    def place(self) -> Place:
        """The matrix has a key of its own."""
        return Place.MATRIX

    def show(self, walk: Walk) -> None:
        """The walk went on."""
        self._walk = walk
        self.draw(self._lines)

    def action_holders(self) -> None:
        """Ask every registry and every mirror what it holds."""
        parts = self._walk.plan.parts
        if parts is None:
            return
        name = parts.path.removeprefix("library/") if parts.domain == HUB else parts.path
        self._asked = Asked(running=True)
        self.draw(self._lines)
        self._ask(name, parts.digest or parts.tag or "latest")

    @work(group="holders", exclusive=True)
    async def _ask(self, name: str, reference: str) -> None:
        digest = self._walk.found.digest if self._walk.found is not None else ""
        try:
            await follow_everywhere(self._browsing().holders(name, reference, digest), self.post_message)
        except BrowseError as error:
            self._asked = Asked(refused=str(error))
            self.draw(self._lines)

    @on(ElsewhereRead)
    def _take(self, message: ElsewhereRead) -> None:
        known = self._asked.answers if self._asked is not None else ()
        answers = known if message.answer is None else (*known, message.answer)
        self._asked = Asked(answers, running=message.answer is not None)
        self.draw(self._lines)

    def _lines(self, width: int) -> tuple[Line, ...]:
        return matrix_lines(self._walk, self._asked, width, self._glyphs)
