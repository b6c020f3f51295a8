"""One question to a server, its redirects followed by hand, and everyone told of each request."""

from __future__ import annotations

import asyncio
import time
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal, Protocol

from regtui.frozen import dataclass
from regtui.outcome import Stage, Trouble
from regtui.registry import limits
from regtui.registry.addresses import literal
from regtui.registry.auth import Authorization
from regtui.registry.cached import cache_header
from regtui.registry.echoes import SentSecrets
from regtui.registry.errors import NetworkError
from regtui.registry.network import Watch
from regtui.registry.redirects import Refusal, is_redirect, leads_inside, next_hop
from regtui.registry.replies import Reply, reply_to
from regtui.registry.tls import SECURE, TlsRules
from regtui.registry.transport import Request, Transport
from regtui.registry.weburl import WebUrl, parse_url
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.asked import RequestLog
    from regtui.host.credentials import Secret
    from regtui.host.model import Address
    from regtui.registry.places import Places


class RequestWatch(Watch, Protocol):
    """Is told of connections' stages, and of each request when it has ended."""

    def request_ended(self, method: str, url: str, status: int | None, seconds: float, cache: str = "") -> None:
        """A request got an answer with this status, or none. The URL of a redirect has no secrets in its query.

        `cache` is what a cache says of itself in the answer's headers.
        """
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """What is asked: a request with everything that decides where it may go.

    `headers` go wherever redirects lead, `own_headers` and `authorization` to their own origin alone. With `follow` off
    a redirect is an answer like any other.
    """

    url: str
    stage: Stage
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    authorization: Authorization = field(default_factory=Authorization.none)
    tls: TlsRules = SECURE
    body_limit: int = limits.ERROR_BYTES
    body: bytes = field(default=b"", repr=False)
    total: float | None = None
    follow: bool = True
    own_headers: tuple[tuple[str, Secret], ...] = field(default=(), repr=False)

    def proof_for(self, url: WebUrl) -> tuple[tuple[str, str], ...]:
        """Return the headers that this URL may get and another origin may not."""
        asked = parse_url(self.url)
        is_own = asked is not None and asked.origin == url.origin
        own = tuple((name, value.reveal()) for name, value in self.own_headers) if is_own else ()
        return (*own, *self.authorization.headers_for(url))


class Asker:
    """Sends errands through a transport; `log` is told of every request."""

    def __init__(
        self, transport: Transport, places: Places, user_agent: str = "", log: RequestLog | None = None
    ) -> None:
        self._log = log
        self._transport = transport
        self._places = places
        self._sent = SentSecrets()
        self._own_headers = (("User-Agent", user_agent),) if user_agent else ()

    async def ask(self, errand: Errand, watch: RequestWatch | None = None) -> Reply:
        """Return the answer after redirects; `NetworkError` names the request that failed as the engine would.

        Stages of a token service's connections are not told: the watch is the registry's.
        """
        told = None if errand.stage is Stage.AUTH else watch
        reply = await self._once(errand, errand.url, watch, told)
        if not errand.follow or not is_redirect(reply.status, reply.location):
            return reply if reply.asked == errand.url else replace(reply, asked=errand.url)
        here = parse_url(errand.url)
        visited: tuple[WebUrl, ...] = ()
        origin_addresses = peer_addresses(reply)
        while here is not None and is_redirect(reply.status, reply.location):
            visited = (*visited, here)
            onward = next_hop(here, reply.status, reply.location, visited)
            if isinstance(onward, Refusal):
                raise _refused(errand, here, onward)
            await self._check(errand, here, onward, origin_addresses)
            here = onward
            reply = await self._once(errand, str(here), watch, None, redirected=True)
        return replace(reply, asked=errand.url, hops=tuple(map(str, visited)))

    async def _once(
        self,
        errand: Errand,
        url: str,
        watch: RequestWatch | None,
        stages: Watch | None,
        *,
        redirected: bool = False,
    ) -> Reply:
        parsed = parse_url(url)
        proof = errand.proof_for(parsed) if parsed is not None else ()
        headers = (*self._own_headers, *errand.headers, *proof)
        request = Request(
            errand.method, url, headers, errand.body_limit, errand.tls, errand.body, errand.total, errand.stage
        )
        shown = strip_userinfo(url) if redirected else url
        send = self._transport.post_token if errand.method == "POST" else self._transport.request
        self._sent.add(proof, errand.body)
        began = time.perf_counter()
        try:
            response = await send(request, stages)
        except asyncio.CancelledError:
            self._note_failure(errand.method, shown, "given up", began)
            raise
        except NetworkError as error:
            self._note_failure(errand.method, shown, str(error), began)
            if watch is not None:
                watch.request_ended(errand.method, shown, None, time.perf_counter() - began)
            raise error.asked(errand.method, shown) from error
        if self._log is not None:
            self._log.note(
                errand.method,
                shown,
                status=response.status,
                size=len(response.body),
                seconds=response.seconds,
                proxy=response.proxy,
            )
        if watch is not None:
            watch.request_ended(errand.method, shown, response.status, response.seconds, cache_header(response))
        return reply_to(errand.method, self._sent.without(response))

    def _note_failure(self, method: str, url: str, why: str, began: float) -> None:
        if self._log is not None:
            self._log.note(method, url, failure=why, seconds=time.perf_counter() - began)

    async def _check(self, errand: Errand, here: WebUrl, onward: WebUrl, origin_addresses: tuple[Address, ...]) -> None:
        """Refuse a way from a public server into this host or its network, by name or by address."""
        if onward.place == here.place:
            return
        try:
            addresses = await self._places.of(onward)
        except NetworkError as error:
            raise error.asked(errand.method, strip_userinfo(str(onward))) from error
        if leads_inside(onward, addresses, origin_addresses):
            shown = printable(strip_userinfo(str(onward)), 200)
            sentence = f"refused the redirect to {shown}: it leads to an address inside this host or its network"
            raise _refused(errand, here, Refusal(sentence))


def _refused(errand: Errand, here: WebUrl, refusal: Refusal) -> NetworkError:
    error = NetworkError(
        errand.stage,
        Trouble.REDIRECT,
        f"{here.authority}: {refusal.sentence}",
        go=refusal.go or refusal.sentence,
        own_limit=refusal.own,
    )
    return error.asked(errand.method, strip_userinfo(str(here)) if str(here) != errand.url else errand.url)


def peer_addresses(reply: Reply) -> tuple[Address, ...]:
    """Return the address that answered; nothing where a proxy did."""
    address = None if reply.proxy else literal(reply.peer.rpartition(":")[0])
    return () if address is None else (address,)
