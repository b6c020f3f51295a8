"""The floor of the screen's benchmarks: what Textual's own widgets of the same kinds take, with nothing behind them.

A title, a list, a line about the selected row, a name to type, a tree that unfolds, two lines below it, the keys.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.containers import Vertical
from textual.widgets import Footer, Header, Input, OptionList, Static, Tree

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class Bare(App[None]):
    """Shows the widgets; `q` leaves."""

    TITLE = "title"
    CSS = """
    #top { height: 8; border: round $primary; }
    #bottom { height: 1fr; border: round $primary; }
    Tree { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("slash", "name", "name"), ("q", "quit", "leave")]

    def compose(self) -> ComposeResult:
        """Lay out the parts."""
        yield Header()
        with Vertical(id="top"):
            yield OptionList("first", "second", "third")
            yield Static("about")
        with Vertical(id="bottom"):
            yield Input("typed")
            yield Tree("walk")
            yield Static("verdict")
        yield Footer()


WORDS = ("title", "third", "about", "typed", "walk", "verdict", "leave")
"""What is on the screen once it is complete."""

if __name__ == "__main__":
    Bare().run()
    sys.exit(0)
