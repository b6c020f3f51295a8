"""The Textual application: wiring, themes, the gate before the terminal, and what happens on a fault."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.drivers.linux_driver import LinuxDriver
from textual.worker import WorkerFailed

from regtui.frozen import dataclass
from regtui.garbage import collect_from_now
from regtui.settings import Motion
from regtui.tui.actions import ACTIONS, Owner
from regtui.tui.bindings import bindings_of
from regtui.tui.driver import TerseDriver
from regtui.tui.glyphs import ASCII, UNICODE
from regtui.tui.safe import Backstop
from regtui.tui.screens.home import HomeScreen
from regtui.tui.sheets import PackagedSheets
from regtui.tui.suspension import Suspension, stop_all
from regtui.tui.themes import THEMES
from regtui.tui.widgets.walk_view import Manner

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from pathlib import PurePath

    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.screen import Screen

    from regtui.host.model import EngineHere, HostConfig
    from regtui.session import Session
    from regtui.survey.model import Survey
    from regtui.tui.browse.source import Browsing
    from regtui.tui.engines import Engines
    from regtui.tui.naming import Names
    from regtui.tui.terminal import Look

FAULT = 70
"""Exit status for a fault of regtui's own (EX_SOFTWARE)."""
INTERRUPTED = 130
MODE = "engine-"
"""How the names of the modes begin that hold the screens of an engine which was changed to."""
WALK_FRAMES = {Motion.FULL: 12, Motion.BASIC: 8, Motion.NONE: 8}
"""Frames a second of what moves by itself."""


def _browsing_of(session: Session) -> Browsing:
    from regtui.tui.browse.source import browsing_of  # when the first registry is browsed

    return browsing_of(session)


@dataclass(frozen=True, slots=True)
class Start:
    """What the application begins with: the host's configuration at once, the means to ask after the first paint.

    `save` writes a theme to the user's settings and returns the sentence to show, of success or of why not.
    `browsing` makes of a session what the browsing screens ask. `survey` looks at the whole host, None where there is
    no more of it than its configuration. `names` keep and complete what is typed.
    """

    config: HostConfig
    place: str
    open_session: Callable[[], Awaitable[Session]]
    look: Look
    name: str = ""
    problems: tuple[str, ...] = ()
    save: Callable[[str], str] | None = None
    browsing: Callable[[Session], Browsing] = _browsing_of
    survey: Callable[[], Awaitable[Survey]] | None = None
    engines: Callable[[], Engines] | None = None
    names: Names | None = None


