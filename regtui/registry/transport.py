"""The one adapter to httpx: a request in, an answer or a `NetworkError` out, everything bounded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from dataclasses import field
from typing import TYPE_CHECKING, Literal

import httpcore
import httpx

from regtui import __version__
from regtui.frozen import dataclass
from regtui.host.model import Proxies
from regtui.host.proxies import proxy_for
from regtui.outcome import Stage
from regtui.registry import failures
from regtui.registry.body import Body, read_body
from regtui.registry.connector import Connector, Route
from regtui.registry.lane import Exchange, Lane
from regtui.registry.limits import ERROR_BYTES, LANES, Limits
from regtui.registry.malformed import broken_body, malformed
from regtui.registry.tls import SECURE, TlsRules, Trust
from regtui.registry.tunnel import read_proxy
from regtui.registry.weburl import WebUrl, parse_url
from regtui.text import go_quote, printable, printable_bytes, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from regtui.registry.network import Dialer, Resolver, Watch
    from regtui.registry.stream import Stream

_REDIRECTS = (301, 302, 303, 307, 308)
_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")

# Their records hold URLs and response headers: nothing of regtui logs by itself, so nothing of theirs may either.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    `headers` are sent in order, names may repeat; regtui adds Host, Accept-Encoding and User-Agent. At most
    `body_limit` bytes of the answer's body are read. `stage` is what the request is for: errors name it once the
    connection stands. `total` seconds, connecting included, override the limits' own.
    """

    method: Literal["GET", "HEAD", "POST"]
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body_limit: int = 64 * 1024
    tls: TlsRules = SECURE
    body: bytes = field(default=b"", repr=False)
    total: float | None = None
    stage: Stage = Stage.PING


@dataclass(frozen=True, slots=True)
class Response:
    """One answer.

    `reason` and `peer` are clean; header values and the body are as the server sent them (a header byte that is not
    UTF-8 is a surrogate): clean before printing. `truncated`: the body goes on. `peer` is the resolved
    `ADDRESS:PORT`, the proxy's where there is one (`proxy`, without its password). `seconds` run from the request's
    start, which waiting for a free place is not part of, to the body's end.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    truncated: bool
    url: str
    peer: str
    http_version: str
    tls_version: str
    tls_cipher: str
    reused_connection: bool
    seconds: float
    proxy: str = ""

    def header(self, name: str) -> str | None:
        """Return the first header of this name, in whatever case."""
        return next(iter(self.header_values(name)), None)

    def header_values(self, name: str) -> tuple[str, ...]:
        """Return all headers of this name, in whatever case, as sent."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())


