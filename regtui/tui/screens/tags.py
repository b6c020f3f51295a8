"""The tags of a repository, with what is known of those in view."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, ClassVar

from textual import on, work

from regtui.browse.order import Order
from regtui.tui.actions import Place as Keys
from regtui.tui.bindings import browsing_bindings
from regtui.tui.browse.around import place_lines, tag_lines
from regtui.tui.browse.filter import SLICE, Form
from regtui.tui.browse.follow import FactsRead, FactsSettled, Wanted, follow_facts, follow_listing
from regtui.tui.browse.lines import number, order_text, tag_columns, tag_heading
from regtui.tui.browse.name_list import NameList, TagRows
from regtui.tui.browse.state import Phase, Tags, in_order, next_order, with_facts, with_names
from regtui.tui.cells import EMPTY, Role, span
from regtui.tui.copying import Copyable
from regtui.tui.screens.comparing import DiffScreen, EverywhereScreen
from regtui.tui.screens.details import DetailsScreen
from regtui.tui.screens.listing import ListingScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.binding import BindingType

    from regtui.browse.models import Place
    from regtui.browse.order import Attached
    from regtui.tui.browse.filter import Filter
    from regtui.tui.browse.follow import Paged
    from regtui.tui.browse.names import Item
    from regtui.tui.browse.source import Surroundings
    from regtui.tui.cells import Line
    from regtui.tui.widgets.line_view import Make

AT_ONCE = 3_000
"""Tags that are put in order at once, in about 10 ms; more of them in a thread, while the screen goes on."""
FILLED_IN = 100
"""Tags whose facts one press of the key reads beyond those in view."""


class TagsScreen(ListingScreen):
    """Lists tags in an order; date, size and platforms are read for the rows in view."""

    BINDINGS: ClassVar[list[BindingType]] = browsing_bindings(Keys.TAGS)
    KEYS = Keys.TAGS
    KIND = "tags"
    PLACEHOLDER = "v1.2, *-alpine, /^v[0-9]+$/"

    def __init__(self, around: Surroundings, place: Place, path: tuple[str, ...] = ()) -> None:
        super().__init__(around, place, path)
        self.repository = path[0]
        self.tags = Tags()
        self.order = Order.SEMVER
        self.mark = ""
        self._came: list[str] = []
        self._ordered = 0
        self._wanted = Wanted()
        self._asked_for: list[str] = []  # by a person, beyond those in view
        self._reader = around.browsing.facts(place, self.repository)
        self._costs = not self._reader.spend
        self._reading_facts = False

    def rows(self) -> TagRows:
        """Return the rows."""
        return TagRows(self.names, lambda: self.tags, lambda: self.mark, self.glyphs)

    def heading(self) -> str:
        """Say what order the tags stand in."""
        order = order_text(self.order, self.tags, len(self._came))
        return f"Tags, {order}" if self._came else "Tags"

    def column_heads(self) -> Make:
        """Name the columns."""
        shown, order, glyphs = bool(len(self.names)), self.order, self.glyphs
        return lambda width: (tag_heading(width, glyphs, order),) if shown else ()

    def side_title(self) -> str:
        """The side tells of the selected tag."""
        return "Tag"

    def side(self) -> Make:
        """Tell of the selected tag, then of the registry."""
        item, standing, tags = self.selected, self.standing, self.tags

        def make(width: int) -> tuple[Line, ...]:
            told: tuple[Line, ...] = ()
            if item is not None:
                told = ((span(item.name, Role.STRONG),), *tag_lines(item.name, tags, width), EMPTY)
            return (*told, *place_lines(self.place, standing, width, self.glyphs))

        return make

    def is_cut(self, item: Item, width: int) -> bool:
        """The column of the tags is narrow."""
        return span(item.name).width > tag_columns(width).tag - 1

    def note(self) -> str:
        """Say what is folded, and what is not asked for without a key."""
        told = []
        if self._asked_for:
            told.append(f"reading dates and sizes, {number(len(self._asked_for))} to come")
        elif self._came and not self._reader.allowed:
            told.append("f reads dates and sizes")
        elif self._came and not self._reader.spend:
            told.append("dates and sizes cost pulls: f reads those in view")
        folded = self.tags.folded - len(self.names.all) + len(self._came)
        if folded:
            told.append(f"{number(folded)} signatures and the like folded")
        if self.place.note:
            told.append(self.place.note)
        return f" {self.glyphs.dot} ".join(told)

    def selected_text(self) -> str:
        """Return the full name of the selected tag."""
        item = self.selected
        return f"{self.place.registry}/{self.repository}:{item.name}" if item is not None else ""

    def offered(self) -> tuple[Copyable, ...]:
        """Offer the tag's names, and its digest where it is known."""
        item, name = self.selected, self.selected_text()
        if item is None:
            return ()
        facts = self.tags.facts.get(item.name)
        digest = facts.digest if facts is not None else ""
        with_digest = (Copyable("digest", digest), Copyable("full name with digest", f"{self._full_name}@{digest}"))
        command = Copyable("pull command", f"{self.around.pull_command} {name}")
        return (*(with_digest if digest else ()), Copyable("full name", name), command)

    @property
    def _full_name(self) -> str:
        return f"{self.place.registry}/{self.repository}"

    # The listing.

    def read(self, number: int, *, fresh: bool) -> None:
        """Read the tags."""
        self.tags, self._came, self._ordered, self._asked_for = Tags(), [], 0, []
        if fresh:
            self._reader.forget()
        self._wanted.clear()
        self.workers.cancel_group(self, "facts")
        self._reading_facts = False
        self._follow(number, fresh=fresh)

    @work(group="listing", exclusive=True)
    async def _follow(self, number: int, *, fresh: bool) -> None:
        pages = self.around.browsing.tags(self.place, self.repository, fresh=fresh)
        await follow_listing(pages, number, self.post_message)

    def take(self, message: Paged) -> int:
        """Take a page; what belongs to images is folded. Tags are put in order whenever twice as many are there."""
        before = self.tags.attached
        self.tags, plain = with_names(self.tags, message.page.names)
        self._came.extend(plain)
        self.names.extend(plain)
        if len(self._came) >= 2 * self._ordered:
            self.put_in_order()
        if self.tags.attached is not before:
            self._tell_attached(before)
        return len(message.page.names)

    def _tell_attached(self, before: Mapping[str, tuple[Attached, ...]]) -> None:
        """A signature may come long after its image was read."""
        for row in self.list.in_view:
            facts = self.tags.facts.get(self.names.item(row).name)
            if facts is not None and self.tags.attached.get(facts.digest) is not before.get(facts.digest):
                self.list.repaint(row)
        self.fixed("beside").draw(self.side())

    def came_to_end(self) -> None:
        """Put all in order."""
        self.put_in_order()

    def look_for(self, wanted: Filter) -> None:
        """Look among the tags that stand for themselves; what was unfolded is folded again."""
        del self.names.all[len(self._came) :]
        super().look_for(wanted)

    def look_further(self) -> None:
        """Where no tag stands for itself, or none that is looked for, show those that are folded."""
        folded = sorted(each.tag for attached in self.tags.attached.values() for each in attached)
        if self.names.wanted.form is not Form.ALL:
            folded = [folded[row] for row in self.names.wanted.matches(folded, range(min(len(folded), SLICE)))]
        self.names.extend(folded)
        self.names.advance()

    # The order.

    def put_in_order(self) -> None:
        """Put the tags that came in order; many of them in a thread."""
        self._ordered = len(self._came)
        if len(self._came) <= AT_ONCE:
            self._show_ordered(in_order(self._came, self.order, self.tags.facts))
        else:
            self._order_beside()

    @work(group="order", exclusive=True)
    async def _order_beside(self) -> None:
        came = tuple(self._came)
        ordered = await asyncio.to_thread(in_order, came, self.order, self.tags.facts)
        self._show_ordered([*ordered, *self._came[len(came) :]])

    def _show_ordered(self, ordered: list[str]) -> None:
        selected = self.selected if self.list.cursor else None
        self.names.reorder([*ordered, *self.names.all[len(self._came) :]])
        if self.names.advance():
            self._search_on()
        if selected is not None and self.names.is_searched:
            row = next((row for row in range(len(self.names)) if self.names.item(row).name == selected.name), 0)
            self.list.follow(row)
        self.show_names()
        self.want_facts()

    def action_order(self) -> None:
        """Sort by something else; the cursor goes to the top, where the answer is."""
        self.order = next_order(self.order)
        self.list.cursor = 0
        self.put_in_order()

    def show_around(self) -> None:
        """Others may be in view now."""
        super().show_around()
        self.call_after_refresh(self.want_facts)

    # Facts.

    @on(NameList.Scrolled)
    def want_facts(self) -> None:
        """Want what is in view and not known, then what was asked for; nothing while the registry wants a pause."""
        if not self._reader.allowed or self.pause.left:
            return
        in_view = [self.names.item(row).name for row in self.list.in_view]
        self._asked_for = [tag for tag in self._asked_for if tag not in self.tags.facts]
        self._wanted.replace([tag for tag in dict.fromkeys(in_view + self._asked_for) if tag not in self.tags.facts])
        if self._wanted.pending and not self._reading_facts:
            self._reading_facts = True
            self._read_facts()
        elif not self._wanted.pending:
            self._reader.spend = not self._costs  # what is scrolled to spends nothing more

    @work(group="facts", exclusive=True)
    async def _read_facts(self) -> None:
        await follow_facts(self._reader.describe, self._wanted, self.post_message)

    @on(FactsRead)
    def _take_facts(self, message: FactsRead) -> None:
        facts = message.facts
        self.tags = with_facts(self.tags, facts)
        same = {facts.tag, *self.tags.others(facts.tag)}
        for row in self.list.in_view:
            if self.names.item(row).name in same:
                self.list.repaint(row)
        if self.selected is not None and self.selected.name in same:
            self.fixed("beside").draw(self.side())
        if self._asked_for:
            self._asked_for = [tag for tag in self._asked_for if tag not in self.tags.facts]
            self.tell_status()
        standing = self.standing
        if facts.trouble and standing is not None and standing.retry_after and self.pause.left is None:
            self.pause.begin(standing.retry_after)

    @on(FactsSettled)
    def _settle_facts(self) -> None:
        """Dates and sizes that are known now may change the order; then others are in view."""
        self._reading_facts = False
        self.tell_title()
        self.tell_status()
        if self.order in (Order.DATE, Order.SIZE):
            self.put_in_order()
        else:
            self.want_facts()

    def action_fill_in(self) -> None:
        """Read more facts than those in view; of a mirror, and where each costs a pull, those alone on this word."""
        self.pause.end()
        known, more = self.tags.facts, self._reader.allowed and not self._costs
        self._reader.allowed = self._reader.spend = True
        if self._costs:
            self._reader.forget()  # what it knows of tags is what headers claim
        self.tags = Tags(self.tags.attached)
        for facts in known.values():
            if not facts.trouble and not (self._costs and facts.claimed):
                self.tags = with_facts(self.tags, facts)
        shown = (self.names.item(row).name for row in range(len(self.names)))
        unknown = (tag for tag in shown if tag not in self.tags.facts)
        self._asked_for = list(islice(unknown, FILLED_IN)) if more else []
        self.show_names()

    # What is opened.

    def open_item(self, item: Item) -> None:
        """Show the image in detail."""
        facts = self.tags.facts.get(item.name)
        attached = self.tags.attached.get(facts.digest, ()) if facts is not None else ()
        self.app.push_screen(DetailsScreen(self.around, self.place, (self.repository, item.name), attached))

    def submitted(self, typed: str) -> None:
        """Open a tag that no list has."""
        if typed and self.reading.phase is Phase.FAILED:
            self.app.push_screen(DetailsScreen(self.around, self.place, (self.repository, typed)))

    def action_diff(self) -> None:
        """Mark a tag, or compare it with the one that is marked."""
        item = self.selected
        if item is None:
            return
        before, self.mark = self.mark, item.name if not self.mark else ""
        self.list.refresh()
        if before and before != item.name:
            self.app.push_screen(DiffScreen(self.around, self.place, self.repository, (before, item.name)))
        elif not before:
            self.app.notify("Marked. On another tag, d compares the two.", markup=False, timeout=3)

    def action_everywhere(self) -> None:
        """Ask every registry for the same name."""
        item = self.selected
        if item is not None:
            facts = self.tags.facts.get(item.name)
            digest = facts.digest if facts is not None else ""
            self.app.push_screen(EverywhereScreen(self.around, self.place, self.repository, item.name, digest))
