"""One place while it is browsed: `registry.browsing` with what is worth showing on the side, and what is kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl

from regtui.browse.asked_as import IDENTITY_TOKEN, StoredLogin, login_words, missing_words, refused_words
from regtui.browse.models import BrowseError, Standing
from regtui.browse.refusals import explained
from regtui.browse.where import endpoints_of
from regtui.engines.commands import login_on
from regtui.host.credentials import Credential
from regtui.outcome import Outcome, Stage
from regtui.registry import limits
from regtui.registry.asking import Errand
from regtui.registry.browsing import Browser, Fetched
from regtui.registry.descriptors import ManifestError
from regtui.registry.errors import AnswerRefused, CertificatesError, NetworkError, NoCredentials, RegistryError
from regtui.registry.flights import Flights
from regtui.registry.image_config import read_config
from regtui.registry.jsonbody import off_loop
from regtui.registry.manifests import BROWSE_ACCEPT, Kind, read_manifest
from regtui.registry.names import is_digest
from regtui.registry.replies import reason_of
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession
    from regtui.engines.base import Endpoint
    from regtui.registry.auth import Authorization, Granted
    from regtui.registry.descriptors import Descriptor
    from regtui.registry.image_config import ImageConfig
    from regtui.registry.quota import RateLimit
    from regtui.registry.replies import Reply

T = TypeVar("T")

UNTOLD_WAIT = 60.0
"""Seconds for which nothing is read ahead after a 429 that does not say how long to wait."""
CONFIG_TYPE = "application/octet-stream"
"""What the cache has as the type of a blob, whose own type its descriptor says."""


async def opened(session: BrowseSession, place: Place) -> PlaceBrowser:
    """Return the browser of a place, its registry known to answer; BrowseError where it does not."""
    browser = session.browsers.get(place)
    if browser is None:
        browser = session.browsers[place] = PlaceBrowser(session, place)
    try:
        await browser.connect()
    except RegistryError as error:
        raise explained(error, place) from error
    return browser


def standing(session: BrowseSession, place: Place) -> Standing | None:
    """Return what is known of a place so far; None where it was never asked. Sends nothing."""
    browser = session.browsers.get(place)
    return browser.standing if browser is not None else None


def forget(session: BrowseSession, place: Place) -> None:
    """Drop what was learned of a place, tokens and rejections with it: a person asked for another try."""
    session.browsers.pop(place, None)
    session.client().forget()


class PlaceBrowser(Browser):
    """Asks one place; errors are those of `Browser`. Keeps what the headers tell, and content by its digest."""

    def __init__(self, session: BrowseSession, place: Place) -> None:
        target, words = session.target(place.endpoint)
        super().__init__(session.client(), target, pause=session.pause)
        self.place = place
        self.seeks: bool | None = None  # whether the catalog takes `last`, None while nobody knows
        self._session = session
        self._endpoint = place.endpoint
        self._words = words
        self._requests = session.asker()
        self._granted: Granted | None = None
        self._rate_limit: RateLimit | None = None
        self._held_until = 0.0
        self._connecting: Flights[None] = Flights()
        self._is_connected = False

    @property
    def url(self) -> str:
        """The URL of the endpoint that answers."""
        return self._endpoint.url

    @property
    def parameters(self) -> dict[str, str]:
        """What every URL of the endpoint has in its query (`ns=docker.io`)."""
        return dict(parse_qsl(self._target.query))

    def url_of(self, path: str) -> str:
        """Return the URL of a path of the API, without a query."""
        return f"{self._target.base}{self._target.api_path}/{path}"

    @property
    def service(self) -> str:
        """What the registry's challenge calls itself, empty where it asked for no token: Harbor is known by it."""
        challenges = self._ping.challenges if self._ping is not None else ()
        return next((text for challenge in challenges if (text := challenge.get("service"))), "")

    @property
    def held(self) -> float:
        """Seconds for which nothing more should be asked unless a person wants it."""
        return max(0.0, self._held_until - self._clock())

    @property
    def standing(self) -> Standing:
        """What is known so far."""
        granted = self._granted
        user = granted.authorization.identity if granted else ""
        return Standing(
            self.url, self.login, user, granted.withheld if granted else "", self._rate_limit, self.held or None
        )

    @property
    def login(self) -> str:
        """Which credential is used and where it comes from, or why none is; empty before anything was asked."""
        return login_words(self._granted, StoredLogin.of(self._target.credential, self._words))

    def explained(self, error: RegistryError) -> BrowseError:
        """Return an error of this place for a person, with who asked."""
        stored = StoredLogin.of(self._target.credential, self._words)
        if isinstance(error, NoCredentials) and not error.withheld:
            registry = "" if self.place.mirror else self.place.registry
            told = missing_words(error, stored.words, login_on(self._session.config), registry)
            return BrowseError(told, Outcome.UNAUTHORIZED)
        return explained(error, self.place, refused_words(error, self._granted, stored, has_login=self.has_login))

    @property
    def has_login(self) -> bool:
        """Whether a credential is stored for the place, used or not."""
        return self._target.credential is not None

    @property
    def scope(self) -> str | None:
        """The key of what may be kept: the endpoint and who asks. None where nobody can tell who asks."""
        if self._granted is None:
            return None
        user = self._granted.authorization.identity
        stored = self._target.credential
        nameless = isinstance(stored, Credential) and not user and stored.username in ("", IDENTITY_TOKEN)
        return None if user == IDENTITY_TOKEN or nameless else f"{self.url} {user}"

    async def connect(self) -> None:
        """See which endpoint of the place answers `GET /v2/`, once."""
        if not self._is_connected:
            await self._connecting.join("", self._connect)

    async def _connect(self) -> None:
        errors: list[tuple[Endpoint, NetworkError | CertificatesError]] = []
        for endpoint in await endpoints_of(self._session, self.place):
            self._endpoint = endpoint
            if endpoint.fault is not None:
                raise BrowseError(f"{self.place.title}: {printable(endpoint.fault.text)}", endpoint.fault.outcome)
            self._target, self._words = self._session.target(endpoint)
            try:
                await self.ping()
            except (NetworkError, CertificatesError) as error:
                errors.append((endpoint, error))
            else:
                self._is_connected = True
                return
        raise _all_failed(self.place, errors) from errors[-1][1]

    async def page(self, scopes: tuple[str, ...], url: str) -> Reply:
        """Return one page of a listing, at a URL of this registry that no registry made up; AnswerRefused."""

        async def ask(proof: Authorization) -> Reply:
            errand = Errand(
                url,
                Stage.MANIFEST,
                headers=(("Accept", "application/json"),),
                authorization=proof,
                tls=self._target.tls,
                body_limit=limits.PAGE_BYTES,
                total=self._session.listing_seconds,
                own_headers=self._target.headers,
            )
            return self._success(await self._requests.ask(errand))

        return await self._asked(scopes, ask)

    async def head(self, repository: str, reference: str) -> Reply:
        """Ask for a manifest with HEAD, which Docker Hub does not count; any other status than 200 is AnswerRefused."""

        async def ask(proof: Authorization) -> Reply:
            return self._success(
                await self._client.manifest(self._target, repository, reference, proof, BROWSE_ACCEPT, method="HEAD")
            )

        return await self._asked(pull_scope(repository), ask)

    async def referrers_page(self, repository: str, digest: str, url: str) -> Reply:
        """Return a page of referrers: the first, or the one at `url`; any other status than 200 is AnswerRefused."""

        async def ask(proof: Authorization) -> Reply:
            return self._success(await self._client.referrers(self._target, repository, digest, proof, url=url))

        return await self._asked(pull_scope(repository), ask)

    async def content(self, repository: str, reference: str) -> Fetched:
        """Return a manifest; one that is wanted by its digest comes from the cache where it is there."""
        if is_digest(reference) and (kept := await self.kept_manifest(reference)) is not None:
            return kept
        fetched = await self.manifest(repository, reference)
        if fetched.manifest.kind is not Kind.SCHEMA1:  # signed anew for each answer: the body is not what is named
            await self._keep(fetched.manifest.digest, fetched.content_type, fetched.body)
        return fetched

    async def kept_manifest(self, digest: str) -> Fetched | None:
        """Return the manifest of a digest from the cache."""
        kept = await self._kept(digest)
        if kept is None:
            return None
        content_type, body = kept
        try:
            manifest = await off_loop(len(body), partial(read_manifest, body, content_type))
        except ManifestError:
            return None
        return Fetched(manifest, body, content_type, "")

    async def image_config(self, repository: str, config: Descriptor) -> ImageConfig:
        """Return an image's configuration, verified; ManifestError for a body that is none."""
        body = await self.config_blob(repository, config)
        return await off_loop(len(body), partial(read_config, body))

    async def config_blob(self, repository: str, config: Descriptor) -> bytes:
        """Return the bytes of a configuration of any kind, verified, from the cache where they are there."""
        kept = await self._kept(config.digest)
        if kept is not None:
            return kept[1]
        body = await self._asked(
            pull_scope(repository), lambda proof: self._client.blob(self._target, repository, config.digest, proof)
        )
        await self._keep(config.digest, CONFIG_TYPE, body)
        return body

    async def _kept(self, digest: str) -> tuple[str, bytes] | None:
        cache, scope = self._session.cache, self.scope
        return None if cache is None or scope is None else await asyncio.to_thread(cache.content, scope, digest)

    async def _keep(self, digest: str, content_type: str, body: bytes) -> None:
        cache, scope = self._session.cache, self.scope
        if cache is not None and scope is not None:
            await asyncio.to_thread(cache.keep_content, scope, digest, content_type, body)

    async def authorized(self, scopes: tuple[str, ...]) -> None:
        """Get what a request of these scopes needs, so that `scope` is known."""
        self._granted = await self._client.authorize(self._target, await self.ping(), scopes, browsing=True)

    async def _asked(self, scopes: tuple[str, ...], ask: Callable[[Authorization], Awaitable[T]]) -> T:
        """Ask as the base class does, and remember who asked and what the answer says of limits."""
        granted = await self._client.authorize(self._target, await self.ping(), scopes, browsing=True)
        self._granted = granted
        await self._prove(granted.authorization)
        try:
            return await self._patiently(lambda: ask(granted.authorization))
        except AnswerRefused as refusal:
            self._note(refusal.answer)
            proof = await self._other_proof(refusal.answer, granted, scopes)
            if proof is None:
                raise
        self._granted = replace(granted, authorization=proof)
        return await self._patiently(lambda: ask(proof))

    async def _manifest(self, repository: str, reference: str, proof: Authorization) -> Reply:
        reply = await super()._manifest(repository, reference, proof)
        self._note(reply)
        return reply

    def _success(self, reply: Reply) -> Reply:
        self._note(reply)
        if reply.status != 200:
            raise AnswerRefused(f"{self._target.authority} answered {reason_of(reply)}", answer=reply)
        return reply

    def _note(self, reply: Reply) -> None:
        self._rate_limit = reply.rate_limit or self._rate_limit
        if reply.status == 429:
            self._held_until = self._clock() + (reply.retry_after or UNTOLD_WAIT)
        elif reply.status == 200:
            self._held_until = 0.0


def pull_scope(repository: str) -> tuple[str, ...]:
    """Return the scope of a token that may read a repository."""
    return (f"repository:{repository}:pull",)


def _all_failed(place: Place, errors: list[tuple[Endpoint, NetworkError | CertificatesError]]) -> BrowseError:
    """Return one error for all endpoints of a place."""
    told = [explained(error, place) for _, error in errors]
    if len(told) == 1:
        return told[0]
    texts = [f"over {endpoint.scheme}: {error}" for (endpoint, _), error in zip(errors, told, strict=True)]
    return BrowseError("; ".join(texts), told[-1].outcome)
