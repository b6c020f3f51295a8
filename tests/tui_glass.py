"""A terminal's glass: what stands on it after all that was sent, to be compared with what should stand there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual._compositor import CompositorUpdate

if TYPE_CHECKING:
    import pytest
    from textual.app import App

_PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([^\x1b\n]+)|\n")
Cell = tuple[str, str]
BLANK: Cell = (" ", "")


class Glass:
    """Cells with their character and their style; knows the few sequences in which Textual paints."""

    def __init__(self, width: int, height: int) -> None:
        self._rows = [[BLANK] * width for _ in range(height)]
        self._x = self._y = 0
        self._style = ""
        self.received = 0
        self.frames = 0

    @property
    def cells(self) -> tuple[tuple[Cell, ...], ...]:
        """What stands there."""
        return tuple(map(tuple, self._rows))

    def write(self, text: str) -> None:
        """Paint."""
        self.received += len(text.encode())
        self.frames += bool(text)
        for piece in _PIECE.finditer(text):
            numbers, kind, printed = piece.groups()
            if kind == "H":
                self._y, self._x = (int(number) - 1 for number in numbers.split(";"))
            elif kind == "m":
                self._style = numbers if numbers != "0" else ""
            elif printed:
                self._print(printed)
            elif kind is None:
                self._y, self._x = self._y + 1, 0

    def _print(self, text: str) -> None:
        for character in text:
            width = cell_len(character)
            for place in range(width):
                if self._x + place < len(self._rows[self._y]):
                    self._rows[self._y][self._x + place] = (character if not place else "", self._style)
            self._x += width


def glass_of(app: App[None], patch: pytest.MonkeyPatch) -> Glass:
    """Return the glass that an app without a terminal paints on from now on, with all of its screen on it."""
    glass = painted(app)
    glass.received = glass.frames = 0
    display = app._display

    def show(screen: object, renderable: object) -> None:
        if isinstance(renderable, CompositorUpdate):
            glass.write(renderable.render_segments(app.console))
        display(screen, renderable)  # type: ignore[arg-type]  # as Textual calls it

    patch.setattr(app, "_display", show)
    return glass


def painted(app: App[None]) -> Glass:
    """Return a glass on which the whole screen was painted at once."""
    glass = Glass(*app.size)
    update = app.screen._compositor.render_full_update()
    glass.write(update.render_segments(app.console))
    return glass
