"""What can be done here, found by its name: a line to type in, and below it what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from regtui.tui.actions import Place
from regtui.tui.browse.filter import alike
from regtui.tui.browse.filter_input import FilterInput
from regtui.tui.cells import Line, Role, Span, shorten
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult, SystemCommand

    from regtui.tui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class CommandRows:
    """Commands as rows of a list: the title, and what it does as far as it fits."""

    commands: tuple[SystemCommand, ...]
    wide: int
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.commands)

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        command = self.commands[index]
        told = shorten(command.help, max(1, width - self.wide - 4), self.glyphs.ellipsis)
        return (Span(f" {command.title:<{self.wide}}  ", Role.STRONG), Span(told, Role.DIM))


def matching(commands: Sequence[SystemCommand], typed: str) -> tuple[SystemCommand, ...]:
    """Return the commands that have every typed word, in the title before in the help; else those with a like title."""
    words = typed.lower().split()
    titles = [command.title.lower() for command in commands]
    named = [command for command, title in zip(commands, titles, strict=True) if all(word in title for word in words)]
    told = [command for command in commands if all(word in f"{command.title} {command.help}".lower() for word in words)]
    found = dict.fromkeys((*named, *told))
    return tuple(found) or tuple(commands[row] for row in alike(titles, typed))


class PalettePanel(Panel):
    """Lists commands, fewer with each letter; enter closes it with the index of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    def __init__(self, title: str, commands: tuple[SystemCommand, ...], glyphs: Glyphs, *, blink: bool) -> None:
        super().__init__(title, plain=glyphs.plain, name="palette")
        self._commands = commands
        self._glyphs = glyphs
        self._blink = blink
        self._rows = self._rows_of(commands)

    @property
    def place(self) -> Place:
        """Choices have keys of their own."""
        return Place.CHOICE

    def inside(self) -> ComposeResult:
        """Yield the line and the list, which is moved from the line."""
        with Horizontal(id="typed-row"):
            yield Static(" > ", id="typed-label", markup=False)
            yield FilterInput("a word of what you want", blink=self._blink, id="typed")
        choices = VirtualList(self._rows, id="choices")
        choices.can_focus = False
        yield choices

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one(FilterInput).focus()

    def action_page(self, by: int) -> None:
        """Move by what is in view."""
        self.query_one(VirtualList).action_page(by)

    @on(Input.Changed)
    def _look_for(self, message: Input.Changed) -> None:
        choices = self.query_one(VirtualList)
        self._rows = self._rows_of(matching(self._commands, message.value))
        choices.cursor = 0
        choices.show(self._rows)

    @on(FilterInput.Passed)
    def _move(self, message: FilterInput.Passed) -> None:
        self.query_one(VirtualList).action_move(message.by)

    @on(FilterInput.Left)
    def _leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    @on(VirtualList.Chosen)
    def _choose(self) -> None:
        if len(self._rows):
            self.dismiss(self._commands.index(self._rows.commands[self.query_one(VirtualList).cursor]))

    def _rows_of(self, commands: tuple[SystemCommand, ...]) -> CommandRows:
        return CommandRows(commands, max(len(command.title) for command in self._commands), self._glyphs)
