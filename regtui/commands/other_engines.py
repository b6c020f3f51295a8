"""The engines of the host for the screen: read anew for each that is changed to, over the same network."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.commands.engines import walked
from regtui.commands.host import read_host
from regtui.host.model import ContainerdClient, EngineHere, EngineName
from regtui.tui.engines import Opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from regtui.host.model import HostConfig
    from regtui.live import LiveSession, Means
    from regtui.options import Options
    from regtui.side_by_side import Row
    from regtui.survey import Survey

NOT_HERE = "not found on this host"


class HostEngines:
    """Implements `regtui.tui.engines.Engines`. `means` gives the network, the same at every call."""

    def __init__(
        self,
        options: Options,
        root: str,
        place: str,
        first: HostConfig,
        means: Callable[[], Means],
        survey: Callable[[Options], Awaitable[Survey]] | None = None,
    ) -> None:
        self._options = options
        self._root = root
        self._place = place
        self._means = means
        self._survey = survey
        self._here = first.engines or (EngineHere(first.engine, first.engine_reason),)

    @property
    def here(self) -> tuple[EngineHere, ...]:
        """The engines that the host has."""
        return self._here

    @property
    def elsewhere(self) -> tuple[EngineHere, ...]:
        """The others."""
        has = {one.engine for one in self._here}
        return tuple(EngineHere(engine, NOT_HERE) for engine in EngineName if engine not in has)

    async def open(self, engine: EngineHere) -> Opened:
        """Read the host as this engine does, in a thread."""
        options = self._options_of(engine)
        session = self._session(await asyncio.to_thread(self._read, engine))
        survey = self._survey
        return Opened(session, None if survey is None else lambda: survey(options))

    async def rows(self, name: str) -> AsyncIterator[Row]:
        """Walk each engine of the host with the name, one after the other."""
        for engine in self._here:
            session = self._session(await asyncio.to_thread(self._read, engine))
            yield await walked(engine.label, session, name)

    def _options_of(self, engine: EngineHere) -> Options:
        client = ContainerdClient(engine.client) if engine.client else None
        return replace(self._options, engine=engine.engine, client=client)

    def _read(self, engine: EngineHere) -> HostConfig:
        config = read_host(self._options_of(engine), self._root)
        return replace(config, engine_reason=engine.reason)

    def _session(self, config: HostConfig) -> LiveSession:
        from regtui.commands.sessions import session_with

        return session_with(self._means(), config, self._place, self._options.there)
