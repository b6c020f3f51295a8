"""The line in which names are looked for; the list below it can be moved without leaving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

LIMIT = 255
"""Characters; no name is longer."""


class FilterInput(Input):
    """An input without a border. Up and down move the list, escape gives the keys back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "pass_on(-1)", "Up", show=False),
        Binding("down", "pass_on(1)", "Down", show=False),
        Binding("escape", "leave", "Leave", show=False),
    ]

    class Left(Message):
        """The keys are wanted back."""

    @dataclass
    class Passed(Message):
        """The list should move its cursor by rows."""

        by: int

    def __init__(self, placeholder: str, *, blink: bool, id: str, limit: int = LIMIT) -> None:  # noqa: A002 - Textual's
        super().__init__(placeholder=placeholder, compact=True, max_length=limit, id=id)
        self.cursor_blink = blink

    def action_pass_on(self, by: int) -> None:
        """Move the list's cursor."""
        self.post_message(self.Passed(by))

    def action_leave(self) -> None:
        """Give the keys back."""
        self.post_message(self.Left())
