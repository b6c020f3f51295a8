"""The repositories of a registry or a mirror."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from regtui.browse.models import Origin
from regtui.outcome import Outcome
from regtui.tui.actions import Place as Keys
from regtui.tui.bindings import browsing_bindings
from regtui.tui.browse.around import place_lines
from regtui.tui.browse.filter import EVERYTHING
from regtui.tui.browse.follow import SeekEnded, Sought, follow_listing, follow_seek
from regtui.tui.browse.lines import repository_line
from regtui.tui.browse.name_list import RepositoryRows
from regtui.tui.browse.state import Phase, Reading, ended, paged
from regtui.tui.cells import EMPTY, line_text, span, wrap
from regtui.tui.copying import Copyable
from regtui.tui.screens.listing import ListingScreen
from regtui.tui.screens.tags import TagsScreen

if TYPE_CHECKING:
    from textual.binding import BindingType

    from regtui.browse.models import CatalogPage
    from regtui.tui.browse.filter import Filter
    from regtui.tui.browse.follow import Paged
    from regtui.tui.browse.names import Item
    from regtui.tui.cells import Line
    from regtui.tui.widgets.line_view import Make

DELAY = 0.25
"""Seconds after the last key before a registry is asked for what is typed."""
SHORTEST = 2
"""Characters from which a registry is asked."""


class RepositoriesScreen(ListingScreen):
    """Lists repositories, flat or as a tree; where there is no catalog, opens what is typed and searches."""

    BINDINGS: ClassVar[list[BindingType]] = browsing_bindings(Keys.REPOSITORIES)
    KEYS = Keys.REPOSITORIES
    KIND = "repositories"
    PLACEHOLDER = "team/app, team/*, /^team/"

    _results_of = ""
    """What was searched for, where results of a search are shown: they match in ways of their own."""

    def rows(self) -> RepositoryRows:
        """Return the rows."""
        return RepositoryRows(self.names, self.glyphs)

    def heading(self) -> str:
        """The title of the screen names the registry."""
        return "Repositories"

    def side_title(self) -> str:
        """The side tells of the registry."""
        return "Registry"

    def side(self) -> Make:
        """Tell of the registry and of what is selected."""
        place, standing, glyphs, selected = self.place, self.standing, self.glyphs, self.selected_text()

        def make(width: int) -> tuple[Line, ...]:
            return (*place_lines(place, standing, width, glyphs), EMPTY, *wrap(selected, width))

        return make

    def selected_text(self) -> str:
        """Return the full name of the selected repository."""
        item = self.selected
        return "" if item is None or item.folder is not None else f"{self.place.registry}/{item.name}"

    def offered(self) -> tuple[Copyable, ...]:
        """Offer the repository's name."""
        name = self.selected_text()
        return (
            (Copyable("full name", name), Copyable("pull command", f"{self.around.pull_command} {name}"))
            if name
            else ()
        )

    @work(group="listing", exclusive=True)
    async def _follow(self, number: int, *, fresh: bool) -> None:
        await follow_listing(self.around.browsing.catalog(self.place, fresh=fresh), number, self.post_message)

    def read(self, number: int, *, fresh: bool) -> None:
        """Read the catalog."""
        self._results_of = ""
        self._follow(number, fresh=fresh)

    def take(self, message: Paged) -> int:
        """Take a page of the catalog."""
        self.names.extend(message.page.names)
        return len(message.page.names)

    def is_cut(self, item: Item, width: int) -> bool:
        """A repository has the row, but for its depth in the tree and for what stands at its end."""
        return span(item.name).text not in line_text(repository_line(item, width, self.glyphs))

    def open_item(self, item: Item) -> None:
        """Show the tags of a repository."""
        self.app.push_screen(TagsScreen(self.around, self.place, (item.name,)))

    def is_name(self, typed: str) -> bool:
        """A whole name need not be among the results of a search: private repositories never are."""
        return bool(self._results_of) and "/" in typed and not self.list.cursor

    def submitted(self, typed: str) -> None:
        """Open a repository that no list has."""
        if typed:
            repository = self.around.browsing.repository_at(self.place, typed)
            self.app.push_screen(TagsScreen(self.around, self.place, (repository,)))

    def action_tree(self) -> None:
        """Show a tree or a list."""
        self.names.show_tree(not self.names.is_tree)
        self.list.cursor = 0
        if self.names.advance():
            self._search_on()
        self.show_names()

    def typed(self, wanted: Filter) -> None:
        """Ask the registry for what is typed, where that is faster than to wait for the scan, or all that there is."""
        self.workers.cancel_group(self, "seek")
        if len(wanted.prefix) < SHORTEST:
            return
        if self._results_of or (self.reading.phase is Phase.FAILED and self.around.browsing.searches(self.place)):
            self._seek(wanted.prefix, search=True)
        elif self.reading.phase is Phase.READING and not self.place.mirror:
            self._seek(wanted.prefix, search=False)

    @work(group="seek", exclusive=True)
    async def _seek(self, prefix: str, *, search: bool) -> None:
        browsing = self.around.browsing
        pages = browsing.search(self.place, prefix) if search else browsing.seek(self.place, prefix)
        await follow_seek(pages, prefix, DELAY, self.post_message, search=search)

    @on(Sought)
    def _take_sought(self, message: Sought) -> None:
        if message.page.source is Origin.SEARCH:
            if message.prefix == self.looked_for.prefix:
                self._take_results(message.page, message.prefix)
        elif message.prefix == self.names.wanted.prefix:
            self.names.take_ahead(message.page.names)
            self.show_names()

    def _take_results(self, page: CatalogPage, prefix: str) -> None:
        """Show what a search found: it matches in ways of its own, so nothing is filtered."""
        if self._results_of != prefix:
            self._begin_results(prefix)
        self.names.extend(page.names)
        self.reading = paged(self.reading, page, len(page.names))
        if self.names.advance():
            self._search_on()
        self.show_names()

    def _begin_results(self, prefix: str) -> None:
        self._results_of = prefix
        self.names.clear()
        self.names.look_for(EVERYTHING)
        self.reading = Reading(origin=Origin.SEARCH)
        self.list.cursor = 0

    @on(SeekEnded)
    def _end_search(self, message: SeekEnded) -> None:
        """Say how a search ended; how a seek did matters to nobody: the scan goes on."""
        if message.search and message.prefix == self.looked_for.prefix:
            if self._results_of != message.prefix and message.end.outcome is Outcome.FOUND:
                self._begin_results(message.prefix)
            elif not self._results_of:
                self.reading = Reading()
            self.reading = ended(self.reading, message.end)
            self.show_names()
