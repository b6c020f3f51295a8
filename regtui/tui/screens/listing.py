"""What the screens of repositories and of tags have in common: a listing that streams, a filter, a status."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.widgets import Static

from regtui.tui.actions import Place as Keys
from regtui.tui.browse.around import Void, below_lines, empty_lines, odd_text
from regtui.tui.browse.filter import EVERYTHING, Form, read_filter
from regtui.tui.browse.filter_input import FilterInput
from regtui.tui.browse.follow import Ended, Paged
from regtui.tui.browse.lines import status_line
from regtui.tui.browse.name_list import NameList
from regtui.tui.browse.names import Names
from regtui.tui.browse.pause import Pause
from regtui.tui.browse.slices import search_on
from regtui.tui.browse.state import Phase, Reading, ended, paged
from regtui.tui.cells import Role, wrap
from regtui.tui.panels import frame_bottom, frame_top
from regtui.tui.screens.browsing import BrowsingScreen
from regtui.tui.widgets.first_paint import Box, Row
from regtui.tui.widgets.line_view import FixedLines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from regtui.browse.models import Place
    from regtui.tui.browse.filter import Filter
    from regtui.tui.browse.name_list import RepositoryRows, TagRows
    from regtui.tui.browse.names import Item
    from regtui.tui.browse.source import Surroundings
    from regtui.tui.cells import Line
    from regtui.tui.widgets.line_view import Make

REDRAW = 0.2
"""Seconds between two drawings of a list that grows: each lays the screen out again, which takes some milliseconds."""


class ListingScreen(BrowsingScreen):
    """Shows names while they come in. What an earlier listing still sends is told apart by its number."""

    AUTO_FOCUS = "#names"
    KIND: ClassVar[str]
    PLACEHOLDER: ClassVar[str]

    def __init__(self, around: Surroundings, place: Place, path: tuple[str, ...] = ()) -> None:
        super().__init__(around, place, path)
        self.names = Names()
        self.reading = Reading()
        self._number = 0
        self._shown = -1
        self._under = ""
        self._drawn = 0.0
        self.pause = Pause(self.set_interval, self.tell_status)
        self._later: Timer | None = None

    def parts(self) -> ComposeResult:
        """Lay out the list with its edges, the filter above it, what is told beside and below it."""
        glyphs = self.glyphs
        with Row(id="columns"):
            with Box(id="main"):
                yield FixedLines(self._top(), id="top")
                with Box(classes="body"):
                    with Row(id="filter-row"):
                        yield Static("/ ", id="slash", markup=False)
                        yield FilterInput(self.PLACEHOLDER, blink=self.around.blink, id="filter")
                    yield FixedLines(self.column_heads(), id="heads")
                    yield FixedLines(self._empty(), id="empty")
                    yield NameList(self.rows(), id="names")
                    yield FixedLines(self._below(), id="below")
                yield FixedLines(self._status(), id="bottom")
            with Box(id="side"):
                yield FixedLines(
                    lambda width: (frame_top(self.side_title(), width, glyphs, focused=False),), id="side-top"
                )
                with Box(classes="body"):
                    yield FixedLines(self.side(), id="beside")
                yield FixedLines(lambda width: (frame_bottom((), width, glyphs),), id="side-bottom")

    def on_mount(self) -> None:
        """Begin to read, and tell of what is selected in the same frame in which the cursor moves."""
        self.watch(self.list, "cursor", self._tell_selected, init=False)
        self.begin(fresh=False)

    # What a subclass shows.

    def rows(self) -> RepositoryRows | TagRows:
        """Return the rows, which read `names` when they are drawn."""
        raise NotImplementedError

    def read(self, number: int, *, fresh: bool) -> None:
        """Start the worker of the listing."""
        raise NotImplementedError

    def take(self, message: Paged) -> int:
        """Take a page into `names`; return how many names were new."""
        raise NotImplementedError

    def open_item(self, item: Item) -> None:
        """Open what was chosen."""
        raise NotImplementedError

    def heading(self) -> str:
        """Return the title of the list."""
        raise NotImplementedError

    def side_title(self) -> str:
        """Return the title of what stands beside it."""
        raise NotImplementedError

    def side(self) -> Make:
        """Return what stands beside it."""
        raise NotImplementedError

    def selected_text(self) -> str:
        """Return the name in full that is selected, for the line below."""
        raise NotImplementedError

    def column_heads(self) -> Make:
        """Return the names of the columns, where there are any."""
        return lambda _width: ()

    def is_cut(self, item: Item, width: int) -> bool:
        """Say whether a row of the list has no room for all of the name."""
        raise NotImplementedError

    def note(self) -> str:
        """Return what the status says beside the counts."""
        return self.place.note

    def came_to_end(self) -> None:
        """Do what waits for the end of the listing."""

    def look_further(self) -> None:
        """Look among what is not listed, where nothing else is found."""

    def is_name(self, typed: str) -> bool:  # noqa: ARG002 - what a subclass is asked for
        """Say whether enter means the typed text itself, whatever is found."""
        return False

    # The listing.

    @property
    def list(self) -> NameList:
        """The list."""
        return self.query_one(NameList)

    @property
    def selected(self) -> Item | None:
        """What is under the cursor."""
        return self.names.item(self.list.cursor) if len(self.names) else None

    def begin(self, *, fresh: bool) -> None:
        """Read from the first page on."""
        self._number += 1
        self.names.clear()
        self.reading = Reading()
        self.pause.end()
        self.show_names()
        self.read(self._number, fresh=fresh)
        self.typed(self.looked_for)

    @on(Paged)
    def _take_page(self, message: Paged) -> None:
        if message.number != self._number:
            return
        first = not self.reading.loaded
        self.reading = paged(self.reading, message.page, self.take(message))
        if self.names.advance():
            self._search_on()
        if first:
            self.tell_title()
            self.show_names()
        else:
            self._show_more()

    @on(Ended)
    def _take_end(self, message: Ended) -> None:
        if message.number != self._number:
            return
        self.reading = ended(self.reading, message.end)
        if self.reading.wait:
            self.pause.begin(self.reading.wait)
        self.came_to_end()
        self._settle()
        self.tell_title()
        self._show_end()
        if self.reading.phase is Phase.FAILED:
            self.typed(self.looked_for)

    @work(group="search", exclusive=True)
    async def _search_on(self) -> None:
        await search_on(self.names, self._show_more)
        self._settle()
        self._show_end()

    def _settle(self) -> None:
        """Where everything was looked at and nothing matches, look further, and for what is alike."""
        if self.reading.phase is not Phase.READING and self.names.is_searched:
            if not len(self.names):
                self.look_further()
            self.names.look_for_alike()

    # The filter.

    def look_for(self, wanted: Filter) -> None:
        """Look for names among those that came; what is left of them is looked at beside the screen."""
        self.workers.cancel_group(self, "search")
        self.names.look_for(wanted)
        self.list.cursor = 0
        if self.names.advance():
            self._search_on()
        else:
            self._settle()
        self.show_names()

    @on(FilterInput.Changed)
    def _look_for_typed(self, message: FilterInput.Changed) -> None:
        wanted = read_filter(message.value)
        if wanted != self.names.wanted:
            self.look_for(wanted)
            self.typed(wanted)

    @property
    def looked_for(self) -> Filter:
        """What the typed text looks for."""
        return read_filter(self.query_one(FilterInput).value)

    def typed(self, wanted: Filter) -> None:
        """Do what else follows from what is typed: at a key, at the beginning of a listing, and where it failed."""

    @on(FilterInput.Submitted)
    def _open_found(self, message: FilterInput.Submitted) -> None:
        item, typed = self.selected, message.value.strip()
        if item is None or self.is_name(typed):
            self.submitted(typed)
            return
        self.list.focus()
        if not self.list.cursor and item.folder is not None:
            self.list.cursor = self.names.first_name
            item = self.names.item(self.list.cursor)
        if 1 in (len(self.names), self.names.matching) and item.folder is None:
            self.open_item(item)

    def submitted(self, typed: str) -> None:
        """Do what enter means where nothing was found."""

    @on(FilterInput.Left)
    def _leave_filter(self) -> None:
        self.list.focus()

    @on(FilterInput.Passed)
    def _move_list(self, message: FilterInput.Passed) -> None:
        self.list.action_move(message.by)

    def on_descendant_focus(self) -> None:
        """Show the filter's row while it is used."""
        super().on_descendant_focus()
        self._show_filter()

    def keys(self) -> Keys:
        """The filter has keys of its own."""
        return Keys.FILTER if isinstance(self.focused, FilterInput) else self.KEYS

    def action_find(self) -> None:
        """Go to the filter."""
        self.query_one("#filter-row").display = True
        # At once: what is typed right behind the slash belongs to the filter.
        self.set_focus(self.query_one(FilterInput))

    def action_back(self) -> None:
        """Show all names again, or go back."""
        if self.names.wanted.form is not Form.ALL:
            self.query_one(FilterInput).value = ""
            self.look_for(EVERYTHING)
            self._show_filter()
        else:
            super().action_back()

    def action_refresh(self) -> None:
        """Read again, past the cache."""
        self.around.browsing.forget(self.place)
        self.begin(fresh=True)

    def _show_filter(self) -> None:
        used = isinstance(self.focused, FilterInput) or bool(self.query_one(FilterInput).value)
        self.query_one("#filter-row").display = used

    # What is shown.

    def show_names(self) -> None:
        """Draw the list and all around it."""
        self._drawn, self._shown = time.monotonic(), self.names.version
        self._follow_selected()
        self.set_class(not len(self.names), "-empty")
        self.list.show(self.rows())
        self.fixed("empty").draw(self._empty())
        self.show_around()

    def _follow_selected(self) -> None:
        """Let the cursor go along where rows came above the one that it stands on."""
        cursor, count = self.list.cursor, len(self.names)
        added = count - self.list.virtual_size.height
        for row in range(cursor, min(cursor + added + 1, count)) if cursor and added > 0 else ():
            if self.names.item(row).name == self._under:
                self.list.follow(row)
                break
        self._note_selected()

    def _note_selected(self) -> None:
        item = self.selected if self.list.cursor < len(self.names) else None
        self._under = item.name if item is not None else ""

    def _show_more(self) -> None:
        """Show that there are more names: at once while there is room for them, else a few times a second."""
        fills = len(self.names) > self.list.size.height > 0
        if not fills or self.has_class("-empty") or time.monotonic() - self._drawn >= REDRAW:
            self._draw_more()
        elif self._later is None:
            self._later = self.set_timer(REDRAW, self._draw_more)

    def _draw_more(self) -> None:
        if self._later is not None:
            self._later.stop()
            self._later = None
        if self.names.version != self._shown or self.has_class("-empty"):
            self.show_names()
            return
        self._drawn = time.monotonic()
        self.list.grown()
        self.tell_status()

    def _show_end(self) -> None:
        """Show that no more will come; rows that stand there already are not painted again."""
        self._draw_more()
        self.show_around()

    def show_around(self) -> None:
        """Draw what stands around the list."""
        self.fixed("top").draw(self._top())
        self.fixed("heads").draw(self.column_heads())
        self.tell_status()
        self.fixed("beside").draw(self.side())

    def tell_status(self) -> None:
        """Draw the status, and above it what it has no room for."""
        self.fixed("bottom").draw(self._status())
        self.fixed("below").draw(self._below())

    def _tell_selected(self) -> None:
        self._note_selected()
        self.fixed("below").draw(self._below())
        self.fixed("beside").draw(self.side())

    @on(NameList.Chosen)
    def _open_chosen(self) -> None:
        item = self.selected
        if item is None or not self.is_active:  # a second key came with the one that opened something
            return
        if item.folder is None:
            self.open_item(item)
        elif self.names.toggle(self.list.cursor):
            if self.names.advance():
                self._search_on()
            self.show_names()

    def _empty(self) -> Make:
        names, where = self.names, "/".join((self.place.title, *self.path))
        void = Void(self.reading, names.wanted, len(names), names.is_searched, self.KIND, where)
        return lambda width: empty_lines(void, width, self.glyphs)

    def _top(self) -> Make:
        heading, glyphs = self.heading(), self.glyphs
        return lambda width: (frame_top(heading, width, glyphs, focused=True),)

    def _below(self) -> Make:
        standing, selected, item = self.standing, self.selected_text(), self.selected
        odd = odd_text(self.reading, self.KIND, self.pause.left)

        def make(width: int) -> tuple[Line, ...]:
            cut = item.name if item is not None and self.is_cut(item, self.list.text_width) else ""
            told = () if self.has_class("-wide") else below_lines(standing, selected, width, self.glyphs, cut=cut)
            return (*wrap(odd, width, Role.WARN), *told) if odd else told

        return make

    def _status(self) -> Make:
        reading, names, glyphs, note, wait = self.reading, self.names, self.glyphs, self.note(), self.pause.left
        line = status_line(reading, names, self.KIND, glyphs, note=note, wait=wait)
        return lambda width: (frame_bottom(line, width, glyphs),)
