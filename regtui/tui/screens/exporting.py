"""The panel that writes a walk to a file: it asks which format, names the file, and says where it lies."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal
from textual.widgets import Input, Static

from regtui.export import PURPOSES, ExportKind, free_name, is_there, save
from regtui.outfile import WriteError
from regtui.text import printable
from regtui.tui.actions import Place
from regtui.tui.browse.filter_input import FilterInput
from regtui.tui.cells import Line, Role, Span, wrap
from regtui.tui.safe import content
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.line_view import FixedLines
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from regtui.export import Export
    from regtui.tui.glyphs import Glyphs

PATH_LIMIT = 4096
"""Characters, as many as Linux takes."""
KINDS = tuple(ExportKind)
PROMISE = "No password, no token and no home directory is written."


@dataclass(frozen=True, slots=True)
class KindRows:
    """The formats, the chosen one marked, each with what it is for."""

    chosen: int
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(KINDS)

    def line(self, index: int, width: int) -> Line:  # noqa: ARG002 - what a list asks with
        """Draw a row."""
        mark = self.glyphs.marker if index == self.chosen else " "
        role = Role.STRONG if index == self.chosen else Role.TEXT
        kind = KINDS[index]
        return (Span(f" {mark} ", Role.ACCENT), Span(f"{kind:<11}", role), Span(PURPOSES[kind], Role.DIM))


class ExportPanel(Panel):
    """Writes what has happened of a walk so far. The keys stay in the file's name; up and down choose the format."""

    def __init__(self, export: Export, name: str, glyphs: Glyphs, *, blink: bool) -> None:
        super().__init__("Export", plain=glyphs.plain, name="export")
        self._export = export
        self._image = name
        self._glyphs = glyphs
        self._blink = blink
        self._chosen = 0
        self._offered = free_name(name, KINDS[0])
        self._warned = ""

    @property
    def place(self) -> Place:
        """An export has keys of its own."""
        return Place.EXPORT

    def inside(self) -> ComposeResult:
        """Yield the formats, the file, and what there is to say of it."""
        kinds = VirtualList(KindRows(0, self._glyphs), id="choices")
        kinds.can_focus = False
        yield kinds
        with Horizontal(id="file-row"):
            yield Static(content("   file  "), id="file-label")
            entry = FilterInput("a file", blink=self._blink, id="file", limit=PATH_LIMIT)
            entry.value = self._offered
            yield entry
        yield FixedLines(id="told")

    def on_mount(self) -> None:
        """Let a person type at once."""
        self.query_one(FilterInput).focus()
        self._tell(PROMISE, Role.DIM)

    @on(FilterInput.Passed)
    def _choose_by(self, message: FilterInput.Passed) -> None:
        self._choose((self._chosen + message.by) % len(KINDS))

    @on(VirtualList.Moved)
    def _choose_clicked(self, message: VirtualList.Moved) -> None:
        self._choose(message.index)

    @on(FilterInput.Left)
    def _leave(self) -> None:
        self.dismiss(None)

    @on(Input.Changed)
    def _forget_warning(self) -> None:
        if self._warned:
            self._warned = ""
            self._tell(PROMISE, Role.DIM)

    @on(Input.Submitted)
    def _write_typed(self, message: Input.Submitted) -> None:
        typed = message.value
        if typed != self._warned and is_there(typed):
            self._warned = typed
            self._tell(f"{self._glyphs.warn} {printable(typed, 200)} is there already; enter replaces it", Role.WARN)
            return
        self._write(typed)

    @work(group="export", exclusive=True)
    async def _write(self, typed: str) -> None:
        """A disk may be slow, and a mount may hang: the screen does not wait for it."""
        try:
            path = await asyncio.to_thread(save, self._export, KINDS[self._chosen], typed)
        except WriteError as error:
            self._tell(f"{self._glyphs.bad} {error}", Role.BAD)
            return
        self.app.notify(printable(str(path), 300), title=f"written: {KINDS[self._chosen]}", timeout=10, markup=False)
        self.dismiss(None)

    def _choose(self, index: int) -> None:
        """Choose a format; the file's name follows for as long as it is the one that was offered."""
        if index == self._chosen:
            return
        self._chosen = index
        kinds = self.query_one(VirtualList)
        kinds.cursor = index
        kinds.update(KindRows(index, self._glyphs))
        entry = self.query_one(FilterInput)
        offered = free_name(self._image, KINDS[index])
        if entry.value == self._offered:
            entry.value = offered
            entry.cursor_position = len(offered)
        self._offered = offered

    def _tell(self, text: str, role: Role) -> None:
        self.query_one("#told", FixedLines).draw(lambda width: wrap(text, width - 1, role))
