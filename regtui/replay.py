"""A recording as a session: the screen shows it as it happened, and nobody is asked anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui.asked import RequestLog
from regtui.engines.base import Plan, Question
from regtui.engines.choice import engine_for
from regtui.events import HealthChecked, ResolutionEnded, ResolutionStarted
from regtui.host.model import EngineName
from regtui.outcome import Outcome
from regtui.text import mask_login, printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from regtui.events import Event
    from regtui.host.model import HostConfig
    from regtui.recording import Recording

PAUSE_LIMIT = 5.0
"""Seconds of the longest pause between two events: who watches a longer one learns no more. Times shown stay true."""

_RECORDED_WHOLE = frozenset({EngineName.RHEL_DOCKER, EngineName.MOBY})
"""Engines of whose configuration a recording has all that a plan is made of."""


class ReplaySession:
    """A `Session` over a recording.

    Events come with their recorded spacing, or without it where `at_once` says so; `sleep` waits for seconds. Another
    name than the recorded one gets the plan that the host's configuration makes of it, where enough of that was
    recorded, and an end that says why nobody is asked.
    """

    def __init__(
        self, recording: Recording, *, at_once: bool = False, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._recording = recording
        self._plan = recording.plan
        self._at_once = at_once
        self._sleep = sleep
        self.requests = RequestLog()

    @property
    def config(self) -> HostConfig:
        """The host's configuration, as far as it was recorded."""
        return self._recording.config

    @property
    def place(self) -> str:
        """Where the configuration was read, with a word that this is a recording."""
        return f"recording of {self._recording.place}"

    def plan(self, name: str) -> Plan:
        """Return the recorded plan, or what the engine would ask for another name, as far as files tell."""
        if name == self._plan.name:
            return self._plan
        if self.config.engine not in _RECORDED_WHOLE or self._plan.client:
            return Plan(self.config.engine, name, None, refused=(self._sentence,))
        return engine_for(self.config.engine).plan(Question(self.config, mask_login(name)))

    async def resolve(self, name: str, *, strict: bool = False, ask_all: bool = False) -> AsyncIterator[Event]:
        """Yield what happened, whatever is asked of it; for another name only that nobody is asked."""
        del strict, ask_all  # the recording has what was asked then
        if name != self._plan.name:
            yield ResolutionStarted(0.0, self.plan(name))
            yield ResolutionEnded(0.0, Outcome.UNDECIDED, 1, error=self._sentence)
            return
        last: float | None = None
        for event in self._recording.events:
            if isinstance(event, HealthChecked):
                continue
            pause = 0.0 if last is None else min((event.at - last) / 1000, PAUSE_LIMIT)
            if pause > 0 and not self._at_once:
                await self._sleep(pause)
            last = event.at
            yield event

    async def health(self) -> AsyncIterator[HealthChecked]:
        """Yield the answers of registries and mirrors that were recorded."""
        for event in self._recording.events:
            if isinstance(event, HealthChecked):
                yield event

    async def aclose(self) -> None:
        """Nothing is open."""

    @property
    def _sentence(self) -> str:
        return f"this is a recording of {printable(self._plan.name, 100)}: nobody is asked about another name"