class RegtuiApp(App[None]):
    """Shows the home screen. Ends with a return code: 0, 70 for a fault, 128+N for signal N."""

    TITLE = "regtui"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/home.tcss", "screens/panel.tcss"]
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = bindings_of(Owner.APP)

    def __init__(self, begin: Start, *, manner: Manner | None = None) -> None:
        self._backstop = Backstop(plain=begin.look.plain)
        super().__init__()
        look = begin.look
        self._begin = begin
        self._manner = manner or Manner(
            ASCII if look.plain else UNICODE, look.motion is not Motion.NONE, look.paced, WALK_FRAMES[look.motion]
        )
        self._session: Session | None = None
        self._changes = 0
        self.fault: BaseException | None = None
        self.animation_level = look.motion.value
        for theme in THEMES:
            self.register_theme(theme)
        # Set without its watcher, which would read every style sheet a second time before the first paint.
        self.set_reactive(App.theme, look.theme if look.theme in self.available_themes else "dark")
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet = PackagedSheets(variables=self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        """Return the home screen, which needs nothing but the configuration for its first paint."""
        return self._home_of(self._begin.config, self._begin.survey)

    def _home_of(self, config: HostConfig, survey: Callable[[], Awaitable[Survey]] | None) -> HomeScreen:
        begin = self._begin
        return HomeScreen(
            config,
            begin.place,
            self._manner,
            blink=begin.look.blink,
            browsing=begin.browsing,
            look=survey,
            names=begin.names,
        )

    def get_driver_class(self) -> type[Driver]:
        """Say less to the terminal, where it is one that Textual drives so."""
        chosen = super().get_driver_class()
        return TerseDriver if chosen is LinuxDriver else chosen

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the gate behind which no control character passes."""
        return [*super().get_line_filters(), self._backstop]

    def on_mount(self) -> None:
        """Leave all that costs time for after the first paint."""
        if self._driver is not None and self._driver.can_suspend:
            Suspension(self, self._driver).watch(asyncio.get_running_loop())
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        if self._begin.name:
            self.home.ask(self._begin.name)
        for problem in self._begin.problems:
            self.notify(problem, severity="warning", timeout=15, markup=False)
        # One more frame, so that the name stands there before the network is loaded.
        self.call_after_refresh(self._connect)

    @work(group="connect", exclusive=True)
    async def _connect(self) -> None:
        self._session = await self._begin.open_session()
        collect_from_now()
        self.home.connect(self._session)

    def action_engine(self) -> None:
        """Let another engine be chosen, or all be put side by side."""
        if self._begin.engines is None:
            self.notify("A recording has one engine alone.", markup=False)
            return
        # Loaded here: the first paint does without it.
        from regtui.tui.engines import EngineRows
        from regtui.tui.screens.engines import EnginesScreen
        from regtui.tui.screens.panel import ChoicePanel

        engines, home, glyphs = self._begin.engines(), self.home, self._manner.glyphs
        rows = EngineRows(engines, home.engine, glyphs)

        def choose(index: int | None) -> None:
            if index is None:
                return
            if (chosen := rows.chosen(index)) is not None:
                self._change_engine(engines, chosen)
            elif home.name_asked:
                self.push_screen(EnginesScreen(engines, home.name_asked, glyphs))
            else:
                self.notify("Type a name first: / and then its letters.", markup=False)

        self.push_screen(ChoicePanel("Engine", rows, plain=glyphs.plain, name="engine"), choose)

    def action_requests(self) -> None:
        """Show what was asked over HTTP so far."""
        if self._session is None:
            return
        from regtui.tui.screens.requests import RequestsPanel

        self.push_screen(RequestsPanel(self._session.requests, self._manner.glyphs))

    @work(group="connect", exclusive=True)
    async def _change_engine(self, engines: Engines, chosen: EngineHere) -> None:
        """Show the home screen of another engine in place of this one's, with the same name."""
        name, before = self.home.name_asked, self._session
        opened = await engines.open(chosen)
        self._session = opened.session
        # The first screen belongs to the default mode, which alone cannot be taken away: it stays, and asks nobody.
        mode, old = f"{MODE}{self._changes}", self.current_mode
        self._changes += 1
        self.workers.cancel_node(self.home)
        self.add_mode(mode, lambda: self._home_of(opened.session.config, opened.survey))
        await self.switch_mode(mode)
        if old.startswith(MODE):
            await self.remove_mode(old)
        self.home.connect(opened.session)
        if name:
            self.home.ask(name)
        if before is not None:
            await before.aclose()

    @property
    def home(self) -> HomeScreen:
        """The screen at the bottom."""
        screen = self.screen_stack[0]
        assert isinstance(screen, HomeScreen)
        return screen

    async def on_unmount(self) -> None:
        """Close the connections; a server that does not answer the goodbye is not waited for."""
        if self._session is not None:
            try:
                await asyncio.wait_for(self._session.aclose(), timeout=0.2)
            except TimeoutError:
                return

    def end(self, code: int) -> None:
        """Leave with this return code; also what a signal does."""
        self.exit(return_code=code)

    async def action_quit(self) -> None:
        """Quit at once."""
        self.end(0)

    def action_leave_now(self) -> None:
        """Quit at once, from a name or a panel too."""
        self.end(0)

    def action_interrupt(self) -> None:
        """Quit as a person who pressed ^C expects it."""
        self.end(INTERRUPTED)

    def action_suspend(self) -> None:
        """Give the terminal back to the shell until `fg`."""
        if self._driver is not None and self._driver.can_suspend:
            stop_all()

    def action_command_palette(self) -> None:
        """List what can be done here. Textual's own palette ends the program where a key comes before its rows do."""
        self._offer("Commands", tuple(self.get_system_commands(self.screen)))

    def action_change_theme(self) -> None:
        """List the themes."""
        themes = sorted(self.available_themes.values(), key=lambda theme: theme.name)
        chosen = [partial(setattr, self, "theme", theme.name) for theme in themes]
        kinds = ["dark" if theme.dark else "light" for theme in themes]
        self._offer("Theme", tuple(map(SystemCommand, [theme.name for theme in themes], kinds, chosen)))

    def _offer(self, title: str, commands: tuple[SystemCommand, ...]) -> None:
        from regtui.tui.screens.palette import PalettePanel

        def run(index: int | None) -> None:
            if index is not None:
                self.call_later(commands[index].callback)

        if not isinstance(self.screen, PalettePanel):
            self.push_screen(PalettePanel(title, commands, self._manner.glyphs, blink=self._begin.look.blink), run)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """List every action that the screen or the application can do, and the themes."""
        for action in ACTIONS:
            for node in (screen, self):
                if action.palette and hasattr(node, f"action_{action.id}"):
                    yield SystemCommand(action.palette, action.help, self._runner(action.id, node))
                    break
        yield SystemCommand(
            "theme: choose", "dark, light, the terminal's own colors and others", self.action_change_theme
        )
        if isinstance(self._driver, TerseDriver):
            told = "off: the terminal selects text" if self._driver.mouse else "on: clicks are regtui's"
            yield SystemCommand("show: mouse on or off", told, self._switch_mouse)
        if self._begin.save is not None:
            yield SystemCommand("theme: keep", "write the theme to your settings", self._keep_theme)

    def _runner(self, action: str, node: DOMNode) -> Callable[[], Awaitable[object]]:
        return lambda: self.run_action(action, default_namespace=node)

    def _switch_mouse(self) -> None:
        """Give the mouse to the terminal or take it back; the setting stays what it is."""
        assert isinstance(self._driver, TerseDriver)
        self._driver.mouse = not self._driver.mouse
        on = self._driver.mouse
        self.notify("The mouse is on." if on else "The mouse is off: the terminal selects text.", markup=False)

    def _keep_theme(self) -> None:
        assert self._begin.save is not None
        self.notify(self._begin.save(self.theme), markup=False, timeout=10)

    def _handle_exception(self, error: Exception) -> None:
        """Keep the fault for a report; what Textual would print shows local variables, and those may be secrets."""
        if self.fault is None:
            self.fault = error.error if isinstance(error, WorkerFailed) else error
        super()._handle_exception(error)
        self._return_code = FAULT

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """Leave without printing: `run` reports the fault."""
        del renderables
        self._close_messages_no_wait()
