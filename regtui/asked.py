"""What a session has asked over HTTP: the newest requests, clean and without secrets, for a person to look at."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from regtui.frozen import dataclass
from regtui.text import printable

REQUESTS_MOST = 1000
"""Requests that are kept, the newest: a catalog of a million names takes as many pages."""
URL_LIMIT = 500
"""Characters of a kept URL, as in every other text on the screen."""


@dataclass(frozen=True, slots=True)
class RequestMade:
    """One request that has ended, as it may be shown.

    `at` says when it began: the time of day, in a replay the seconds since the walk began. Without an answer `status`
    is None and `failure` says why; `size` are the bytes of the body that were read, None where nobody knows any more.
    `proxy` is the proxy that answered in the server's place, empty without one.
    """

    at: str
    method: str
    url: str
    status: int | None
    failure: str
    size: int | None
    ms: float
    proxy: str = ""


class RequestLog:
    """Keeps the newest requests of a session, at most so many; who shows them waits for more."""

    def __init__(self, most: int = REQUESTS_MOST) -> None:
        """With `most` 0 they are counted and nothing else: a listing of 1000 pages that goes to a pipe."""
        self._most = most
        self._kept: deque[RequestMade] = deque(maxlen=most)
        self._total = 0
        self._more = asyncio.Event()

    @property
    def total(self) -> int:
        """How many requests have ended, those that are not kept any more too."""
        return self._total

    @property
    def kept(self) -> tuple[RequestMade, ...]:
        """The newest requests, the newest last."""
        return tuple(self._kept)

    def note(
        self,
        method: str,
        url: str,
        *,
        seconds: float,
        status: int | None = None,
        failure: str = "",
        size: int = 0,
        proxy: str = "",
    ) -> None:
        """Take a request that ended now, after these seconds. URL and texts may come from anywhere."""
        if not self._most:
            self._total += 1
            return
        from regtui.redaction import redact

        at = time.strftime("%H:%M:%S", time.localtime(time.time() - seconds))
        shown, why, via = (printable(redact(text), URL_LIMIT) if text else "" for text in (url, failure, proxy))
        self.take(RequestMade(at, method, shown, status, why, size, seconds * 1000, via))

    def take(self, made: RequestMade) -> None:
        """Keep a request, and tell who waits."""
        self._kept.append(made)
        self._total += 1
        self._more.set()
        self._more = asyncio.Event()

    async def more(self, known: int) -> None:
        """Return when more than `known` requests have ended."""
        while self._total <= known:
            await self._more.wait()
