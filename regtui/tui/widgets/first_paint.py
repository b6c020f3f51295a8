"""What begins quietly: before a part was painted for the first time, there is nothing that could be painted again.

Textual lays out a new screen, paints all of it, and then paints it again part by part, because every size that was set
on the way has asked for that. Over SSH a start is then twice as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.await_complete import AwaitComplete
from textual.containers import Container, Horizontal
from textual.reactive import Reactive
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget

if TYPE_CHECKING:
    from typing import Self

    from textual.geometry import Region
    from textual.strip import Strip


class PaintedFirst(Widget):
    """Asks for no painting before its first one."""

    _painted = False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint."""
        self._painted = True
        return super().render_lines(crop)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Ask for a new layout at any time, for a painting once there was one."""
        return super().refresh(*regions, repaint=repaint and self._painted, layout=layout, recompose=recompose)


class Box(PaintedFirst, Container):
    """Holds others, one above the other."""


class Row(PaintedFirst, Horizontal):
    """Holds others side by side."""


class FirstScreen(Screen[ScreenResultType]):
    """A screen whose parts are painted once when it opens, and show their focus themselves."""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual repaints the whole screen when this changes, which is 6 KB."""
    _painted = False

    def on_screen_resume(self) -> None:
        """Know that Textual lays out and paints everything now."""
        self.call_after_refresh(self._has_painted)

    def _has_painted(self) -> None:
        self._painted = True

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Close the screen, once.

        Keys that come together are all obeyed by the screen that was on top when they came: a second escape would
        close the one below, or end the program where there is none.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Ask for a new layout at any time, for a painting once there was one.

        Regions are what a screen below has painted, which shines through a panel: nobody would paint those later.
        """
        wanted = repaint and (self._painted or bool(regions))
        return super().refresh(*regions, repaint=wanted, layout=layout, recompose=recompose)
