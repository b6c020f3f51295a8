"""`regtui compare --screen`: many hosts as a table that fills while they answer; a group's differences below it."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from regtui.fleet.groups import Group, grouped
from regtui.fleet.telling import exit_status, summary
from regtui.host.model import EngineName, HostConfig
from regtui.tui.actions import Place
from regtui.tui.app import RegtuiApp
from regtui.tui.cells import Line, Role, Span, spread
from regtui.tui.fleet_lines import GroupRows, group_lines
from regtui.tui.run import run_app
from regtui.tui.widgets.footer import FooterBar
from regtui.tui.widgets.line_view import TextLines
from regtui.tui.widgets.virtual_list import VirtualList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import PurePath

    from textual.app import ComposeResult

    from regtui.fleet.view import View
    from regtui.session import Session
    from regtui.tui.app import Start
    from regtui.tui.glyphs import Glyphs

    Ask = Callable[[], Iterator[tuple[int, View]]]


class FleetScreen(Screen[None]):
    """The groups above, the chosen one below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "app.quit", "Quit", show=False),
        Binding("tab", "app.focus_next", "Other part", show=False),
    ]

    def __init__(self, ask: Ask, hosts: int, glyphs: Glyphs) -> None:
        super().__init__()
        self._ask = ask
        self._hosts = hosts
        self._glyphs = glyphs
        self._views: dict[int, View] = {}
        self.groups: tuple[Group, ...] = ()

    @property
    def place(self) -> Place:
        """Whose keys the footer shows."""
        return Place.FLEET

    def compose(self) -> ComposeResult:
        """Lay out the table and the text."""
        yield TextLines(id="head")
        yield VirtualList(id="groups")
        yield TextLines(id="text")
        yield FooterBar(self.place, plain=self._glyphs.plain, id="footer")

    def on_mount(self) -> None:
        """Ask all hosts."""
        self.query_one("#groups", VirtualList).focus()
        self._show()
        self._follow()

    @work(group="fleet", exclusive=True)
    async def _follow(self) -> None:
        """Take the views as they come from the threads that ask; these are left alone when the screen goes."""
        loop, found = asyncio.get_running_loop(), asyncio.Queue[tuple[int, "View"]]()

        def listen() -> None:
            for one in self._ask():
                if loop.is_closed():
                    return
                loop.call_soon_threadsafe(found.put_nowait, one)

        threading.Thread(target=listen, name="fleet", daemon=True).start()
        for _ in range(self._hosts):
            number, view = await found.get()
            self._views[number] = view
            self._show()

    def _show(self) -> None:
        table = self.query_one("#groups", VirtualList)
        before = self.groups[table.cursor].hosts[0] if table.cursor else ""  # who has not moved stays at the odd ones
        self.groups = grouped(self._views[number] for number in sorted(self._views))
        table.show(GroupRows(self.groups, self._glyphs))
        stays = (number for number, group in enumerate(self.groups) if before in group.hosts)
        table.cursor = next(stays, 0)
        self.query_one("#head", TextLines).draw(self._head)
        self._read()

    def _head(self, width: int) -> tuple[Line, ...]:
        waiting = self._hosts - len(self._views)
        told = summary(self.groups) if self.groups else "no answer yet"
        left = (Span(" regtui compare  ", Role.STRONG), Span(told))
        right = (Span(f"waiting for {waiting} ", Role.WARN),) if waiting else ()
        return (spread(left, right, width, self._glyphs.ellipsis),)

    @on(VirtualList.Moved)
    def _read(self) -> None:
        if not self.groups:
            return
        group, usual = self.groups[self.query_one("#groups", VirtualList).cursor], self.groups[-1]
        text = self.query_one("#text", TextLines)
        text.border_title = "as most hosts" if group.is_usual else "not read" if group.error else "what differs"
        text.draw(lambda width: group_lines(group, usual, width))
        text.scroll_to(y=0, animate=False)


class FleetApp(RegtuiApp):
    """The same application around another first screen."""

    CSS_PATH: ClassVar[list[str | PurePath]] = [*RegtuiApp.CSS_PATH, "screens/fleet.tcss"]

    def __init__(self, begin: Start, ask: Ask, hosts: int) -> None:
        super().__init__(begin)
        self._ask = ask
        self._hosts = hosts
        self.first: FleetScreen | None = None

    def get_default_screen(self) -> Screen[None]:
        """Return the table."""
        self.first = FleetScreen(self._ask, self._hosts, self._manner.glyphs)
        return self.first

    def _after_first_paint(self) -> None:
        """Do nothing more: there is no host of this machine's to connect to."""


def run_fleet(ask: Ask, hosts: int, *, color: bool) -> int:
    """Show the table until a person quits; return the comparison's exit status, or that of an end by signal."""
    apps: list[FleetApp] = []

    async def nobody() -> Session:
        raise AssertionError("the table opens no session")

    def make(begin: Start) -> FleetApp:
        apps.append(FleetApp(begin, ask, hosts))
        return apps[0]

    status = run_app(nobody, HostConfig(EngineName.MOBY, ""), "compare", color=color, make=make)
    shown = apps[0].first if apps else None
    return status or (exit_status(shown.groups) if shown is not None else 0)
