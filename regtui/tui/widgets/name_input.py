"""The line in which an image's name is typed: names that were asked before, and what it may become."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

if TYPE_CHECKING:
    from collections.abc import Callable

    Complete = Callable[[str, tuple[str, ...]], tuple[str, ...]]

HISTORY_LIMIT = 200
"""Names that were asked for and can be called back."""
NAME_LIMIT = 512
"""Characters; every engine refuses a name of more than 255. What would make it longer is not taken."""


class _Suggester(Suggester):
    """Shows the first completion behind what is typed. It reads files, so a thread does it."""

    def __init__(self, complete: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole name that would stand there."""
        found = await asyncio.to_thread(self._complete, value)
        return found[0] if found else None


class NameInput(Input):
    """An input without a border. Up and down walk through the history; escape gives the keys back.

    What is typed is completed with the tab key: the first name that begins so, then the next. `complete` is called in
    a thread, with what is typed and the names that were asked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "older", "Older", show=False),
        Binding("down", "newer", "Newer", show=False),
        Binding("tab", "complete", "Complete", show=False),
        Binding("escape", "leave", "Leave", show=False),
    ]

    class Left(Message):
        """The keys are wanted back."""

    @dataclass
    class Completed(Message):
        """The name stands there now: which one, counted from 1, of how many; the typed name and 0 of 0 for none."""

        name: str
        place: int
        count: int

    def __init__(
        self,
        *,
        blink: bool = False,
        complete: Complete | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        self._complete = complete or (lambda _typed, _asked: ())
        suggester = _Suggester(self._completions) if complete else None
        super().__init__(
            placeholder="a name, such as etcd", compact=True, max_length=NAME_LIMIT, id=id, suggester=suggester
        )
        self.cursor_blink = blink
        self._history: list[str] = []
        self._place = 0
        self._offers: tuple[str, ...] = ()
        self._offered = ""

    def recall(self, names: tuple[str, ...]) -> None:
        """Put the names of earlier runs before those of this one."""
        mine = self._history
        self._history = [*(name for name in names if name not in mine), *mine][-HISTORY_LIMIT:]
        self._place = len(self._history)

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

    def action_complete(self) -> None:
        """Put the next completion there; where nothing is typed, the key goes to the next panel as elsewhere."""
        if not self.value.strip():
            self.screen.focus_next()
        elif self._offers and self.value == self._offered:
            self._offer((self._offers.index(self._offered) + 1) % len(self._offers))
        else:
            self._find(self.value)

    @work(group="complete", exclusive=True)
    async def _find(self, typed: str) -> None:
        found = await asyncio.to_thread(self._completions, typed)
        if self.value != typed:
            return
        self._offers = found
        if found:
            self._offer(0)
        else:
            self.post_message(self.Completed(typed, 0, 0))

    def _offer(self, index: int) -> None:
        self._offered = self.value = self._offers[index]
        self.cursor_position = len(self.value)
        self.post_message(self.Completed(self.value, index + 1, len(self._offers)))

    def _completions(self, typed: str) -> tuple[str, ...]:
        return self._complete(typed, tuple(self._history))

    def _go(self, place: int) -> None:
        if not 0 <= place <= len(self._history):
            return
        self._place = place
        self.value = self._history[place] if place < len(self._history) else ""
        self.cursor_position = len(self.value)
