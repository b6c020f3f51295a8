"""Calls that may block for ever, each on a daemon thread of its own: nobody waits for them, not even the exit."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Lookups:
    """Runs blocking calls on at most `at_once` daemon threads; the ones over that wait for a thread to end.

    The loop's own executor would not do: six calls that hang stop every other one, and asyncio.run() waits for them
    at the end. All state belongs to the loop's thread. One object serves one loop.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: deque[tuple[asyncio.Future[Any], Callable[[], Any]]] = deque()

    async def run(self, call: Callable[[], T]) -> T:
        """Return what the call returns, or raise what it raises; cancelling abandons it.

        RuntimeError where the system starts no more threads.
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((future, call))
        self._start()
        return await future

    def _start(self) -> None:
        while self._free and self._waiting:
            future, call = self._waiting.popleft()
            if future.done():
                continue
            self._free -= 1
            thread = threading.Thread(target=self._work, args=(future, call), name="lookup", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                self._free += 1
                future.set_exception(error)

    def _work(self, future: asyncio.Future[Any], call: Callable[[], Any]) -> None:
        """On the thread."""
        result: object = None
        failure: OSError | ValueError | None = None
        try:
            result = call()
        except (OSError, ValueError) as error:  # ValueError: UnicodeError and a NUL in a name
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody wants the answer
            future.get_loop().call_soon_threadsafe(self._end, future, result, failure)

    def _end(self, future: asyncio.Future[Any], result: object, failure: OSError | ValueError | None) -> None:
        self._free += 1
        if not future.done():
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
        self._start()
