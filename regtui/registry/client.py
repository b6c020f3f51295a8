"""The distribution API as a client asks it, read only: one method for each question."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from regtui.challenge import Challenge, parse_challenges
from regtui.frozen import dataclass
from regtui.host.model import Proxies
from regtui.outcome import Stage
from regtui.registry import limits
from regtui.registry.asking import Asker, Errand, RequestWatch
from regtui.registry.auth import Authorization, AuthorizationKind, Granted, basic, has_password
from regtui.registry.authorizer import Asked, Authorizer, Manner
from regtui.registry.credentials import CredentialStore
from regtui.registry.errors import AnswerRefused, CertificatesError, DigestMismatch, NetworkError
from regtui.registry.jsonbody import BodyError, off_loop
from regtui.registry.names import checked_digest, checked_reference, checked_repository, verify
from regtui.registry.pagination import Names, parse_catalog, parse_tags, refuses_page_size
from regtui.registry.places import Places
from regtui.registry.realms import normal_pairs
from regtui.registry.replies import Reply, reason_of
from regtui.registry.target import Target
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.asked import RequestLog
    from regtui.registry.network import Resolver
    from regtui.registry.realms import Pairs
    from regtui.registry.tls import TlsRules
    from regtui.registry.transport import Transport

__all__ = [
    "Authorization",
    "AuthorizationKind",
    "Granted",
    "NamesPage",
    "Ping",
    "RegistryClient",
    "Reply",
    "RequestWatch",
    "Target",
]

NO_PAIRS: Pairs = frozenset()
ANONYMOUS = Authorization.none()
LISTING_SECONDS = 60.0
"""A catalog in all: docker/distribution's own limit for it; large registries need it."""
PING_KEPT = 300.0
"""Seconds in which browsing goes by the answer that the health check had: a round trip less until the first names."""


@dataclass(frozen=True, slots=True)
class Ping:
    """The answer to `GET /v2/`: whether it says that it is a v2 registry, and what it asks for, read tolerantly."""

    answer: Reply
    api_version: bool = False
    challenges: tuple[Challenge, ...] = ()


@dataclass(frozen=True, slots=True)
class NamesPage:
    """One page of a listing: its names, the URL that was asked in the end, and the answer with its Link headers."""

    names: Names
    url: str
    reply: Reply


