"""One registry as a person browses it: authorized as it goes, patient with a busy server, honest about a refusal."""

from __future__ import annotations

import asyncio
import random
import re
import time
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from regtui.challenge import parse_challenges
from regtui.frozen import dataclass
from regtui.outcome import Trouble
from regtui.registry.auth import Authorization, AuthorizationKind, Granted
from regtui.registry.descriptors import ManifestError
from regtui.registry.errors import AnswerRefused, DigestMismatch, NetworkError
from regtui.registry.flights import Flights
from regtui.registry.image_config import ImageConfig, read_config
from regtui.registry.jsonbody import off_loop
from regtui.registry.limits import MIB, PAGE_BYTES
from regtui.registry.manifests import BROWSE_ACCEPT, Entry, Kind, Manifest, named_content, read_manifest
from regtui.registry.names import fallback_tag, is_digest, verify
from regtui.registry.pagination import TOO_MANY, Listing, Next, Page, Stop
from regtui.registry.replies import Reply, reason_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from regtui.registry.client import NamesPage, Ping, RegistryClient
    from regtui.registry.descriptors import Descriptor
    from regtui.registry.target import Target

T = TypeVar("T")

TRIES = 3
"""Requests in all where the network or the server had a bad moment; more would only add to its load."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 3.0
"""Seconds between tries: doubled each time, a fifth more or less, so that many clients do not come back at once."""
OBEYED = 10.0
"""Seconds of Retry-After that are waited for; a longer one is the person's to wait."""
REJECTED = 30.0
"""Seconds for which a rejected password is not sent again."""
PAGE_SIZE = 1000
"""Names of a page: the most that ECR and distribution give."""
CATALOG = "registry:catalog:*"

_BUSY = frozenset({408, 429, 502, 503, 504})
_PASSING = frozenset({Trouble.REFUSED, Trouble.RESET, Trouble.CLOSED, Trouble.CONNECT_TIMEOUT, Trouble.DNS_TIMEOUT})
_NO_CATALOG = frozenset({401, 403, 404, 405, 501})
_READING_SCOPE = re.compile(r"repository:[a-z0-9._:/-]{1,300}:pull|registry:catalog:\*", re.ASCII)


class NoCatalog(AnswerRefused):
    """The registry has no catalog for this user, as most public ones; its tags can be listed all the same."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A manifest with its body; `claimed` is what the Docker-Content-Digest header said, empty where it is missing."""

    manifest: Manifest
    body: bytes = field(repr=False)
    content_type: str
    claimed: str

    @property
    def is_misnamed(self) -> bool:
        """Whether the header's digest is not the body's."""
        return bool(self.claimed) and not verify(named_content(self.body, self.manifest.media_type), self.claimed)


