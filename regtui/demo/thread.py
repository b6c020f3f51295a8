"""A world in a thread of its own, for programs whose own event loop has a screen to draw."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from regtui.demo.world import World

if TYPE_CHECKING:
    from regtui.demo.certificates import Certificates
    from regtui.demo.log import AccessLog
    from regtui.demo.spec import WorldSpec
    from regtui.registry.network import Dialer, Resolver

_PATIENCE = 30.0  # seconds to come up or go down; both take milliseconds


class WorldThread:
    """Runs a world on a daemon thread with an event loop of its own. Resolver and dialer work from any loop."""

    def __init__(self, spec: WorldSpec, certificates: Certificates | None = None) -> None:
        self._world = World(spec, certificates)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finish: asyncio.Event | None = None

    @property
    def resolver(self) -> Resolver:
        """Return the resolver that knows the world's names."""
        return self._world.resolver

    @property
    def dialer(self) -> Dialer:
        """Return the dialer that reaches the world's servers; before `start` it refuses."""
        return self._world.dialer

    @property
    def log(self) -> AccessLog:
        """Return what the servers were asked."""
        return self._world.log

    @property
    def authorities(self) -> str:
        """Return the PEM text of the authority to trust."""
        return self._world.authorities

    def settled(self) -> None:
        """Return when the log tells all that the clients know. Blocks; not for the loop of a screen."""
        if self._loop is not None and self._thread is not None:
            asyncio.run_coroutine_threadsafe(self._world.settled(), self._loop).result(_PATIENCE)

    def start(self) -> Self:
        """Start the servers and return when they listen. Raises what kept them from it."""
        if self._thread is not None:
            raise RuntimeError("the world runs already")
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="regtui-demo-world", daemon=True)
        self._thread.start()
        try:
            ready.result(_PATIENCE)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the servers and wait for the thread to end. Does nothing where there is none."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        if self._loop is not None and self._finish is not None and thread.is_alive():
            self._loop.call_soon_threadsafe(self._finish.set)
        thread.join(_PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, ready: Future[None]) -> None:
        try:
            asyncio.run(self._live(ready))
        finally:
            if not ready.done():
                ready.set_exception(RuntimeError("the world did not start"))

    async def _live(self, ready: Future[None]) -> None:
        self._loop, self._finish = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with self._world:
                ready.set_result(None)
                await self._finish.wait()
        except OSError as error:
            if ready.done():
                raise
            ready.set_exception(error)
