"""The program that the terminal tests start: the real app with a scripted session, and faults on demand."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING

from regtui.tui.run import run_app
from tests.tui_fakes import CONFIG, REFUSED, SYSCONFIG, ScriptedSession
from tests.tui_hostile import HOSTILE, NAME, hostile_session

if TYPE_CHECKING:
    from regtui.session import Session

SECRET = "hunter2"
NEVER = 3600.0


async def faulty() -> Session:
    """Fail with a secret in a local variable and in the message."""
    password = SECRET
    raise ValueError(f"cannot sign in with {password}")


async def hung() -> Session:
    """Hang in a thread, as a name lookup does."""
    await asyncio.to_thread(time.sleep, NEVER)
    return ScriptedSession()


async def scripted() -> Session:
    """Follow the story."""
    return ScriptedSession()


async def refused() -> Session:
    """Follow the story of a daemon that would not start."""
    return ScriptedSession(REFUSED)


async def hostile() -> Session:
    """Send a payload in every string."""
    return hostile_session()


MODES = {
    "scripted": (scripted, CONFIG, ""),
    "walking": (scripted, CONFIG, "debian"),
    "refused": (refused, REFUSED, ""),
    "hostile": (hostile, HOSTILE, NAME),
    "faulty": (faulty, CONFIG, ""),
    "hung": (hung, CONFIG, ""),
}


def main() -> None:
    """Run a mode and leave as the command line does, without waiting for threads."""
    open_session, config, name = MODES[sys.argv[1]]
    status = run_app(open_session, config, SYSCONFIG, name=name)
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
