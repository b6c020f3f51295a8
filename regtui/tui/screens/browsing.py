"""What all screens of browsing have in common: the first and the last line, sizes, help, copying, going back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regtui.tui.actions import ACTIONS, by_id
from regtui.tui.actions import Place as Keys
from regtui.tui.browse.around import title_line
from regtui.tui.copying import CopyRows
from regtui.tui.help import help_lines
from regtui.tui.panels import NEEDED, too_small_lines
from regtui.tui.screens.panel import ChoicePanel, TextPanel
from regtui.tui.widgets.first_paint import FirstScreen
from regtui.tui.widgets.footer import FooterBar
from regtui.tui.widgets.line_view import FixedLines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Resize
    from textual.geometry import Size

    from regtui.browse.models import Place, Standing
    from regtui.tui.browse.source import Surroundings
    from regtui.tui.copying import Copyable
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.widgets.line_view import Make

WIDE = 110
"""Columns from which something stands beside the list."""


class BrowsingScreen(FirstScreen[None]):
    """A screen about a place, or about something in it that `path` leads to."""

    CSS_PATH = "browse.tcss"
    KEYS: ClassVar[Keys]

    def __init__(self, around: Surroundings, place: Place, path: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.around = around
        self.place = place
        self.path = path

    def compose(self) -> ComposeResult:
        """Lay out the title, the parts, the keys."""
        self._fit(self.app.size)
        yield FixedLines(self._title(), id="title")
        yield from self.parts()
        yield FooterBar(self.keys(), plain=self.glyphs.plain, id="footer")
        yield FixedLines(id="too-small")

    def parts(self) -> ComposeResult:
        """Yield what stands between."""
        yield from ()

    def offered(self) -> tuple[Copyable, ...]:
        """Return what can be copied at the moment."""
        return ()

    def keys(self) -> Keys:
        """Return whose keys the footer shows."""
        return self.KEYS

    @property
    def glyphs(self) -> Glyphs:
        """The signs of this terminal."""
        return self.around.glyphs

    @property
    def standing(self) -> Standing | None:
        """What is known of the place at the moment."""
        return self.around.browsing.standing(self.place)

    def on_resize(self, event: Resize) -> None:
        """Choose the columns for the new size."""
        self._fit(event.size)
        self.fixed("too-small").draw(lambda width: too_small_lines(width, event.size.height))

    def on_descendant_focus(self) -> None:
        """Show the keys of the part that has them now."""
        self.query_one(FooterBar).tell(self.keys())

    def tell_title(self) -> None:
        """Draw the first line again: what is left of a pull limit may be another."""
        self.fixed("title").draw(self._title())

    def fixed(self, name: str) -> FixedLines:
        """Return one of the fixed texts."""
        return self.query_one(f"#{name}", FixedLines)

    def push_text(self, title: str, make: Make, name: str) -> None:
        """Show a text over the screen; the key of the action with this name closes it too."""
        keys = ",".join(by_id(name).keys)
        self.app.push_screen(TextPanel(title, make, plain=self.glyphs.plain, name=name, keys=keys))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own
        """An action works in its places; elsewhere its keys keep their own meaning."""
        places = [known.places for known in ACTIONS if known.id == action]
        return not places or self.keys() in (places[0] or tuple(Keys))

    def action_help(self) -> None:
        """Show all keys."""
        glyphs, keys = self.glyphs, self.keys()
        self.push_text("Help", lambda width: help_lines(width, glyphs, keys), "help")

    def action_copy(self) -> None:
        """Let a text be chosen and copy it; it is shown too, for terminals that refuse."""
        offered = self.offered()
        if not offered:
            self.app.notify("There is nothing to copy yet.", markup=False)
            return

        def copy(index: int | None) -> None:
            if index is not None:
                self.app.copy_to_clipboard(offered[index].text)
                self.app.notify(offered[index].text, title=f"copied: {offered[index].label}", markup=False)

        self.app.push_screen(ChoicePanel("Copy", CopyRows(offered), plain=self.glyphs.plain, name="copy"), copy)

    def action_back(self) -> None:
        """Go back; what is still asked for this screen is given up with it."""
        self.dismiss()

    def _title(self) -> Make:
        place, path, standing, glyphs = self.place, self.path, self.standing, self.glyphs
        return lambda width: (title_line(place, path, standing, width, glyphs),)

    def _fit(self, size: Size) -> None:
        self.set_class(size.width < NEEDED[0] or size.height < NEEDED[1], "-too-small")
        self.set_class(size.width >= WIDE, "-wide")
