"""^Z, and a terminal that goes away without a word: what the app owes to the shell and the machine that it runs on."""

from __future__ import annotations

import os
import select
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Sequence

    from textual.app import App
    from textual.driver import Driver


class Suspension:
    """Gives the terminal back while the program is stopped, and takes it again afterwards.

    Textual does the same in handlers of the signals themselves, which may strike while its lock on the output is held
    (it then hangs), and takes a SIGCONT that no stop came before for the end of one (the modes that it would restore
    are then its own). Here both signals are turns of the loop.
    """

    def __init__(self, app: App[None], driver: Driver) -> None:
        self._app = app
        self._driver = driver

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over both signals."""
        loop.add_signal_handler(signal.SIGTSTP, self._stop)
        loop.add_signal_handler(signal.SIGCONT, self._repaint)

    def _stop(self) -> None:
        self._driver.suspend_application_mode()
        while True:
            os.kill(os.getpid(), signal.SIGSTOP)
            if not _in_background():
                break  # `bg` continues it without giving it the terminal: there is nothing to do but to stop again
        self._driver.resume_application_mode()
        self._repaint()

    def _repaint(self) -> None:
        """Draw everything: the shell has written over it, or another program has."""
        self._app.refresh(layout=True)


def stop_all() -> None:
    """Do what ^Z does where the terminal handles it: all in the foreground stops, `sudo` in front of regtui too."""
    os.kill(0, signal.SIGTSTP)


def watch_hang_up(descriptors: Sequence[int], loop: asyncio.AbstractEventLoop, gone: Callable[[], None]) -> None:
    """Call `gone` on the loop once the terminal behind one of the descriptors is gone.

    The kernel tells so with SIGHUP only whom the terminal controls. Others read an end of file over and over: Textual
    asks again at once, for ever.
    """

    def wait() -> None:
        poller = select.poll()
        for descriptor in descriptors:
            poller.register(descriptor, 0)  # nothing but errors and the hang-up, which are always told
        poller.poll()
        with suppress(RuntimeError):  # the loop is closed: the app has ended
            loop.call_soon_threadsafe(gone)

    threading.Thread(target=wait, name="regtui-hang-up", daemon=True).start()


def _in_background() -> bool:
    """Whether the terminal belongs to another process group than this one."""
    try:
        return os.tcgetpgrp(0) != os.getpgrp()
    except OSError:  # it is not the terminal that controls this process, so nobody can send it to the background
        return False
