"""A panel over the home screen: a bordered text that scrolls, or a list to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from regtui.tui.actions import Place
from regtui.tui.widgets.first_paint import Box, FirstScreen
from regtui.tui.widgets.footer import FooterBar
from regtui.tui.widgets.line_view import TextLines
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from regtui.tui.cells import Line
    from regtui.tui.widgets.virtual_list import Rows


class Panel(FirstScreen[int | None], ModalScreen[int | None]):
    """A box with a title; escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss", "Close", show=False)]

    def __init__(self, title: str, *, plain: bool, name: str) -> None:
        # No id, which no two screens may share: another of its kind can lie below, with a screen between them.
        super().__init__(name=name)
        self._title = title
        self._plain = plain

    @property
    def place(self) -> Place:
        """Whose keys the footer shows."""
        return Place.PANEL

    def compose(self) -> ComposeResult:
        """Lay out the box and the keys."""
        with Box(id="box") as box:
            box.border_title = self._title
            yield from self.inside()
        yield FooterBar(self.place, plain=self._plain, id="footer")

    def inside(self) -> ComposeResult:
        """Yield what the box holds."""
        yield from ()


class TextPanel(Panel):
    """A text to read. The key that opened it closes it as well."""

    def __init__(
        self,
        title: str,
        make: Callable[[int], tuple[Line, ...]],
        *,
        plain: bool,
        name: str,
        keys: str,
    ) -> None:
        super().__init__(title, plain=plain, name=name)
        self._make = make
        self._bindings.bind(keys, "dismiss", show=False)

    def inside(self) -> ComposeResult:
        """Yield the text."""
        yield TextLines(id="text")

    def on_mount(self) -> None:
        """Show the text."""
        self.draw(self._make)

    def draw(self, make: Callable[[int], tuple[Line, ...]]) -> None:
        """Show another text."""
        self.query_one(TextLines).draw(make)


class ChoicePanel(Panel):
    """A list of which one row is chosen; its index is what the panel is dismissed with."""

    def __init__(self, title: str, rows: Rows, *, plain: bool, name: str) -> None:
        super().__init__(title, plain=plain, name=name)
        self._rows = rows

    @property
    def place(self) -> Place:
        """Choices have keys of their own."""
        return Place.CHOICE

    def inside(self) -> ComposeResult:
        """Yield the list."""
        yield VirtualList(self._rows, id="choices")

    def on_virtual_list_chosen(self, message: VirtualList.Chosen) -> None:
        """Close with what was chosen."""
        self.dismiss(message.index)