class Transport:
    """Sends requests over connections that it keeps; one `Lane` for each origin, TLS rules and proxy.

    It follows no redirect, keeps no cookie and reads no variable of the environment.
    """

    def __init__(
        self,
        *,
        resolver: Resolver,
        dialer: Dialer,
        trust: Trust,
        limits: Limits | None = None,
        proxies: Proxies | None = None,
        go110: bool = False,
    ) -> None:
        """`proxies` are the daemon's; `go110` reads them as RHEL's Docker does (see `host.proxies.proxy_for`)."""
        self._limits = limits or Limits()
        self._trust = trust
        self._proxies = proxies or Proxies()
        self._go110 = go110
        self._connector = Connector(resolver, dialer, trust, self._limits)
        self._lanes: dict[Route, Lane] = {}
        self._slots = asyncio.Semaphore(self._limits.connections)
        self._busy = 0

    async def request(self, request: Request, watch: Watch | None = None) -> Response:
        """Send a GET or HEAD, and read the answer. NetworkError where none comes, CertificatesError from certs.d."""
        if request.method not in ("GET", "HEAD"):
            raise ValueError(f"a registry is asked with GET and HEAD only, not {request.method}")
        return await self._request(request, watch)

    async def post_token(self, request: Request, watch: Watch | None = None) -> Response:
        """Send a POST to a token service, the only POST there is: it exchanges an identity token."""
        if request.method != "POST":
            raise ValueError(f"an identity token is exchanged with POST, not {request.method}")
        return await self._request(request, watch)

    async def connect(self, url: str, tls: TlsRules = SECURE, watch: Watch | None = None) -> None:
        """Open a connection to the URL's origin and keep it for the next request: DNS, TCP and TLS, nothing else.

        Where one is kept already, nothing happens. Errors as of `request`.
        """
        lane = self._lane(_checked(url, Stage.DNS), tls)
        async with self._place(lane) as place:
            await lane.warm(watch, place.take)

    async def aclose(self) -> None:
        """Close all connections, those at work too."""
        for lane in tuple(self._lanes.values()):
            await lane.aclose()
        self._lanes.clear()
        await asyncio.sleep(0)  # the loop closes the sockets in its next round

    async def _request(self, request: Request, watch: Watch | None) -> Response:
        url = _checked(request.url, request.stage)
        lane = self._lane(url, request.tls)
        exchange = Exchange(request.stage, watch, _target(url, lane.route))
        built = _build(request, url, exchange, lane.route)
        total = request.total or self._limits.total
        async with self._place(lane) as place:
            exchange.take = place.take
            began = time.perf_counter()
            timer = asyncio.timeout(total)
            try:
                async with timer:
                    place.timer = timer
                    response, body = await _exchange(lane, built, exchange, request)
            except TimeoutError as error:
                if not timer.expired():
                    raise
                if exchange.stream is None:
                    raise failures.unconnected(url.authority, total) from error
                raise failures.answer_timeout(request.stage, url.authority, total) from error
            seconds = time.perf_counter() - began - place.waited
            return _response(response, body, exchange, url, lane.route, seconds)

    def _lane(self, url: WebUrl, rules: TlsRules) -> Lane:
        proxy = proxy_for(self._proxies, url.scheme, url.host, url.port, go110=self._go110)
        secure = url.scheme == "https"
        route = Route(url.scheme, url.host, url.port, rules if secure else SECURE, read_proxy(proxy) if proxy else None)
        if route not in self._lanes:
            if secure:
                self._trust.context(rules)  # a broken certs.d is told before anything is asked
            self._forget_lanes()
            bounds = self._limits
            self._lanes[route] = Lane(route, self._connector.open, slots=bounds.per_origin, keep=bounds.kept)
        return self._lanes[route]

    def _forget_lanes(self) -> None:
        unused = [route for route, lane in self._lanes.items() if not lane.users and not lane.idle]
        for route in unused[: max(0, len(self._lanes) - LANES + 1)]:
            del self._lanes[route]

    @contextlib.asynccontextmanager
    async def _place(self, lane: Lane) -> AsyncIterator[_Place]:
        """Wait for a place of this origin, so that a dead origin holds up nobody but itself."""
        lane.users += 1
        place = _Place(self._slots, lambda: self._entered(lane))
        try:
            async with lane.slots:
                yield place
        finally:
            if place.leave():
                self._busy -= 1
            lane.users -= 1

    def _entered(self, lane: Lane) -> None:
        self._busy += 1
        self._make_room(lane)

    def _make_room(self, lane: Lane) -> None:
        """Close connections that wait, the longest first, where there would be too many with one more for `lane`."""
        lanes = self._lanes.values()
        new = 0 if lane.idle else 1
        while (
            waiting := sum(lane.idle for lane in lanes)
        ) and waiting + self._busy - 1 + new > self._limits.connections:
            min((one for one in lanes if one.idle), key=lambda one: one.idle_since or 0.0).close_oldest()


class _Place:
    """One of all places, which is taken for a connection that is used or dialed, and not while a name is looked up.

    `timer` is the request's; it stands still, and `waited` grows, while others have all places.
    """

    def __init__(self, slots: asyncio.Semaphore, entered: Callable[[], None]) -> None:
        self.timer: asyncio.Timeout | None = None
        self.waited = 0.0
        self._slots = slots
        self._entered = entered
        self._taken = False

    async def take(self) -> None:
        """Wait for a free place, unless there is one already."""
        if self._taken:
            return
        loop = asyncio.get_running_loop()
        began = loop.time()
        until = self.timer.when() if self.timer else None
        if self.timer and until is not None:
            self.timer.reschedule(None)
        await self._slots.acquire()
        self._taken = True
        self.waited += loop.time() - began
        if self.timer and until is not None:
            self.timer.reschedule(until + loop.time() - began)
        self._entered()

    def leave(self) -> bool:
        """Give the place back; False where none was taken."""
        if self._taken:
            self._slots.release()
        taken, self._taken = self._taken, False
        return taken


