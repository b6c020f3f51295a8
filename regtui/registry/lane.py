"""The connections of one origin: kept between requests, warmed up ahead of them, never shared with another origin."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import httpcore
import httpx

from regtui.registry.errors import NetworkError
from regtui.registry.stream import Stream, is_stale

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from regtui.outcome import Stage
    from regtui.registry.connector import Route
    from regtui.registry.network import Watch

    Take = Callable[[], Awaitable[None]]


def load_rest() -> None:
    """Load what httpcore takes of anyio once a request is cancelled: 30 ms in which no key would be answered."""
    import_module("anyio._backends._asyncio")


async def _no_wait() -> None:
    """There is room."""


@dataclass(slots=True, eq=False, repr=False)
class Exchange:
    """What a request is made for, who is told of it, and what became of it on the way.

    `take` waits until there is room for one more connection among all.
    """

    stage: Stage
    watch: Watch | None = None
    target: bytes = b"/"
    take: Take = _no_wait
    stream: Stream | None = None
    reused: bool = False


@dataclass(slots=True, eq=False, repr=False)
class _Channel:
    """A connection with httpcore's HTTP/1.1 on it; `kept` since this moment of the monotonic clock, None while new."""

    stream: Stream
    http: httpcore.AsyncHTTP11Connection
    kept: float | None = None

    def is_reusable(self) -> bool:
        """Tell whether the answer is read to its end, the server keeps the connection, and no further bytes came."""
        leftover, _ = self.http._h11_state.trailing_data  # noqa: SLF001 - no public way; it would be the next answer
        return self.http.is_idle() and self.stream.is_open and not leftover


class Lane(httpx.AsyncBaseTransport):
    """An httpx transport for one route, over `httpcore.AsyncHTTP11Connection`.

    httpcore's own pool is not used: it loses places when requests are cancelled (encode/httpcore#1093), has no way to
    connect ahead of a request, and takes bytes that follow an answer for the next one. How many requests run at one
    time is the caller's business, by `slots`.
    """

    def __init__(
        self,
        route: Route,
        opening: Callable[[Route, Watch | None, Take], Awaitable[Stream]],
        *,
        slots: int,
        keep: float,
    ) -> None:
        """`opening` makes a connection; an idle one is kept for `keep` seconds."""
        self.route = route
        self.slots = asyncio.Semaphore(slots)
        self.users = 0  # who holds a slot or waits for one, counted by the caller
        self._opening = opening
        self._keep = keep
        self._idle: list[_Channel] = []
        self._active: set[_Channel] = set()
        self._warming: asyncio.Future[NetworkError | None] | None = None

    @property
    def idle(self) -> int:
        """Connections that wait for a request."""
        return len(self._idle)

    @property
    def idle_since(self) -> float | None:
        """When the connection that waits longest was last used; None where none waits."""
        return self._idle[0].kept if self._idle else None

    def close_oldest(self) -> None:
        """Close the connection that waits longest, if one does."""
        if self._idle:
            self._idle.pop(0).stream.abort()

    async def warm(self, watch: Watch | None, take: Take = _no_wait) -> None:
        """See to it that a connection waits for the next request. NetworkError where there can be none."""
        if channel := await self._take(take):
            self._keep_open(channel)
            return
        warming = self._warming = asyncio.get_running_loop().create_future()
        error: NetworkError | None = None
        try:
            self._keep_open(await self._open(watch, take))
        except NetworkError as failure:
            error = failure
            raise
        finally:
            self._warming = None
            warming.set_result(error)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, and return the answer with its body unread.

        `request.extensions["exchange"]` is an `Exchange`. A GET or HEAD that went out on a kept connection and found
        it closed is sent once more on a new one, as Go does (net/http/transport.go, shouldRetryRequest).
        """
        exchange: Exchange = request.extensions["exchange"]
        channel = await self._take(exchange.take) or await self._open(exchange.watch, exchange.take)
        try:
            return await self._send(channel, request, exchange)
        except NetworkError:
            if channel.kept is None or channel.stream.head or request.method not in ("GET", "HEAD"):
                raise
        self._close_idle()
        return await self._send(await self._open(exchange.watch, exchange.take), request, exchange)

    async def aclose(self) -> None:
        """Close all connections at once, those at work too."""
        self._close_idle()
        for channel in tuple(self._active):
            self._drop(channel)

    def finish(self, channel: _Channel) -> None:
        """Keep a connection whose answer was read to the end, and close any other."""
        if channel.is_reusable() and channel in self._active:
            self._keep_open(channel)
        else:
            self._drop(channel)

    async def _send(self, channel: _Channel, request: httpx.Request, exchange: Exchange) -> httpx.Response:
        channel.stream.begin(exchange.stage)
        exchange.stream = channel.stream
        exchange.reused = channel.kept is not None
        route = self.route
        url = httpcore.URL(scheme=route.scheme, host=route.host, port=route.port, target=exchange.target)
        try:
            answer = await channel.http.handle_async_request(
                httpcore.Request(request.method, url, headers=request.headers.raw, content=request.content)
            )
        except BaseException:
            self._drop(channel)
            raise
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(self, channel, answer),
            extensions=dict(answer.extensions),
        )

    async def _open(self, watch: Watch | None, take: Take) -> _Channel:
        stream = await self._opening(self.route, watch, take)
        origin = httpcore.Origin(self.route.scheme.encode(), self.route.host.encode(), self.route.port)
        http = httpcore.AsyncHTTP11Connection(origin, stream)
        http._state_lock = asyncio.Lock()  # type: ignore[assignment]  # noqa: SLF001 - theirs loads anyio (`load_rest`)
        channel = _Channel(stream, http)
        self._active.add(channel)
        return channel

    async def _take(self, take: Take) -> _Channel | None:
        """Return a kept connection that is still good; one that is being opened ahead is waited for."""
        if not self._idle and self._warming is not None and (error := await asyncio.shield(self._warming)):
            raise error
        if self._idle:
            await take()
        while self._idle:
            channel = self._idle.pop()
            self._active.add(channel)
            too_old = channel.kept is None or time.monotonic() - channel.kept > self._keep
            try:
                if not too_old and not await is_stale(channel.stream.link):
                    return channel
            except asyncio.CancelledError:
                self._drop(channel)
                raise
            self._drop(channel)
        return None

    def _keep_open(self, channel: _Channel) -> None:
        channel.kept = time.monotonic()
        self._active.discard(channel)
        self._idle.append(channel)

    def _drop(self, channel: _Channel) -> None:
        self._active.discard(channel)
        channel.stream.abort()

    def _close_idle(self) -> None:
        while self._idle:
            self._drop(self._idle.pop())


class _Body(httpx.AsyncByteStream):
    """An answer's body; closing it gives the connection back to its lane."""

    def __init__(self, lane: Lane, channel: _Channel, answer: httpcore.Response) -> None:
        self._lane = lane
        self._channel = channel
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            self._lane.finish(self._channel)
