"""The panels over the home screen that are about its walk: what docker prints, what to copy, what to hand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from regtui.tui.actions import Place, by_id
from regtui.tui.screens.surveying import SurveyingScreen
from regtui.tui.widgets.walk_view import WalkView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from regtui.allowing import Offer
    from regtui.events import Event, HealthChecked
    from regtui.host.model import HostConfig
    from regtui.survey import Survey
    from regtui.tui.browse.source import Browsing
    from regtui.tui.screens.matrix import MatrixPanel
    from regtui.tui.screens.panel import TextPanel
    from regtui.tui.state import Walk
    from regtui.tui.widgets.line_view import Make
    from regtui.tui.widgets.walk_view import Manner

ASK_FIRST = "Ask for a name first: / and then enter."


class WalkPanels(SurveyingScreen):
    """A screen with a walk, and the panels about it. `_happened` is all that was told of it, `_health` who answers.

    What the panels show is what the walk shows; what an export holds is all that has come. What a panel needs is
    imported where it opens: the first paint does without.
    """

    def __init__(
        self,
        config: HostConfig,
        place: str,
        manner: Manner,
        look: Callable[[], Awaitable[Survey]] | None,
        *,
        blink: bool,
    ) -> None:
        super().__init__(config, place, manner.glyphs, look)
        self._manner = manner
        self._blink = blink
        self._happened: list[Event] = []
        self._health: tuple[HealthChecked, ...] = ()

    @property
    def walk_view(self) -> WalkView:
        """The walk."""
        return self.query_one(WalkView)

    def browsed(self) -> Browsing:
        """Return the means to browse. BrowseError where nobody can be asked."""
        raise NotImplementedError

    def _place(self) -> Place:
        raise NotImplementedError

    def action_transcript(self) -> None:
        """Show what the engine would print."""
        walk = self._asked_walk()
        if walk is not None:
            self.walk_view.skip()
            self._push_text("Transcript", self._transcript(walk), "transcript")

    def action_help(self) -> None:
        """Show all keys."""
        from regtui.tui.help import help_lines

        glyphs, place = self._manner.glyphs, self._place()
        self._push_text("Help", lambda width: help_lines(width, glyphs, place), "help")

    def action_copy(self) -> None:
        """Let a text be chosen and copy it."""
        from regtui.tui.copying import CopyRows, copyables
        from regtui.tui.screens.panel import ChoicePanel

        offered = copyables(self.walk_view.walk, self.walk_view.cursor)
        if not offered:
            self.app.notify("There is nothing to copy yet.", markup=False)
            return

        def copy(index: int | None) -> None:
            if index is not None:
                self.app.copy_to_clipboard(offered[index].text)
                self.app.notify(offered[index].text, title=f"copied: {offered[index].label}", markup=False)

        self.app.push_screen(ChoicePanel("Copy", CopyRows(offered), plain=self._manner.glyphs.plain, name="copy"), copy)

    def action_export(self) -> None:
        """Write the walk to a file."""
        walk = self._asked_walk()
        if walk is None:
            return
        from regtui.export import Export
        from regtui.tui.screens.exporting import ExportPanel

        export = Export(self._config, self._read_from, (*self._happened, *self._health), self._manner.written())
        self.app.push_screen(ExportPanel(export, walk.plan.name, self._manner.glyphs, blink=self._blink))

    def action_allow(self) -> None:
        """Ask whether a login that was kept back may go to another host: of the selected candidate, else the first."""
        walk = self._asked_walk()
        if walk is None:
            return
        from regtui.allowing import offer_of
        from regtui.engines.commands import pull_on
        from regtui.tui.screens.allowing import AllowPanel

        cursor = self.walk_view.cursor
        views = (*walk.candidates[cursor : cursor + 1], *walk.candidates) if cursor is not None else walk.candidates
        told = (offer_of(endpoint.withheld) for view in views for endpoint in view.endpoints)
        offer = next((offer for offer in told if offer is not None), None)
        if offer is None or not self.may_allow:
            self.app.notify("No login was kept back here that a word of yours could send.", markup=False)
            return

        def answered(index: int | None) -> None:
            if index:
                self.allow(offer)

        self.app.push_screen(AllowPanel(offer, pull_on(self._config), self._manner.glyphs), answered)

    @property
    def may_allow(self) -> bool:
        """Whether the session can be told to send a login."""
        return False

    def allow(self, offer: Offer) -> None:
        """Let the login go, and ask again."""
        raise NotImplementedError

    def show_matrix(self) -> None:
        """Show who holds the name; the panel follows the walk."""
        walk = self.walk_view.walk
        if walk is not None and walk.candidates:
            from regtui.tui.screens.matrix import MatrixPanel

            self.app.push_screen(MatrixPanel(walk, self.browsed, self._manner.glyphs))

    def show_in_panels(self, walk: Walk) -> None:
        """Draw the open panel again: the walk went on."""
        for screen in self.app.screen_stack:
            if screen.name == "matrix":
                cast("MatrixPanel", screen).show(walk)
            if screen.name == "transcript":
                cast("TextPanel", screen).draw(self._transcript(walk))

    def _asked_walk(self) -> Walk | None:
        """Return the walk; where nobody was asked yet, say how to."""
        walk = self.walk_view.walk
        if walk is None or not walk.asked:
            self.app.notify(ASK_FIRST, markup=False)
            return None
        return walk

    def _transcript(self, walk: Walk) -> Make:
        from regtui.tui.transcript import transcript_lines

        return lambda width: transcript_lines(walk, width, self._manner.glyphs)

    def _push_text(self, title: str, make: Make, name: str) -> None:
        from regtui.tui.screens.panel import TextPanel

        keys = ",".join(by_id(name).keys)
        self.app.push_screen(TextPanel(title, make, plain=self._manner.glyphs.plain, name=name, keys=keys))