async def _exchange(
    lane: Lane, built: httpx.Request, exchange: Exchange, request: Request
) -> tuple[httpx.Response, Body]:
    response: httpx.Response | None = None
    try:
        response = await lane.handle_async_request(built)
        if response.status_code in _REDIRECTS and "location" in response.headers:
            return response, Body(b"", truncated=False)  # nobody needs it, and it may never end
        # Of an error nobody reads more than its first lines, whatever was asked for.
        limit = request.body_limit if response.status_code < 400 else min(request.body_limit, ERROR_BYTES)
        return response, await read_body(response, limit, _used(exchange), request.stage)
    except httpcore.RemoteProtocolError as error:
        stream, stage, reason = _used(exchange), request.stage, str(error)
        remote, ended = stream.link.remote, stream.ended
        if response is not None:
            raise broken_body(stage, remote, reason, ended=ended) from None
        raise malformed(stage, remote, stream.head, ended=ended, reason=reason) from None
    except httpcore.LocalProtocolError:  # its text may hold a header's value
        raise failures.protocol(request.stage, "the request cannot be sent", "net/http: invalid request") from None
    finally:
        if response is not None:
            await response.aclose()


def _used(exchange: Exchange) -> Stream:
    assert exchange.stream is not None  # the lane set it before it sent anything
    return exchange.stream


def _checked(text: str, stage: Stage) -> WebUrl:
    url = parse_url(text)
    if url is None:
        shown = printable(strip_userinfo(text), 200)
        raise failures.protocol(stage, f"{shown} is no URL that can be asked", f"parse {go_quote(shown)}: invalid URL")
    return url


def _target(url: WebUrl, route: Route) -> bytes:
    """Return what stands between the method and the version; a proxy gets the whole URL of an http request."""
    target = f"{url.path}?{url.query}" if url.query else url.path
    return (url.origin + target if route.proxy and url.scheme == "http" else target).encode("ascii")


def _build(request: Request, url: WebUrl, exchange: Exchange, route: Route) -> httpx.Request:
    headers = [("Accept-Encoding", "identity"), *request.headers]
    for name, value in headers:
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            shown = go_quote(printable(name, 60))  # the value may be a secret
            go = f"net/http: invalid header field value for {shown}"
            raise failures.protocol(request.stage, f"the header {shown} cannot be sent", go)
    if not any(name.lower() == "user-agent" for name, _ in headers):
        headers.append(("User-Agent", f"regtui/{__version__}"))
    if route.proxy and route.scheme == "http" and route.proxy.authorization:
        headers.append(("Proxy-Authorization", route.proxy.authorization))
    try:
        return httpx.Request(
            request.method,
            str(url),
            headers=headers,
            content=request.body or None,
            extensions={"exchange": exchange},
        )
    except httpx.InvalidURL:  # 999.1.1.1 and the like
        raise failures.no_such_host(url.host, "") from None


def _response(
    response: httpx.Response, body: Body, exchange: Exchange, url: WebUrl, route: Route, seconds: float
) -> Response:
    stream = _used(exchange)
    return Response(
        status=response.status_code,
        reason=printable_bytes(response.extensions["reason_phrase"], 200),
        headers=tuple(
            (name.decode("latin-1"), value.decode("utf-8", "surrogateescape")) for name, value in response.headers.raw
        ),
        body=body.content,
        truncated=body.truncated,
        url=str(url),
        peer=stream.link.remote,
        http_version=response.extensions["http_version"].decode("latin-1"),
        tls_version=stream.tls_version,
        tls_cipher=stream.tls_cipher,
        reused_connection=exchange.reused,
        seconds=seconds,
        proxy=str(route.proxy or ""),
    )
