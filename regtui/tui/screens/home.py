"""The home screen: the host's registries, a name, and the walk that resolves it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.widgets import Static

from regtui.engines.commands import label_of, pull_on
from regtui.events import ResolutionStarted
from regtui.text import mask_login
from regtui.tui.actions import ACTIONS, Owner, Place
from regtui.tui.bindings import bindings_of
from regtui.tui.cells import Role, Span, crop
from regtui.tui.follow import BrokeOff, Happened, follow_walk
from regtui.tui.naming import NoNames
from regtui.tui.panels import (
    NEEDED,
    axis_line,
    frame_bottom,
    frame_top,
    hint_lines,
    notes_lines,
    refusal_lines,
    title_line,
    too_small_lines,
)
from regtui.tui.safe import content
from regtui.tui.screens.registries import RegistriesScreen
from regtui.tui.screens.walk_panels import ASK_FIRST
from regtui.tui.state import planned
from regtui.tui.verdict import verdict_lines
from regtui.tui.widgets.first_paint import Box, Row
from regtui.tui.widgets.footer import FooterBar
from regtui.tui.widgets.line_view import FixedLines
from regtui.tui.widgets.name_input import NameInput
from regtui.tui.widgets.registry_list import RegistryList
from regtui.tui.widgets.walk_view import Manner, WalkView

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import Resize
    from textual.geometry import Size

    from regtui.allowing import AllowsRealms, Offer
    from regtui.host.model import HostConfig
    from regtui.session import Session
    from regtui.survey import Survey
    from regtui.tui.browse.source import Browsing
    from regtui.tui.naming import Names
    from regtui.tui.state import Walk
    from regtui.tui.widgets.line_view import Make


WIDE, VERY_WIDE = 120, 150
"""Columns from which the panels stand side by side, and from which the left one is wider."""

LOW = 20
"""Rows below which the list of registries keeps to three."""


class HomeScreen(RegistriesScreen):
    """Wires the parts: events go down into the walk; what it shows comes back up and fills what stands around it.

    What opens over it is imported where it opens: the first paint does without.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.SCREEN)
    AUTO_FOCUS = "#registry-list"

    def __init__(
        self,
        config: HostConfig,
        place: str,
        manner: Manner,
        *,
        blink: bool,
        browsing: Callable[[Session], Browsing],
        look: Callable[[], Awaitable[Survey]] | None = None,
        names: Names | None = None,
    ) -> None:
        super().__init__(config, place, manner, look, blink=blink, browsing=browsing)
        self._names: Names = names or NoNames()
        self._completion: NameInput.Completed | None = None
        self._asked = ""
        self._ask_all = False
        self._number = 0

    def compose(self) -> ComposeResult:
        """Lay out the parts, each with what it shows at first, so that the first paint is a whole one."""
        config, glyphs = self._config, self._manner.glyphs
        place = self._read_from
        self._fit(self.app.size)
        yield FixedLines(lambda width: (title_line(config, place, width, glyphs),), id="title")
        yield FixedLines(lambda width: refusal_lines(config, width, glyphs), id="refusal")
        with Box(id="panels"):
            with Box(id="registries"):
                yield FixedLines(self._top("Registries", Place.LIST), id="registries-top")
                with Box(classes="body"):
                    yield RegistryList(self._rows(), id="registry-list")
                    yield FixedLines(lambda width: notes_lines(config, width, glyphs), id="notes")
                    yield FixedLines(id="about")
                yield FixedLines(id="registries-bottom")
            with Box(id="resolve"):
                yield FixedLines(self._top("Resolve", None), id="resolve-top")
                with Box(classes="body"):
                    with Row(id="name-row"):
                        yield Static(content(f"{pull_on(config)} "), id="command")
                        yield NameInput(blink=self._blink, complete=self._completions, id="name")
                        yield FixedLines(id="axis")
                    yield WalkView(self._manner, lambda width: hint_lines(config, width), id="walk")
                    yield FixedLines(lambda width: verdict_lines(None, width, glyphs), id="verdict")
                yield FixedLines(lambda width: (frame_bottom((), width, glyphs),), id="resolve-bottom")
        yield FooterBar(Place.LIST, plain=glyphs.plain, id="footer")
        yield FixedLines(id="too-small")

    def on_mount(self) -> None:
        """Tell of the row that is selected at first."""
        self._tell_source()

    def on_resize(self, event: Resize) -> None:
        """Choose the columns for the new size."""
        self._fit(event.size)
        self._fixed("too-small").draw(lambda width: too_small_lines(width, event.size.height))

    def _fit(self, size: Size) -> None:
        """Set the classes that the style sheet lays out by. Textual's own break points come after the first paint."""
        self.set_class(size.width < NEEDED[0] or size.height < NEEDED[1], "-too-small")
        self.set_class(size.height < LOW, "-low")
        self.set_class(size.width >= WIDE, "-wide")
        self.set_class(size.width >= VERY_WIDE, "-very-wide")

    def connect(self, session: Session) -> None:
        """Take the means to ask, which come after the first paint; ask what was wanted in the meantime."""
        self._session = session
        self._recall()
        self.take_config(session.config)
        self._check_health()
        if self._browse_soon:
            self._browse_chosen()
        if self._asked:
            self._ask()
        elif typed := self.query_one(NameInput).value:
            self._show_plan(typed)

    @property
    def engine(self) -> str:
        """The engine whose rules are shown, for a person."""
        return label_of(self._config)

    @property
    def name_asked(self) -> str:
        """The name that was asked for, or stands there."""
        return self._asked or mask_login(self.query_one(NameInput).value.strip())

    def ask(self, name: str, *, ask_all: bool = False) -> None:
        """Resolve a name."""
        name = mask_login(name.strip())
        if not name:
            return
        self._asked, self._ask_all = name, ask_all
        entry = self.query_one(NameInput)
        entry.value = name
        entry.remember(name)
        self.walk_view.focus()
        if self._session is not None:
            self._ask()

    def _ask(self) -> None:
        assert self._session is not None
        self._number += 1
        self._happened = []
        plan = self._session.plan(self._asked)
        if not plan.refused:
            self._remember(self._asked)
        self.walk_view.begin(planned(plan))
        self._follow_walk(self._session, self._asked, self._number, ask_all=self._ask_all)

    @work(group="recall", exclusive=True)
    async def _recall(self) -> None:
        """Call back the names of earlier runs; the file may lie on a slow disk."""
        self.query_one(NameInput).recall(await asyncio.to_thread(self._names.recall))

    @work(group="remember")
    async def _remember(self, name: str) -> None:
        await asyncio.to_thread(self._names.remember, name)

    def _completions(self, typed: str, asked: tuple[str, ...]) -> tuple[str, ...]:
        """Return names that begin with what is typed; runs in a thread."""
        daemon = self.survey.daemon if self.survey is not None else None
        local = tuple(tag for image in daemon.images for tag in image.tags) if daemon is not None else ()
        return self._names.complete(typed, asked, local)

    @on(NameInput.Completed)
    def _tell_completions(self, message: NameInput.Completed) -> None:
        """Say which of how many names it is, where the axis of the bars stands while there are bars."""
        self._completion = message
        self._tell_axis(self.walk_view.walk)

    def _tell_axis(self, walk: Walk | None) -> None:
        completion = self._completion
        if completion is not None and completion.name == self.query_one(NameInput).value and not (walk and walk.asked):
            text = f"{completion.place} of {completion.count}" if completion.count else "no match"
            self._fixed("axis").draw(lambda width: (crop((Span(text.rjust(width), Role.DIM),), width, ""),))
        else:
            self._fixed("axis").draw(lambda _width: (axis_line(walk, self.walk_view.text_width),))

    @work(group="walk", exclusive=True)
    async def _follow_walk(self, session: Session, name: str, number: int, *, ask_all: bool) -> None:
        await follow_walk(session, name, number, self.post_message, ask_all=ask_all)

    @on(Happened)
    def _take_event(self, message: Happened) -> None:
        if message.number != self._number:
            return
        if isinstance(message.event, ResolutionStarted):
            self._learn(message.event.plan)
        self._happened.append(message.event)
        self.walk_view.receive(message.event)

    @on(BrokeOff)
    def _take_break(self, message: BrokeOff) -> None:
        """A recording of a walk that was stopped has no end."""
        if message.number == self._number:
            self.walk_view.stop("the recording ends here: the walk was stopped")

    @on(WalkView.Shown)
    def _tell_around(self, message: WalkView.Shown) -> None:
        """Fill what stands around the walk with what is on the screen, never with what is still held back."""
        walk, glyphs = message.walk, self._manner.glyphs
        self._tell_axis(walk)
        self._tell_keys()
        self._fixed("verdict").draw(lambda width: verdict_lines(walk, width, glyphs))
        if walk is not None:
            self.show_in_panels(walk)
        if walk is None or walk.over or not walk.asked:
            self._tell_source()

    @on(NameInput.Changed)
    def _show_typed(self, message: NameInput.Changed) -> None:
        """Show the plan of what is typed, without a packet; the walk stays for as long as its own name stands there."""
        typed = message.value.strip()
        if typed == self._asked:
            return
        self._asked = ""
        self._give_up("")
        if not typed:
            self.walk_view.clear()
        else:
            self._show_plan(typed)

    @on(NameInput.Submitted)
    def _ask_typed(self, message: NameInput.Submitted) -> None:
        self.ask(message.value)

    @on(NameInput.Left)
    def _leave_name(self) -> None:
        (self.walk_view if self.walk_view.walk is not None else self.query_one(RegistryList)).focus()

    def on_descendant_focus(self) -> None:
        """Show the keys of the part that has them now, and which panel it is in."""
        self._tell_keys()
        self._fixed("registries-top").draw(self._top("Registries", Place.LIST))
        self._fixed("resolve-top").draw(self._top("Resolve", None))

    def _tell_keys(self) -> None:
        self.query_one(FooterBar).tell(self._place(), drawing=self.walk_view.playing)

    def _top(self, title: str, place: Place | None) -> Make:
        """The registries' edge is lit while the list has the keys, the other one else."""
        focused = (self._place() is Place.LIST) is (place is Place.LIST)
        return lambda width: (frame_top(title, width, self._manner.glyphs, focused=focused),)

    def _place(self) -> Place:
        if isinstance(self.focused, NameInput):
            return Place.NAME
        return Place.WALK if isinstance(self.focused, WalkView) else Place.LIST

    def action_edit_name(self) -> None:
        """Go to the name."""
        self.set_focus(self.query_one(NameInput))

    def action_open(self) -> None:
        """Go to the end of a walk that is being drawn, else open what is selected."""
        if self.walk_view.playing:
            self.walk_view.skip()
        else:
            self.walk_view.toggle()

    def action_ask_all(self) -> None:
        """Ask on past the winner."""
        name = self._asked or self.query_one(NameInput).value.strip()
        walk = self.walk_view.walk
        if not name:
            self.app.notify(ASK_FIRST, markup=False)
            return
        if not (self._ask_all and name == self._asked and walk is not None and walk.ended):
            self.ask(name, ask_all=True)
        self.show_matrix()

    @property
    def may_allow(self) -> bool:
        """Whether the session asks anybody: a recording's does not."""
        return self._allowing() is not None

    def allow(self, offer: Offer) -> None:
        """Let the login go for as long as this session lives, and ask for the name again."""
        session = self._allowing()
        if session is not None:
            session.allow_realm(offer.registry, offer.host)
            self.ask(self._asked, ask_all=self._ask_all)

    def _allowing(self) -> AllowsRealms | None:
        from regtui.allowing import AllowsRealms

        return self._session if isinstance(self._session, AllowsRealms) else None

    def action_again(self) -> None:
        """Ask for the name again, or for everybody's health where the list has the focus."""
        if self._place() is Place.LIST:
            self._check_health()
        else:
            self.ask(self._asked, ask_all=self._ask_all)

    def action_stop(self) -> None:
        """Stop asking."""
        self._give_up("stopped: nobody is asked any more")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's own
        """An action works in its places; elsewhere its keys keep their own meaning."""
        known = [known for known in ACTIONS if known.id == action]
        return not known or self._place() in (known[0].places or tuple(Place))

    def _give_up(self, reason: str) -> None:
        self._number += 1
        self.workers.cancel_group(self, "walk")
        if reason:
            self.walk_view.stop(reason)

    def _show_plan(self, typed: str) -> None:
        if self._session is not None:
            self.walk_view.begin(planned(self._session.plan(typed)))
