"""Screens as text: starts the app on a scripted session, reads what stands there, compares it with a file."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.settings import Motion
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.terminal import Look
from tests.tui_fakes import SYSCONFIG, ScriptedSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from textual.pilot import Pilot

    from regtui.session import Session
    from regtui.survey import Survey
    from regtui.tui.screens.home import HomeScreen

SCREENS = Path(__file__).parent / "data" / "screens"
WRITE = "REGTUI_WRITE_SCREENS" in os.environ
"""Set it to write the files anew; read the difference before you keep it."""
STILL = Look(theme="dark", motion=Motion.NONE, paced=False, fps=60, plain=False, mouse=True, blink=False)
"""Everything at once, as reduced motion shows it."""
PATIENCE = 200
"""Turns of the loop; a session that has not told everything by then never will."""
SMALL, LARGE = (80, 24), (120, 36)


@asynccontextmanager
async def showing(
    session: Session,
    *,
    name: str = "",
    size: tuple[int, int] = SMALL,
    look: Look = STILL,
    survey: Callable[[], Awaitable[Survey]] | None = None,
) -> AsyncIterator[Pilot[None]]:
    """Run the app on a session until everything that is on its way has arrived."""

    async def open_session() -> Session:
        return session

    app = RegtuiApp(Start(session.config, SYSCONFIG, open_session, look, name, survey=survey))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot, session if isinstance(session, ScriptedSession) else None)
        yield pilot


async def settled(pilot: Pilot[None], session: ScriptedSession | None = None) -> None:
    """Wait until everything that is on its way has arrived and is painted."""
    for _ in range(PATIENCE):
        await pilot.pause()
        if session is None or (session.health_checks and not session.running):
            break
    await pilot.pause()
    await pilot.pause()


def home(pilot: Pilot[None]) -> HomeScreen:
    """Return the home screen."""
    app = pilot.app
    assert isinstance(app, RegtuiApp)
    return app.home


def screen_text(pilot: Pilot[None]) -> str:
    """Return what a terminal shows, behind the last filter, without blanks at the ends of lines."""
    app = pilot.app
    strips = app.screen._compositor.render_strips()
    for line_filter in app.get_line_filters():
        strips = [strip.apply_filter(line_filter, app.screen.background_colors[1]) for strip in strips]
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


def assert_screen(pilot: Pilot[None], name: str) -> None:
    """Compare the screen with its file."""
    assert_text(screen_text(pilot), name)


def assert_text(text: str, name: str) -> None:
    """Compare a text with its file."""
    path = SCREENS / f"{name}.txt"
    if WRITE:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert text == path.read_text()
