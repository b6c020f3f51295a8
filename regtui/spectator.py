"""Turns what the client tells of an endpoint into events: stages, requests, and the credential that is used."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from regtui import events
from regtui.engines.base import NoAnswer
from regtui.engines.judgement import SUCCESS
from regtui.outcome import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from regtui.clock import Clock
    from regtui.engines.base import HttpAnswer

CONNECTING = (Stage.DNS, Stage.TCP, Stage.TLS)


class Spectator:
    """Turns what the client tells of one endpoint into events.

    A connection that is opened inside another stage (the token service's, while a token is fetched) is part of that
    stage and tells no stages of its own, so that the times of an endpoint add up.
    """

    def __init__(self, emit: Callable[[events.Event], None], clock: Clock, candidate: int, endpoint: int) -> None:
        self._emit = emit
        self._clock = clock
        self._place = (candidate, endpoint)
        self._inside: Stage | None = None

    def stage_started(self, stage: Stage) -> None:
        """A stage began."""
        if stage not in CONNECTING:
            self._inside = stage
        elif self._inside is not None:
            return
        self._emit(events.StageStarted(self._clock.now(), *self._place, stage))

    def stage_ended(self, stage: Stage, ok: bool, ms: float, detail: str) -> None:
        """A stage ended."""
        if stage not in CONNECTING:
            self._inside = None
        elif self._inside is not None:
            return
        self._emit(events.StageEnded(self._clock.now(), *self._place, stage, ok, ms, detail))

    def request_ended(self, method: str, url: str, status: int | None, seconds: float, cache: str = "") -> None:
        """A request ended, with or without an answer."""
        self._emit(events.RequestEnded(self._clock.now(), *self._place, method, url, status, seconds * 1000, cache))

    def now(self) -> float:
        """Return the milliseconds since the resolution began."""
        return self._clock.now()

    def credential(self, text: str, withheld: str) -> None:
        """A credential was chosen, or none."""
        self._emit(events.CredentialChosen(self._clock.now(), *self._place, text, withheld))


class PingSpectator:
    """Tells of a ping: its own stage begins when the connection stands, at once on one that was kept."""

    def __init__(self, watch: Spectator, scheme: str) -> None:
        self._watch = watch
        self._last = Stage.TLS if scheme == "https" else Stage.TCP
        self._connecting = False
        self._began: float | None = None
        self._asked_at = watch.now()

    def stage_started(self, stage: Stage) -> None:
        """A stage of the connection began."""
        self._connecting = True
        self._watch.stage_started(stage)

    def stage_ended(self, stage: Stage, ok: bool, ms: float, detail: str) -> None:
        """A stage of the connection ended; after the last one the request is on its way."""
        self._watch.stage_ended(stage, ok, ms, detail)
        if ok and stage is self._last and self._began is None:
            self._began = self._watch.now()
            self._watch.stage_started(Stage.PING)

    def request_ended(self, method: str, url: str, status: int | None, seconds: float, cache: str = "") -> None:
        """The request, or a redirected one, ended."""
        self._watch.request_ended(method, url, status, seconds, cache)

    def finish(self, *, ok: bool, detail: str) -> None:
        """Tell how the ping ended; a connection that failed has told already."""
        if self._began is None:
            if self._connecting:
                return
            self._began = self._asked_at
            self._watch.stage_started(Stage.PING)
        self._watch.stage_ended(Stage.PING, ok, self._watch.now() - self._began, detail)


class Progress:
    """How a stage is going."""

    def __init__(self) -> None:
        self.ok = True
        self.detail = ""

    def failed(self, detail: str) -> None:
        """The stage came to nothing."""
        self.ok, self.detail = False, detail

    def result(self, answer: HttpAnswer | NoAnswer) -> None:
        """The stage's request got this."""
        if isinstance(answer, NoAnswer):
            self.failed(answer.sentence)
        else:
            self.ok, self.detail = answer.status in SUCCESS, str(answer.status)


@contextlib.contextmanager
def stage_of(watch: Spectator, stage: Stage, *, only_if: bool = True) -> Iterator[Progress]:
    """Tell the watcher of a stage around a block; one that is cancelled has no end."""
    progress = Progress()
    if not only_if:
        yield progress
        return
    watch.stage_started(stage)
    began = watch.now()
    yield progress
    watch.stage_ended(stage, progress.ok, watch.now() - began, progress.detail)
