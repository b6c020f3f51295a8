"""The keys of the part that has the focus, on one line; made from the actions, clickable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.tui.actions import Action, Place, footer_actions, key_label
from regtui.tui.cells import Line, Role, Span, line_width
from regtui.tui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual import events


class FooterBar(LineView, can_focus=False):
    """Shows as many keys as fit; help and quit are never among those left out."""

    def __init__(self, place: Place, *, plain: bool, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._place = place
        self._plain = plain
        self._drawing = False

    @property
    def line_count(self) -> int:
        """One."""
        return 1

    def line_at(self, index: int) -> Line:  # noqa: ARG002 - there is one line
        """Draw the keys."""
        return self._fitting_labels()

    def tell(self, place: Place, *, drawing: bool = False) -> None:
        """Show the keys of another part, or what they do while a walk is being drawn."""
        before = self._fitting_labels()
        self._place, self._drawing = place, drawing
        if self._fitting_labels() != before:
            self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """Do what was clicked: the part that has the keys knows how, else the screen, else the application."""
        edge = 0
        for action in self._fitting():
            edge += line_width(self._label(action))
            if event.x < edge:
                for node in (self.screen.focused, self.screen, self.app):
                    if hasattr(node, f"action_{action.id}"):
                        await self.app.run_action(action.id, default_namespace=node)
                        return

    def _label(self, action: Action) -> Line:
        key = key_label(action, plain=self._plain)
        # As wide as at rest: the keys behind it stay where they are.
        label = action.drawing.ljust(len(action.label)) if self._drawing and action.drawing else action.label
        return (Span(f" {key}", Role.ACCENT), Span(f" {label} ", Role.DIM))

    def _fitting_labels(self) -> Line:
        return tuple(piece for action in self._fitting() for piece in self._label(action))

    def _fitting(self) -> list[Action]:
        actions = list(footer_actions(self._place))
        while len(actions) > 2 and sum(line_width(self._label(action)) for action in actions) > self.size.width:
            expendable = [action for action in actions if action.id not in ("help", "quit")]
            actions.remove(expendable[-1])
        return actions