class RegistryClient:
    """Asks registries through a transport, and keeps tokens and helpers' answers while it lives."""

    def __init__(
        self,
        transport: Transport,
        *,
        resolver: Resolver,
        proxies: Proxies | None = None,
        go110: bool = False,
        allowed_realms: Pairs = NO_PAIRS,
        user_agent: str = "",
        program: str = "dockerd",
        helper_path: str | None = None,
        dns_seconds: float = limits.Limits().dns,
        clock: Callable[[], float] = time.monotonic,
        manner: Manner = Manner.DISTRIBUTION,
        log: RequestLog | None = None,
    ) -> None:
        """`resolver`, `proxies` and `go110` are the transport's: where a URL leads is looked at before it is asked.

        `allowed_realms` are the user's pairs; `program` is named as who would have sent a secret
        that is withheld; `helper_path` is the PATH for credential helpers, None for the environment's; `manner` is the
        engine's way with several challenges; `log` is told of every request.
        """
        self._transport = transport
        self._manner = manner
        places = Places(resolver, proxies or Proxies(), go110=go110, seconds=dns_seconds)
        self._asker = Asker(transport, places, user_agent, log)
        self._clock = clock
        self._pings: dict[tuple[str, TlsRules], tuple[float, Ping]] = {}
        self._store = CredentialStore(helper_path)
        self._authorizer = Authorizer(
            self._asker, places, self._store, allowed=normal_pairs(allowed_realms), program=program, clock=clock
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    def allow(self, pairs: Pairs) -> None:
        """Let the login of a registry go to its token service on another host, for the user's pairs."""
        self._authorizer.allow(normal_pairs(pairs))

    def forget(self) -> None:
        """Drop pings, tokens, rejections and helpers' answers: a person asked for another try."""
        self._pings.clear()
        self._authorizer.forget()
        self._store.forget()

    async def ping(
        self, target: Target, watch: RequestWatch | None = None, *, authorization: Authorization = ANONYMOUS
    ) -> Ping:
        """Ask `GET /v2/`; any status is an answer. NetworkError, CertificatesError."""
        errand = Errand(f"{target.base}/v2/", Stage.PING, authorization=authorization, tls=target.tls)
        reply = await self._asker.ask(errand, watch)
        ping = Ping(reply, reply.api_version, parse_challenges(reply.challenges) if reply.status == 401 else ())
        if reply.status in (200, 401) and authorization.value is None:
            self._pings[target.base, target.tls] = self._clock(), ping
        return ping

    def recent_ping(self, target: Target) -> Ping | None:
        """Return what a registry that is there said to the last ping without a login; None where that is long ago."""
        at, ping = self._pings.get((target.base, target.tls), (-PING_KEPT, None))
        return ping if self._clock() - at < PING_KEPT else None

    async def warm_realm(self, target: Target, ping: Ping) -> None:
        """Connect to the token service that a ping's answer names, if one may be; it tells nobody a name.

        One at the registry's own origin has the connection of the ping.
        """
        asked = Asked(target, ping.answer, (), manner=self._manner)
        if (realm := await self._authorizer.realm(asked)) is not None and realm.origin != asked.origin:
            with contextlib.suppress(NetworkError, CertificatesError):
                await self._transport.connect(str(realm), target.tls)

    async def authorize(
        self,
        target: Target,
        ping: Ping,
        scopes: tuple[str, ...],
        watch: RequestWatch | None = None,
        *,
        browsing: bool = False,
        renew: bool = False,
    ) -> Granted:
        """Return the authorization that the answer to a ping asks for.

        Raises NoCredentials where basic authentication is asked for and nothing may be sent, TokenError where the
        token service answers without a token, ChallengeError where nobody says where to get one, NetworkError (with
        the realm's URL) where it does not answer. A broken credential helper is told in `Granted.words`.
        """
        asked = Asked(target, ping.answer, scopes, browsing, renew, self._manner)
        return await self._authorizer.grant(asked, watch)

    async def basic(self, target: Target) -> Authorization | None:
        """Return the stored user name and password as basic authentication, None where there is none to send."""
        stored = await self._store.of(target)
        if stored.credential is None or not has_password(stored.credential) or not target.may_send_secrets:
            return None
        return basic(target.origin, stored.credential)

    async def manifest(
        self,
        target: Target,
        repository: str,
        reference: str,
        authorization: Authorization,
        accept: tuple[str, ...],
        *,
        method: Literal["GET", "HEAD"] = "GET",
        watch: RequestWatch | None = None,
    ) -> Reply:
        """Ask for a manifest by tag or digest; any status is an answer. NameRefused, NetworkError.

        At most 4 MiB of it are read. The digest in the reply is the header's claim: `names.verify` proves one.
        """
        path = f"{checked_repository(repository)}/manifests/{checked_reference(reference)}"
        headers = tuple(("Accept", media_type) for media_type in accept)  # one header a type, as docker sends them
        return await self._asker.ask(
            Errand(
                target.url_of(path),
                Stage.MANIFEST,
                method,
                headers,
                authorization,
                target.tls,
                limits.MANIFEST_BYTES,
                own_headers=target.headers,
            ),
            watch,
        )

    async def blob(
        self,
        target: Target,
        repository: str,
        digest: str,
        authorization: Authorization,
        *,
        limit: int = limits.CONFIG_BYTES,
        watch: RequestWatch | None = None,
    ) -> bytes:
        """Return a blob of at most `limit` bytes, verified. Raises AnswerRefused, NameRefused, NetworkError."""
        path = f"{checked_repository(repository)}/blobs/{checked_digest(digest)}"
        url = f"{target.base}/v2/{path}"
        errand = Errand(url, Stage.MANIFEST, authorization=authorization, tls=target.tls, body_limit=limit)
        reply = await self._asker.ask(errand, watch)
        if reply.status != 200:
            raise AnswerRefused(f"{target.authority} answered {reason_of(reply)}", answer=reply)
        if reply.truncated:
            raise AnswerRefused(f"{digest} is larger than {limit} bytes", answer=reply)
        if not verify(reply.body, digest):
            raise DigestMismatch(f"what {target.authority} sent is not {digest}", answer=reply)
        return reply.body

    async def tags_page(
        self,
        target: Target,
        repository: str,
        authorization: Authorization,
        *,
        url: str = "",
        size: int | None = None,
        watch: RequestWatch | None = None,
    ) -> NamesPage:
        """Return a page of tags: the first of `size` names, or the one at `url`, which `pagination` gave.

        A `size` that the registry refuses is left out (a second request). AnswerRefused, NameRefused, NetworkError.
        """
        first = f"{target.base}/v2/{checked_repository(repository)}/tags/list"
        return await self._page(target, parse_tags, first, url, size, authorization, watch)

    async def catalog_page(
        self,
        target: Target,
        authorization: Authorization,
        *,
        url: str = "",
        size: int | None = None,
        watch: RequestWatch | None = None,
    ) -> NamesPage:
        """Return a page of the catalog, as `tags_page` does."""
        return await self._page(target, parse_catalog, f"{target.base}/v2/_catalog", url, size, authorization, watch)

    async def referrers(
        self,
        target: Target,
        repository: str,
        digest: str,
        authorization: Authorization,
        *,
        url: str = "",
        artifact_type: str = "",
        watch: RequestWatch | None = None,
    ) -> Reply:
        """Ask who refers to a digest; any status is an answer, 404 meaning the tag `names.fallback_tag`."""
        first = f"{target.base}/v2/{checked_repository(repository)}/referrers/{checked_digest(digest)}"
        query = f"?{urlencode({'artifactType': artifact_type})}" if artifact_type else ""
        return await self._asker.ask(
            Errand(
                url or first + query,
                Stage.MANIFEST,
                headers=(("Accept", "application/vnd.oci.image.index.v1+json"),),
                authorization=authorization,
                tls=target.tls,
                body_limit=limits.MANIFEST_BYTES,
            ),
            watch,
        )

    async def _page(
        self,
        target: Target,
        parse: Callable[..., Names],
        first: str,
        url: str,
        size: int | None,
        authorization: Authorization,
        watch: RequestWatch | None,
    ) -> NamesPage:
        wanted = url or (first if size is None else f"{first}?n={size}")
        reply = await self._listed(target, wanted, authorization, watch)
        if not url and size is not None and refuses_page_size(reply.status, reply.body):
            wanted = first
            reply = await self._listed(target, wanted, authorization, watch)
        if reply.status != 200:
            raise AnswerRefused(f"{target.authority} answered {reason_of(reply)}", answer=reply)
        try:
            names = await off_loop(len(reply.body), partial(parse, reply.body, truncated=reply.truncated))
            return NamesPage(names, wanted, reply)
        except BodyError as error:
            shown = printable(reply.media_type, 60) or "no type"
            sentence = f"{target.authority} answered with {shown} that is no list: {error}"
            raise AnswerRefused(sentence, answer=reply) from None

    async def _listed(
        self, target: Target, url: str, authorization: Authorization, watch: RequestWatch | None
    ) -> Reply:
        return await self._asker.ask(
            Errand(
                url,
                Stage.MANIFEST,
                headers=(("Accept", "application/json"),),
                authorization=authorization,
                tls=target.tls,
                body_limit=limits.PAGE_BYTES,
                total=LISTING_SECONDS,
            ),
            watch,
        )
