"""The line in which an image's name is typed, with the names that were asked before."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

HISTORY_LIMIT = 200
"""Names that were asked for and can be called back."""
NAME_LIMIT = 512
"""Characters; every engine refuses a name of more than 255. What would make it longer is not taken."""


class NameInput(Input):
    """An input without a border. Up and down walk through the history; escape gives the keys back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Older", show=False),
        Binding("down", "newer", "Newer", show=False),
        Binding("escape", "leave", "Leave", show=False),
    ]

    class Left(Message):
        """The keys are wanted back."""

    def __init__(self, *, blink: bool = False, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(placeholder="a name, such as etcd", compact=True, max_length=NAME_LIMIT, id=id)
        self.cursor_blink = blink
        self._history: list[str] = []
        self._place = 0

    def remember(self, name: str) -> None:
        """Put a name that was asked at the end of the history; it stands there once."""
        self._history = [*(known for known in self._history if known != name), name][-HISTORY_LIMIT:]
        self._place = len(self._history)

    def action_older(self) -> None:
        """Show the name that was asked before."""
        self._go(self._place - 1)

    def action_newer(self) -> None:
        """Show the name that was asked after, at the end an empty line."""
        self._go(self._place + 1)

    def action_leave(self) -> None:
        """Give the keys back."""
        self.post_message(self.Left())

    def _go(self, place: int) -> None:
        if not 0 <= place <= len(self._history):
            return
        self._place = place
        self.value = self._history[place] if place < len(self._history) else ""
        self.cursor_position = len(self.value)