class Browser:
    """Asks one registry. Errors are those of `RegistryClient`; a status that is no success is AnswerRefused."""

    def __init__(
        self,
        client: RegistryClient,
        target: Target,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._target = target
        self._pause = pause
        self._clock = clock
        self._pings: Flights[Ping] = Flights()
        self._ping: Ping | None = None
        self._proving: Flights[None] = Flights()
        self._proven = False
        self._rejection: tuple[AnswerRefused, float] | None = None

    async def ping(self) -> Ping:
        """Return the answer to `GET /v2/`, asked once, by whoever was first."""
        if self._ping is None:
            self._ping = self._client.recent_ping(self._target)
        if self._ping is None:
            self._ping = await self._pings.join("", lambda: self._patiently(lambda: self._client.ping(self._target)))
        return self._ping

    async def catalog(self) -> AsyncIterator[Page]:
        """Yield the pages of the catalog; NoCatalog where it is not offered."""

        async def ask(url: str, proof: Authorization) -> NamesPage:
            return await self._client.catalog_page(self._target, proof, url=url, size=PAGE_SIZE)

        try:
            async for page in self._pages((CATALOG,), ask):
                yield page
        except AnswerRefused as error:
            if error.answer.status not in _NO_CATALOG:
                raise
            sentence = f"{self._target.authority} offers no catalog: {reason_of(error.answer)}"
            raise NoCatalog(sentence, answer=error.answer) from error

    async def tags(self, repository: str) -> AsyncIterator[Page]:
        """Yield the pages of a repository's tags."""

        async def ask(url: str, proof: Authorization) -> NamesPage:
            return await self._client.tags_page(self._target, repository, proof, url=url, size=PAGE_SIZE)

        async for page in self._pages(_pull(repository), ask):
            yield page

    async def _pages(
        self, scopes: tuple[str, ...], ask: Callable[[str, Authorization], Awaitable[NamesPage]]
    ) -> AsyncIterator[Page]:
        listing = Listing()
        onward: Next | Stop = Next("")
        while isinstance(onward, Next):
            found = await self._asked(scopes, partial(ask, onward.url))
            page = listing.take(found.names, len(found.reply.body), found.url, found.reply.links)
            if (found.reply.truncated or found.names.cut) and page.onward == Stop():
                why = TOO_MANY if found.names.cut else f"is larger than {PAGE_BYTES // MIB} MiB"
                page = replace(page, onward=Stop(f"the first {listing.names} names are shown: the page {why}"))
            yield page
            onward = page.onward

    async def manifest(self, repository: str, reference: str) -> Fetched:
        """Return a manifest; DigestMismatch where it is not what its digest says."""
        reply = await self._asked(_pull(repository), lambda proof: self._manifest(repository, reference, proof))
        place = f"{self._target.authority}: {reference}"
        if is_digest(reference) and not verify(named_content(reply.body, reply.content_type), reference):
            raise DigestMismatch(f"{place} is not what its digest says", answer=reply)
        try:
            manifest = await off_loop(len(reply.body), partial(read_manifest, reply.body, reply.content_type))
        except ManifestError as error:
            raise AnswerRefused(f"{place} is no usable manifest: {error}", answer=reply) from None
        return Fetched(manifest, reply.body, reply.content_type, reply.digest)

    async def claimed_digest(self, repository: str, reference: str) -> str:
        """Return the digest that the registry claims for a tag, asked with HEAD, which Docker Hub does not count.

        Where HEAD does not tell (405, 403 without a reason, no digest in the answer), the manifest itself does.
        """
        ask = partial(self._client.manifest, self._target, repository, reference, accept=BROWSE_ACCEPT, method="HEAD")
        try:
            reply = await self._asked(_pull(repository), lambda proof: _checked(ask(authorization=proof), self._target))
        except AnswerRefused as error:
            if error.answer.status not in (403, 405):
                raise
        else:
            if is_digest(reply.digest):
                return reply.digest
        return (await self.manifest(repository, reference)).manifest.digest

    async def config(self, repository: str, config: Descriptor) -> ImageConfig:
        """Return an image's configuration, verified."""
        body = await self._asked(
            _pull(repository), lambda proof: self._client.blob(self._target, repository, config.digest, proof)
        )
        return await off_loop(len(body), partial(read_config, body))

    async def referrers(self, repository: str, digest: str, artifact_type: str = "") -> tuple[Entry, ...]:
        """Return what refers to a digest: by the referrers API, or the tag that stands in for it (spec, Listing).

        The registry's filter is applied once more. An API that is not there, or a tag that is no index, is no error.
        """
        ask = partial(self._client.referrers, self._target, repository, digest, artifact_type=artifact_type)
        try:
            reply = await self._asked(_pull(repository), lambda proof: _checked(ask(proof), self._target))
        except AnswerRefused as error:
            if error.answer.status not in (400, 403, 404, 405, 500, 501):
                raise
            try:
                reply = await self._asked(
                    _pull(repository), lambda proof: self._manifest(repository, fallback_tag(digest), proof)
                )
            except AnswerRefused:
                return ()
        try:
            index = await off_loop(len(reply.body), partial(read_manifest, reply.body, reply.content_type))
        except ManifestError:
            return ()
        entries = index.entries if index.kind is Kind.INDEX else ()
        return tuple(entry for entry in entries if not artifact_type or entry.descriptor.artifact_type == artifact_type)

    async def _manifest(self, repository: str, reference: str, proof: Authorization) -> Reply:
        reply = await _checked(
            self._client.manifest(self._target, repository, reference, proof, BROWSE_ACCEPT), self._target
        )
        if reply.truncated:
            raise AnswerRefused(f"{self._target.authority}: the manifest is larger than 4 MiB", answer=reply)
        return reply

    async def _asked(self, scopes: tuple[str, ...], ask: Callable[[Authorization], Awaitable[T]]) -> T:
        """Ask with authorization; one 401 is answered with another one, a second is final."""
        granted = await self._client.authorize(self._target, await self.ping(), scopes, browsing=True)
        await self._prove(granted.authorization)
        try:
            return await self._patiently(lambda: ask(granted.authorization))
        except AnswerRefused as refusal:
            proof = await self._other_proof(refusal.answer, granted, scopes)
            if proof is None:
                raise
        return await self._patiently(lambda: ask(proof))

    async def _other_proof(self, answer: Reply, granted: Granted, scopes: tuple[str, ...]) -> Authorization | None:
        """Return what else to try after a 401: a new token, one for the scope it asks for, the password itself.

        The password only where the answer asks for one: after a token that was good, a 401 says that this user may not
        see what was asked for, and a password that the registry takes from nobody would look like a wrong one.
        """
        proof = granted.authorization
        if answer.status != 401 or proof.kind is AuthorizationKind.BASIC:
            return None
        challenges = parse_challenges(answer.challenges)
        asked_for = {
            scope
            for challenge in challenges
            if challenge.scheme == "bearer"
            for scope in (challenge.get("scope") or "").split(" ")[:5]
            if _READING_SCOPE.fullmatch(scope)
        }
        wider = tuple(dict.fromkeys((*scopes, *sorted(asked_for))))
        if proof.kind is AuthorizationKind.BEARER and (not proof.fresh or wider != scopes):
            again = await self._client.authorize(
                self._target, await self.ping(), wider, browsing=True, renew=not proof.fresh
            )
            return again.authorization
        if challenges and not any(challenge.scheme == "basic" for challenge in challenges):
            return None
        password = await self._client.basic(self._target)  # Harbor's catalog takes no token (harbor#13573)
        if password is not None:
            await self._prove(password)
        return password

    async def _prove(self, proof: Authorization) -> None:
        """See once that a password is right before many requests carry it: each would count as a wrong log-in."""
        if proof.kind is not AuthorizationKind.BASIC or self._proven:
            return
        if self._rejection is not None and self._clock() < self._rejection[1]:
            raise self._rejection[0].with_traceback(None)
        await self._proving.join("", lambda: self._try_password(proof))

    async def _try_password(self, proof: Authorization) -> None:
        ping = await self._patiently(lambda: self._client.ping(self._target, authorization=proof))
        if ping.answer.status in (401, 403):
            sentence = f"{self._target.authority} does not accept the password of {proof.identity}"
            refusal = AnswerRefused(sentence, answer=ping.answer)
            self._rejection = (refusal, self._clock() + REJECTED)
            raise refusal
        self._proven = True

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask again, a few times, where the network or the server had a bad moment."""
        for attempt in range(1, TRIES + 1):
            wait: float | None = None
            try:
                return await ask()
            except AnswerRefused as error:
                wait = error.answer.retry_after
                if attempt == TRIES or error.answer.status not in _BUSY or (wait or 0) > OBEYED:
                    raise
            except NetworkError as error:
                if attempt == TRIES or error.trouble not in _PASSING:
                    raise
            pause = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
            await self._pause(pause if wait is None else wait)
        raise AssertionError("the last try returns or raises")


async def _checked(asking: Awaitable[Reply], target: Target) -> Reply:
    """Return the reply of a success; AnswerRefused for any other."""
    reply = await asking
    if reply.status != 200:
        raise AnswerRefused(f"{target.authority} answered {reason_of(reply)}", answer=reply)
    return reply


def _pull(repository: str) -> tuple[str, ...]:
    return (f"repository:{repository}:pull",)
