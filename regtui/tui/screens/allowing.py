"""The question whether a login may go to a token service on another host; nothing goes without a yes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.tui.cells import EMPTY, Line, Role, Span, crop, span, wrap
from regtui.tui.screens.panel import ChoicePanel
from regtui.tui.widgets.line_view import FixedLines

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from regtui.allowing import Offer
    from regtui.tui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class AllowRows:
    """The answers: no, which is chosen at first, and yes."""

    offer: Offer
    glyphs: Glyphs

    def __len__(self) -> int:
        return 2

    def line(self, index: int, width: int) -> Line:
        """Draw an answer."""
        answers = (Span(" no   send nothing"), span(f" yes  send it to {self.offer.host}", Role.WARN))
        return crop((answers[index],), width, self.glyphs.ellipsis)


class AllowPanel(ChoicePanel):
    """Names the registry, the host and the login, never a secret; dismissed with 1 for yes."""

    def __init__(self, offer: Offer, command: str, glyphs: Glyphs) -> None:
        self._offer = offer
        self._command = command
        super().__init__("Allow the token service?", AllowRows(offer, glyphs), plain=glyphs.plain, name="allow")

    def inside(self) -> ComposeResult:
        """Yield what would happen, and the answers."""
        yield FixedLines(self._lines, id="allow-text")
        yield from super().inside()

    def _lines(self, width: int) -> tuple[Line, ...]:
        offer = self._offer
        told = (
            f"{offer.registry} names another host as its token service: {offer.host}. A yes sends {offer.login} "
            f"for {offer.registry} to {offer.host}, as {self._command} would, and asks for the name again. "
            "It holds until regtui is left."
        )
        return (*wrap(told, width, Role.TEXT), EMPTY)
