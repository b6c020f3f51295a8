"""The host's configuration: every setting with its place, what is wrong with it, and the daemon that runs beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on

from regtui.tui.actions import ACTIONS, Place, by_id
from regtui.tui.bindings import browsing_bindings
from regtui.tui.cells import Line, Role, Span, span
from regtui.tui.configuration import setting_entries, verdict_entries
from regtui.tui.copying import CopyRows
from regtui.tui.help import help_lines
from regtui.tui.panels import NEEDED, frame_bottom, frame_top, title_line, too_small_lines
from regtui.tui.screens.panel import ChoicePanel, TextPanel
from regtui.tui.screens.surveying import SurveyedScreen
from regtui.tui.widgets.entry_view import EntryView
from regtui.tui.widgets.first_paint import Box, Row
from regtui.tui.widgets.footer import FooterBar
from regtui.tui.widgets.line_view import FixedLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Resize
    from textual.geometry import Size

    from regtui.survey.model import Survey
    from regtui.tui.entries import Entry
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.widgets.entry_view import MakeEntries
    from regtui.tui.widgets.line_view import Make

WIDE = 120
"""Columns from which the findings stand beside the settings."""


class ConfigurationScreen(SurveyedScreen):
    """Shows a survey of the host; `look` takes another one."""

    CSS_PATH = "configuration.tcss"
    BINDINGS: ClassVar[list[BindingType]] = browsing_bindings(Place.CONFIGURATION)
    AUTO_FOCUS = "#verdicts"

    def __init__(self, survey: Survey, place: str, glyphs: Glyphs, look: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._survey = survey
        self._read_from = place
        self._glyphs = glyphs
        self._look = look

    def compose(self) -> ComposeResult:
        """Lay out two columns; on a small screen the second one's entries stand below the first one's."""
        self._fit(self.app.size)
        yield FixedLines(self._title(), id="title")
        with Row(id="columns"):
            with Box(id="main"):
                yield FixedLines(self._top("Configuration", lit=True), id="top")
                with Box(classes="body"):
                    yield EntryView(self._verdicts(), id="verdicts")
                yield FixedLines(id="bottom")
            with Box(id="side"):
                yield FixedLines(self._top("What it says", lit=False), id="side-top")
                with Box(classes="body"):
                    yield EntryView(self._settings(), id="settings")
                yield FixedLines(id="side-bottom")
        yield FooterBar(Place.CONFIGURATION, plain=self._glyphs.plain, id="footer")
        yield FixedLines(id="too-small")

    def on_mount(self) -> None:
        """Draw what may have come while the parts were laid out."""
        self.show(self._survey)

    def show(self, survey: Survey) -> None:
        """Show another survey; one that comes before the parts are there is drawn with them."""
        self._survey = survey
        if self.query("#verdicts"):
            self._fixed("title").draw(self._title())
            self._draw()

    def on_resize(self, event: Resize) -> None:
        """Choose the columns for the new size."""
        self._fit(event.size)
        self._fixed("too-small").draw(lambda width: too_small_lines(width, event.size.height))
        self._draw()

    def on_descendant_focus(self) -> None:
        """Light the edge of the part that has the keys."""
        beside = self.focused is not None and self.focused.id == "settings"
        self._fixed("top").draw(self._top("Configuration", lit=not beside))
        self._fixed("side-top").draw(self._top("What it says", lit=beside))

    @on(EntryView.Moved)
    def _tell_selected(self) -> None:
        for view, below in (("verdicts", "bottom"), ("settings", "side-bottom")):
            self._fixed(below).draw(self._bottom(self._view(view)))

    def action_close(self) -> None:
        """Go back to the walk."""
        self.dismiss()

    def action_section(self) -> None:
        """Go to the next section, in the next panel behind the last one."""
        self._go_on(1)

    def action_section_before(self) -> None:
        """Go to the section before."""
        self._go_on(-1)

    def action_look(self) -> None:
        """Look at the host again."""
        if self._look is None:
            self.app.notify("These files are not on this host; there is nothing to read again.", markup=False)
        else:
            self._look()

    def action_help(self) -> None:
        """Show all keys."""
        glyphs, keys = self._glyphs, ",".join(by_id("help").keys)

        def lines(width: int) -> tuple[Line, ...]:
            return help_lines(width, glyphs, Place.CONFIGURATION)

        self.app.push_screen(TextPanel("Help", lines, plain=glyphs.plain, name="help", keys=keys))

    def action_copy(self) -> None:
        """Let a text of the selected entry be chosen and copy it; it is shown too, for terminals that refuse."""
        entry = self._focused_view().selected
        offered = entry.copies if entry is not None else ()
        if not offered:
            self.app.notify("There is nothing to copy here.", markup=False)
            return

        def copy(index: int | None) -> None:
            if index is not None:
                self.app.copy_to_clipboard(offered[index].text)
                self.app.notify(offered[index].text, title=f"copied: {offered[index].label}", markup=False)

        self.app.push_screen(ChoicePanel("Copy", CopyRows(offered), plain=self._glyphs.plain, name="copy"), copy)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own
        """An action works in its places; elsewhere its keys keep their own meaning."""
        known = [one.places for one in ACTIONS if one.id == action]
        return not known or Place.CONFIGURATION in (known[0] or tuple(Place))

    def _go_on(self, by: int) -> None:
        if self._focused_view().to_section(by) or not self.has_class("-wide"):
            return
        other = self._view("settings" if self._focused_view().id == "verdicts" else "verdicts")
        other.focus()
        other.action_move_to(0 if by > 0 else -1)

    def _focused_view(self) -> EntryView:
        return self.focused if isinstance(self.focused, EntryView) else self._view("verdicts")

    def _view(self, name: str) -> EntryView:
        return self.query_one(f"#{name}", EntryView)

    def _draw(self) -> None:
        self._view("verdicts").draw(self._verdicts())
        self._view("settings").draw(self._settings())
        if not self.has_class("-wide") and self._view("settings").has_focus:
            self._view("verdicts").focus()

    def _verdicts(self) -> MakeEntries:
        survey, glyphs, wide = self._survey, self._glyphs, self.has_class("-wide")

        def make(width: int) -> tuple[Entry, ...]:
            first = verdict_entries(survey, width - 1, glyphs)
            return _from_top(first if wide else (*first, *setting_entries(survey, width - 1, glyphs)))

        return make

    def _settings(self) -> MakeEntries:
        survey, glyphs = self._survey, self._glyphs
        return lambda width: _from_top(setting_entries(survey, width - 1, glyphs))

    def _bottom(self, view: EntryView) -> Make:
        told, glyphs = self._told(view), self._glyphs
        return lambda width: (frame_bottom(told, width, glyphs),)

    def _told(self, view: EntryView) -> Line:
        """Say what `y` copies of the selected entry."""
        entry = view.selected if view.has_focus else None
        if entry is None or not entry.copies:
            return ()
        first = entry.copies[0]
        return (Span("y ", Role.ACCENT), Span(f"copies {first.label}: ", Role.DIM), span(first.text, Role.DIM))

    def _title(self) -> Make:
        survey, glyphs = self._survey, self._glyphs
        told = replace(survey.config, findings=survey.findings)
        return lambda width: (title_line(told, self._read_from, width, glyphs),)

    def _top(self, title: str, *, lit: bool) -> Make:
        return lambda width: (frame_top(title, width, self._glyphs, focused=lit),)

    def _fixed(self, name: str) -> FixedLines:
        return self.query_one(f"#{name}", FixedLines)

    def _fit(self, size: Size) -> None:
        self.set_class(size.width < NEEDED[0] or size.height < NEEDED[1], "-too-small")
        self.set_class(size.width >= WIDE, "-wide")


def _from_top(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Leave out the blank line before the first heading."""
    if not entries or not entries[0].above:
        return entries
    return (replace(entries[0], above=entries[0].above[1:]), *entries[1:])
