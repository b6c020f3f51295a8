"""A recording as a session: the screen shows it as it happened, and nobody is asked anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui.asked import URL_LIMIT, RequestLog, RequestMade
from regtui.engines.base import Plan, Question
from regtui.engines.choice import engine_for
from regtui.events import HealthChecked, RequestEnded, ResolutionEnded, ResolutionStarted, StageEnded
from regtui.host.model import EngineName
from regtui.outcome import Outcome
from regtui.spectator import CONNECTING
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
        made = _requests(self._recording.events)
        last: float | None = None
        for index, event in enumerate(self._recording.events):
            if isinstance(event, HealthChecked):
                continue
            pause = 0.0 if last is None else min((event.at - last) / 1000, PAUSE_LIMIT)
            if pause > 0 and not self._at_once:
                await self._sleep(pause)
            last = event.at
            if index in made:
                self.requests.take(made[index])
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


def _requests(happened: tuple[Event, ...]) -> dict[int, RequestMade]:
    """Return the walk's requests, each with the index of its event."""
    places: dict[tuple[int, int], list[tuple[int, RequestEnded | StageEnded]]] = {}
    for index, event in enumerate(happened):
        if isinstance(event, RequestEnded | StageEnded):
            places.setdefault((event.candidate, event.endpoint), []).append((index, event))
    made = {}
    for here in places.values():
        for before, (index, event), after in zip([None, *here], here, [*here[1:], None], strict=False):
            if isinstance(event, RequestEnded):
                why = _failure(before and before[1], after and after[1]) if event.status is None else ""
                made[index] = _made(event, why)
    return made


def _failure(before: Event | None, after: Event | None) -> str:
    """Return why a request got no answer: its connection failed before it ended, or the stage around it after that."""
    match before, after:
        case StageEnded(ok=False, detail=why, stage=stage), _ if stage in CONNECTING:
            return why
        case _, StageEnded(ok=False, detail=why, stage=stage) if stage not in CONNECTING:
            return why
        case _:
            return "no answer"


def _made(event: RequestEnded, failure: str) -> RequestMade:
    began = max(0.0, event.at - event.ms) / 1000
    method, url, why = (printable(text, URL_LIMIT) for text in (event.method, event.url, failure))
    return RequestMade(f"+{began:5.2f} s", method, url, event.status, why, None, event.ms)
