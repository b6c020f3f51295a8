"""The registries' panel of the home screen: who answers, where a row comes from, and the way to browse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from regtui.engines.commands import program_on, pull_on
from regtui.tui.follow import Answered, follow_health
from regtui.tui.listing import Kind, about_lines, rows_of, source_line
from regtui.tui.mirror_words import mirror_words
from regtui.tui.panels import frame_bottom
from regtui.tui.screens.walk_panels import WalkPanels
from regtui.tui.widgets.line_view import FixedLines
from regtui.tui.widgets.registry_list import RegistryList, RegistryRows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from regtui.engines.base import Plan
    from regtui.host.model import HostConfig, Security
    from regtui.session import Session
    from regtui.survey import Survey
    from regtui.tui.browse.source import Browsing
    from regtui.tui.widgets.walk_view import Manner


class RegistriesScreen(WalkPanels):
    """A screen with a walk and the list of the host's registries; `_session` are the means to ask them."""

    def __init__(
        self,
        config: HostConfig,
        place: str,
        manner: Manner,
        look: Callable[[], Awaitable[Survey]] | None,
        *,
        blink: bool,
        browsing: Callable[[Session], Browsing],
    ) -> None:
        super().__init__(config, place, manner, look, blink=blink)
        self._browsing = browsing
        self._session: Session | None = None
        self._browse_soon = False  # enter was pressed before there were means to ask
        self._known: dict[str, Security] = {}

    def _check_health(self) -> None:
        if self._session is None:
            return
        self._health = ()
        self._show_rows()
        self._follow_health(self._session)

    @work(group="health", exclusive=True)
    async def _follow_health(self, session: Session) -> None:
        await follow_health(session, self.post_message)

    @on(Answered)
    def _take_health(self, message: Answered) -> None:
        self._health = (*self._health, message.check)
        self._show_rows()

    def _learn(self, plan: Plan) -> None:
        """Take how each registry is asked from a plan: the name server may have told more than the files do."""
        self._known.update((candidate.registry, candidate.security) for candidate in plan.candidates)
        self._show_rows()

    @on(RegistryList.Moved)
    def _tell_source(self) -> None:
        row, glyphs = self.query_one(RegistryList).selected, self._manner.glyphs
        told = mirror_words(self.beside, self.walk_view.walk, row)
        line = source_line(row, glyphs, told)
        self._fixed("registries-bottom").draw(lambda width: (frame_bottom(line, width, glyphs),))
        self._fixed("about").draw(lambda width: about_lines(row, width, glyphs, told))

    @on(RegistryList.Chosen)
    def _browse_chosen(self) -> None:
        """Browse what a registry or a mirror holds; what cannot be asked says why."""
        row = self.query_one(RegistryList).selected
        self._browse_soon = self._session is None
        if row is None or self._session is None:
            return
        if row.kind is Kind.BLOCKED:
            self.app.notify(f"{row.name}: blocked, {program_on(self._config)} asks nothing of it.", markup=False)
            return
        from regtui.browse.models import BrowseError
        from regtui.tui.browse.source import Surroundings
        from regtui.tui.screens.browse import RepositoriesScreen

        try:
            around = Surroundings(self.browsed(), self._manner.glyphs, self._blink, pull_on(self._config))
            place = around.browsing.place_of(row.name.rstrip("/") if row.kind is Kind.MIRROR else row.name)
        except BrowseError as error:
            self.app.notify(str(error), severity="warning", markup=False)
        else:
            self.app.push_screen(RepositoriesScreen(around, place))

    def browsed(self) -> Browsing:
        """Return the means to browse. BrowseError for a recording, which asks nobody."""
        assert self._session is not None
        return self._browsing(self._session)

    def _show_rows(self) -> None:
        self.query_one(RegistryList).update(self._rows())
        self._tell_source()

    def surveyed(self) -> None:
        """Show the registries again: their security or their mirrors may be others now; and what the host has."""
        self.walk_view.know(self.beside)
        self._show_rows()

    def _rows(self) -> RegistryRows:
        return RegistryRows(rows_of(self._config, self._health, self._known), self._manner.glyphs)

    def _fixed(self, name: str) -> FixedLines:
        return self.query_one(f"#{name}", FixedLines)
