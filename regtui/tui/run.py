"""From the command line to the screen and back: refuses what cannot be drawn on, and always gives an exit status."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import traceback
from dataclasses import replace
from io import TextIOBase
from typing import TYPE_CHECKING

from regtui.settings import SettingsError, load_settings, settings_path, write_settings
from regtui.text import printable
from regtui.tui.terminal import Look, look, refusal, told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from regtui.host.model import HostConfig
    from regtui.session import Session
    from regtui.survey import Survey
    from regtui.tui.app import RegtuiApp, Start
    from regtui.tui.engines import Engines
    from regtui.tui.naming import Names

REFUSED = 2
"""Exit status where the terminal, or the host's configuration, is refused."""
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
HUNG_UP = 128 + signal.SIGHUP
"""Exit status where the terminal went away, whether or not the kernel sent the signal."""
STDIN, STDERR = 0, 2
LAST_RESORT = 2.0
"""Seconds that restoring the terminal may take after a signal."""
SWITCH = 0.001
"""Seconds after which a thread that computes lets the screen go on: a key takes a dozen turns, of 5 ms by default."""
FRAMES_TOLD = 12
"""Innermost frames of a fault that are printed."""


def run_app(
    open_session: Callable[[], Awaitable[Session]],
    config: HostConfig,
    place: str,
    *,
    name: str = "",
    color: bool = True,
    survey: Callable[[], Awaitable[Survey]] | None = None,
    engines: Callable[[], Engines] | None = None,
    make: Callable[[Start], RegtuiApp] | None = None,
    names: Callable[[bool], Names] | None = None,
) -> int:
    """Show the home screen until a person quits; return the exit status.

    `open_session` is called after the first paint, on the loop: what takes long in it belongs into a thread. `place`
    is where the configuration was read, for the title. `name` is resolved at once. `survey` looks at the whole host.
    `engines` are those that a person can change to; `make` makes another application. `names` complete what is typed
    and, where it is called with True, keep what was asked. 0 after quitting, 2 where the terminal is refused or the
    daemon would refuse the configuration, 70 for a fault of regtui's own, 128+N for signal N (130 for ^C). The caller
    leaves with os._exit: a name lookup that hangs in a thread must not hold the program.
    """
    if not color:
        os.environ["NO_COLOR"] = "1"
    sentence = refusal(
        os.environ, input_is_terminal=_is_terminal(sys.__stdin__), output_is_terminal=_is_terminal(sys.__stderr__)
    )
    if sentence:
        sys.stderr.write(told(sentence))
        return REFUSED
    path = settings_path()
    loaded = load_settings(path)
    shown = look(loaded.settings, os.environ)
    set_defaults(os.environ, shown)
    sys.setswitchinterval(SWITCH)
    from regtui.tui.app import FAULT, RegtuiApp, Start
    from regtui.tui.suspension import watch_hang_up

    def save(theme: str) -> str:
        try:
            write_settings(path, replace(loaded.settings, theme=theme))
        except SettingsError as error:
            return str(error)
        return f"written to {printable(str(path), 200)}"

    begin = Start(
        config,
        place,
        open_session,
        shown,
        name,
        loaded.problems,
        save,
        survey=survey,
        engines=engines,
        names=names(loaded.settings.history) if names is not None else None,
    )
    app = make(begin) if make is not None else RegtuiApp(begin)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    for number in SIGNALS:
        loop.add_signal_handler(number, _leave, app, 128 + number)
    watch_hang_up((STDIN, STDERR), loop, lambda: _leave(app, HUNG_UP))
    try:
        app.run(loop=loop, mouse=shown.mouse)
    except OSError:
        # The terminal went away while it was being restored; there is nobody to tell.
        if not app.return_code:
            raise
    if app.fault is not None:
        sys.stderr.write(fault_report(app.fault))
        return FAULT
    if app.return_code:
        return app.return_code
    return REFUSED if config.refusal is not None else 0


def _leave(app: RegtuiApp, code: int) -> None:
    """End the app; where its output is stuck in a terminal that went away, leave without it."""
    app.end(code)
    last_resort = threading.Timer(LAST_RESORT, os._exit, (code,))
    last_resort.daemon = True
    last_resort.start()


def set_defaults(environ: MutableMapping[str, str], shown: Look) -> None:
    """Tell Textual what it reads from the environment when it is imported; a variable that is set stays."""
    environ.setdefault("TEXTUAL_FPS", str(shown.fps))
    environ.setdefault("TEXTUAL_ANIMATIONS", shown.motion.value)


def fault_report(fault: BaseException) -> str:
    """Say where it happened and nothing of what was there: messages and local variables may hold secrets."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_TOLD:]
    lines = [f"regtui: a fault of its own: {type(fault).__name__}"]
    lines += [printable(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}") for frame in frames]
    return "\n".join([*lines, "Please report it with the command that led to it.", ""])


def _short(path: str) -> str:
    """Leave out where the packages are installed."""
    return (
        path.rpartition("/site-packages/")[2]
        if "/site-packages/" in path
        else "regtui/" + path.rpartition("/regtui/")[2]
    )


def _is_terminal(stream: object) -> bool:
    return isinstance(stream, TextIOBase) and not stream.closed and stream.isatty()
