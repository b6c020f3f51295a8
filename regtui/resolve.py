"""A resolution: drives an engine's walk with the live client and yields what happens, as it happens."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from regtui import events
from regtui.engines.base import Attempt, Concluded, HttpAnswer, NoAnswer, Passed, Say, Verdict
from regtui.engines.commands import authority_place
from regtui.outcome import Outcome, Trouble
from regtui.registry.jsonbody import off_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from regtui.attempt import Asker
    from regtui.clock import Clock
    from regtui.engines.base import Answer, Engine, Move, Plan, Platform, Walk

WALK_LIMIT = 120.0
"""Seconds for a whole walk: twelve registries that each use up their time limits; nobody waits longer for an answer."""
UNKNOWN_AUTHORITY = "x509: certificate signed by unknown authority"
"""How Go's text begins where trusting one more certificate would help."""

Queue = asyncio.Queue[events.Event | None]


class Resolution:
    """One walk. `events()` yields until the verdict; leaving it early cancels what is under way."""

    def __init__(
        self, engine: Engine, plan: Plan, platform: Platform, asker: Asker, clock: Clock, queue: Queue
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._platform = platform
        self._asker = asker
        self._clock = clock
        self._queue = queue
        self._reached = -1
        self._details: dict[tuple[int, int], str] = {}
        self._emit = self._queue.put_nowait

    async def events(self, *, strict: bool, ask_all: bool) -> AsyncIterator[events.Event]:
        """Yield what happens. `strict` runs nothing ahead; `ask_all` goes on past the winner."""
        yield events.ResolutionStarted(self._clock.now(), self._plan, strict)
        task = asyncio.create_task(self._run(strict=strict, ask_all=ask_all))
        try:
            while (event := await self._queue.get()) is not None:
                yield event
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self, *, strict: bool, ask_all: bool) -> None:
        try:
            if not strict:
                self._asker.run_ahead(self._plan)
            try:
                async with asyncio.timeout(WALK_LIMIT):
                    verdict = await self._walk(self._engine.walk(self._plan, self._platform))
            except TimeoutError:
                verdict = Verdict(Outcome.UNDECIDED, 1, error=f"no end after {WALK_LIMIT:.0f} s; the walk was given up")
            if ask_all and verdict.found is not None:
                await self._ask_the_rest(verdict)
            self._emit_end(verdict)
        finally:
            await self._asker.stop_running_ahead()
            self._queue.put_nowait(None)

    async def _walk(self, walk: Walk, *, offset: int = 0) -> Verdict:
        """Send the engine an answer for each attempt until it returns; `offset` is its first candidate's index."""
        answer: Answer | None = None
        while True:
            move = await off_loop(_largest_body(answer), partial(_next_move, walk, answer))
            if isinstance(move, Verdict):
                return move
            answer = await self._make(move, offset)

    async def _make(self, move: Move, offset: int) -> Answer | None:
        now = self._clock.now()
        match move:
            case Say() if offset == 0:  # what is asked behind the winner is not what docker would print
                self._emit(events.TranscriptLine(now, move.text, move.assumed))
            case Attempt():
                move = replace(move, candidate=move.candidate + offset)
                self._reach(move.candidate)
                self._emit(events.EndpointStarted(now, move.candidate, move.endpoint))
                return await self._ask(move)
            case Concluded():
                key = (move.candidate + offset, move.endpoint)
                detail = self._details.get(key, "")
                self._emit(events.EndpointEnded(now, *key, move.outcome, move.error, detail, move.seconds))
            case Passed():
                self._reach(move.candidate + offset)
                self._emit(events.CandidateEnded(now, move.candidate + offset, move.outcome, move.error))
        return None

    def _reach(self, candidate: int) -> None:
        if candidate > self._reached:
            self._reached = candidate
            self._emit(events.CandidateStarted(self._clock.now(), candidate))

    async def _ask(self, move: Attempt) -> Answer:
        answer = await self._asker.ask(self._plan, move)
        for part in (answer.ping, answer.manifest, answer.child):
            if isinstance(part, NoAnswer) and part.detail:
                self._details[move.candidate, move.endpoint] = part.detail + self._remedy(move, part)
        return answer

    def _remedy(self, move: Attempt, failure: NoAnswer) -> str:
        """Return where the authority of a rejected certificate would have to lie; it is trusted nowhere by itself."""
        if failure.trouble is not Trouble.CERTIFICATE or not failure.go.startswith(UNKNOWN_AUTHORITY):
            return ""
        host = self._plan.candidates[move.candidate].endpoints[move.endpoint].host
        return f"; to trust its authority, put that one's certificate into {authority_place(self._plan, host)}"

    async def _ask_the_rest(self, verdict: Verdict) -> None:
        """Walk every candidate behind the winner as if it were the only one, on the user's word."""
        assert verdict.found is not None
        for index in range(verdict.found.candidate + 1, len(self._plan.candidates)):
            alone = replace(self._plan, candidates=(self._plan.candidates[index],), preface=())
            other = await self._walk(self._engine.walk(alone, self._platform), offset=index)
            if other.found is not None:
                found = replace(other.found, candidate=index)
                same = found.digest == verdict.found.digest
                self._emit(events.AlsoFound(self._clock.now(), found, same))

    def _emit_end(self, verdict: Verdict) -> None:
        now = self._clock.now()
        end = (verdict.outcome, verdict.exit, verdict.found, verdict.error, verdict.engine_seconds)
        self._emit(events.ResolutionEnded(now, *end))


def _next_move(walk: Walk, answer: Answer | None) -> Move | Verdict:
    """Return what the engine does with an answer; it reads the answer's bodies, which may be megabytes of anything."""
    try:
        return walk.send(answer)
    except StopIteration as stop:
        verdict = stop.value
        assert isinstance(verdict, Verdict)
        return verdict


def _largest_body(answer: Answer | None) -> int:
    parts = () if answer is None else (answer.ping, answer.manifest, answer.child)
    return max((len(part.body) for part in parts if isinstance(part, HttpAnswer)), default=0)
