"""One attempt with the live client: ping, authorization, manifest and child of an endpoint; and what may run ahead.

Nobody is told a name before the engine would tell it: what runs ahead is `GET /v2/` and the connection to the token
service that its answer names. Manifests and tokens are asked for when the walk gets there.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from regtui.engines.base import Answer, HttpAnswer, NoAnswer, NotAuthorized, Step
from regtui.engines.hub import HUB_URL
from regtui.engines.judgement import SUCCESS
from regtui.engines.unmarshal import is_digest
from regtui.outcome import Stage, Trouble
from regtui.registry.auth import Authorization, AuthorizationKind, Granted
from regtui.registry.client import Ping
from regtui.registry.errors import (
    CertificatesError,
    ChallengeError,
    NameRefused,
    NetworkError,
    NoCredentials,
    TokenError,
)
from regtui.registry.failures import too_large
from regtui.registry.jsonbody import is_read, off_loop
from regtui.seen import SeenManifests
from regtui.spectator import PingSpectator, Spectator, stage_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui import events
    from regtui.clock import Clock
    from regtui.engines.base import Attempt, Candidate, Endpoint, Engine, Plan, Platform
    from regtui.registry.client import RegistryClient, Target
    from regtui.registry.replies import Reply

REFUSING = (401, 403)
"""Statuses of a registry that wants a login, or another one."""


IN_THE_CLEAR = "over plain HTTP, which the host allows by listing it as insecure, anybody on the way can read it"


class Asker:
    """Asks endpoints for a walk; `targets` gives the client's view of an endpoint (TLS, credentials)."""

    def __init__(
        self,
        engine: Engine,
        client: RegistryClient,
        targets: Callable[[Endpoint], tuple[Target, str]],
        platform: Platform,
        clock: Clock,
        emit: Callable[[events.Event], None],
        *,
        strict: bool,
        seen: SeenManifests | None = None,
    ) -> None:
        """`seen` outlives the walk: what Docker Hub gave before is not counted as a pull again."""
        self._engine = engine
        self._client = client
        self._targets = targets
        self._platform = platform
        self._clock = clock
        self._emit = emit
        self.strict = strict
        self._seen = seen or SeenManifests()
        self._ahead: dict[tuple[str, bool], asyncio.Task[Ping]] = {}
        self._warming: set[asyncio.Task[None]] = set()

    def run_ahead(self, plan: Plan) -> None:
        """Ping every endpoint of the plan at once; one that stands in it twice is asked once."""
        for index, candidate in enumerate(plan.candidates):
            for number, endpoint in enumerate(candidate.endpoints):
                if endpoint.api == "v2" and endpoint.pinged and endpoint.fault is None:
                    self._ping_ahead(endpoint, Spectator(self._emit, self._clock, index, number))

    async def stop_running_ahead(self) -> None:
        """Cancel the pings and the connections that nobody waited for."""
        tasks = [*self._ahead.values(), *self._warming]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ping_ahead(self, endpoint: Endpoint, watch: Spectator) -> None:
        key = (endpoint.url, endpoint.verify)
        if key not in self._ahead:
            self._ahead[key] = asyncio.create_task(self._ping_and_warm(endpoint, watch))

    async def _ping_and_warm(self, endpoint: Endpoint, watch: Spectator) -> Ping:
        """Return the ping; the connection to the token service comes after it, and only the token waits for that."""
        ping = await self._ping(endpoint, watch)
        self._warming.add(asyncio.create_task(self._client.warm_realm(self._targets(endpoint)[0], ping)))
        return ping

    async def _ping(self, endpoint: Endpoint, watch: Spectator) -> Ping:
        spectator = PingSpectator(watch, endpoint.scheme)
        try:
            ping = await self._client.ping(self._targets(endpoint)[0], spectator)
        except (NetworkError, CertificatesError) as error:
            spectator.finish(ok=False, detail=str(error))
            raise
        spectator.finish(ok=True, detail=str(ping.answer.status))
        return ping

    async def ask(self, plan: Plan, move: Attempt) -> Answer:
        """Return what the endpoint of an attempt answers."""
        candidate = plan.candidates[move.candidate]
        endpoint = candidate.endpoints[move.endpoint]
        watch = Spectator(self._emit, self._clock, move.candidate, move.endpoint)
        if move.direct:
            return await _Asking(self, endpoint, candidate, watch, move).directly()
        try:
            ahead = self._ahead.get((endpoint.url, endpoint.verify))
            ping = await (asyncio.shield(ahead) if ahead is not None else self._ping(endpoint, watch))
        except NetworkError as error:
            return Answer(_no_answer(Step.PING, error, "GET", f"{endpoint.url}/v2/"))
        except CertificatesError as error:
            url = f"{endpoint.url}/v2/"
            return Answer(NoAnswer(Step.PING, "GET", url, Trouble.CLIENT_CERTIFICATE, error.go, str(error)))
        if move.ping_statuses and ping.answer.status not in move.ping_statuses:
            return Answer(_ping_answer(ping))
        asking = _Asking(self, endpoint, candidate, watch, move)
        return await asking.after(ping)

    @property
    def client(self) -> RegistryClient:
        """The client that asks."""
        return self._client

    def target(self, endpoint: Endpoint) -> tuple[Target, str]:
        """Return an endpoint as the client sees it, and words for its credential."""
        return self._targets(endpoint)

    def child(self, answer: HttpAnswer) -> str | None:
        """Return the digest of the platform's manifest in an index."""
        return self._engine.child(answer, self._platform)

    @property
    def accept(self) -> tuple[str, ...]:
        """The manifest types that the engine asks for."""
        return self._engine.accept

    def head_first(self, endpoint: Endpoint, repository: str, tag: str) -> bool:
        """Whether a tag is asked for with HEAD: as the engine does, or on Docker Hub where it may spare a pull."""
        if self.strict:
            return self._engine.tag_method == "HEAD"
        return endpoint.url == HUB_URL and self._seen.has(repository, tag)

    def remember(self, endpoint: Endpoint, repository: str, wanted: str, answer: HttpAnswer | NoAnswer) -> None:
        """Keep what Docker Hub gave."""
        if endpoint.url == HUB_URL and isinstance(answer, HttpAnswer) and answer.status == 200:
            self._seen.remember(repository, wanted, answer)

    def recall(self, endpoint: Endpoint, repository: str, digest: str) -> HttpAnswer | None:
        """Return what Docker Hub gave for a digest before, unless the engine's own requests are wanted."""
        return None if self.strict or endpoint.url != HUB_URL else self._seen.answer(repository, digest)


class _Asking:
    """What follows the ping of one endpoint: authorization, the manifest, the platform's manifest of an index."""

    def __init__(self, asker: Asker, endpoint: Endpoint, candidate: Candidate, watch: Spectator, move: Attempt) -> None:
        self._asker = asker
        self._endpoint = endpoint
        self._candidate = candidate
        self._watch = watch
        self._move = move
        self._repository = endpoint.repository or candidate.repository
        self._target, self._words = asker.target(endpoint)

    async def after(self, ping: Ping) -> Answer:
        """Return the whole answer of the endpoint.

        A token of an earlier walk may be dead although the clock says otherwise: the engine would have fetched one.
        """
        answer, kept = await self._once(ping, renew=self._asker.strict)
        if kept and isinstance(answer.manifest, HttpAnswer) and answer.manifest.status == 401:
            answer, _ = await self._once(ping, renew=True)
        return answer

    async def _once(self, ping: Ping, *, renew: bool) -> tuple[Answer, bool]:
        """Return the answer, and whether a token that was fetched before has been used."""
        answer = Answer(_ping_answer(ping))
        granted = await self._authorize(ping, renew=renew)
        if isinstance(granted, NotAuthorized):
            return replace(answer, authorization=granted, withheld=granted.withheld), False
        kept = granted.authorization.kind is AuthorizationKind.BEARER and not granted.authorization.fresh
        answer = replace(answer, withheld=granted.withheld)
        with stage_of(self._watch, Stage.MANIFEST) as stage:
            manifest = await self._manifest(self._move.digest or self._candidate.wanted, granted.authorization)
            answer = replace(answer, manifest=manifest)
            if isinstance(manifest, HttpAnswer) and manifest.status in SUCCESS:
                digest = await off_loop(len(manifest.body), partial(self._asker.child, manifest))
                if digest is not None:
                    answer = replace(answer, child=await self._read(digest, granted.authorization))
            stage.result(answer.child or manifest)
        if ping.answer.status != 401 and isinstance(manifest, HttpAnswer) and manifest.status in REFUSING:
            # Nobody asked for a login before: the engine sends none, whatever is stored.
            unsent = "; it is not sent, as /v2/ asks for none" if self._target.credential is not None else ""
            self._watch.credential(f"{self._words}{unsent}", "")
        return answer, kept

    async def directly(self) -> Answer:
        """Return the answer of an endpoint that is not pinged: a 401 says itself what authorization it wants."""
        wanted, method = self._move.digest or self._candidate.wanted, self._move.direct
        with stage_of(self._watch, Stage.MANIFEST) as stage:
            reply = await self._request(wanted, Authorization.none(), method=method)
            first = self._told(wanted, method, reply)
            stage.result(first)
        answer = Answer(first, manifest=first)
        if isinstance(reply, Exception) or reply.status != 401:
            return answer
        granted = await self._authorize(Ping(reply), renew=self._asker.strict)
        if isinstance(granted, NotAuthorized):
            return Answer(first, authorization=granted, withheld=granted.withheld)
        if granted.authorization.kind is AuthorizationKind.NONE:
            return replace(answer, withheld=granted.withheld)
        with stage_of(self._watch, Stage.MANIFEST) as stage:
            again = await self._get(wanted, granted.authorization, method=method)
            stage.result(again)
        return Answer(first, manifest=again, withheld=granted.withheld)

    async def _authorize(self, ping: Ping, *, renew: bool) -> Granted | NotAuthorized:
        scope = f"repository:{self._repository}:pull"
        with stage_of(self._watch, Stage.AUTH, only_if=ping.answer.status == 401) as stage:
            try:
                granted = await self._asker.client.authorize(self._target, ping, (scope,), self._watch, renew=renew)
            except NoCredentials as error:
                if self._move.insist:
                    return Granted(Authorization.none(), error.withheld)
                stage.failed(str(error))
                self._watch.credential(self._words, error.withheld)
                return NotAuthorized(error.go, str(error), no_basic_credentials=True, withheld=error.withheld)
            except TokenError as error:
                stage.failed(str(error))
                self._watch.credential(self._words, error.withheld)
                answer = _http_answer("GET", error.answer.url, error.answer)
                return NotAuthorized(error.go, str(error), answer, withheld=error.withheld)
            except ChallengeError as error:
                stage.failed(str(error))
                return NotAuthorized(error.go, str(error))
            except NetworkError as error:
                stage.failed(str(error))
                return NotAuthorized(error.go, str(error), _no_answer(Step.TOKEN, error, error.method, error.url))
        if ping.answer.status == 401:
            words = granted.words or self._words
            crosses = granted.authorization.identity and self._target.is_readable_on_the_way
            self._watch.credential(f"{words}; {IN_THE_CLEAR}" if crosses else words, granted.withheld)
        return granted

    async def _manifest(self, wanted: str, authorization: Authorization) -> HttpAnswer | NoAnswer:
        """Ask for a tag or digest; where HEAD goes first, what follows is by the digest that it gave."""
        repository = self._repository
        if is_digest(wanted) or not self._asker.head_first(self._endpoint, repository, wanted):
            return await self._read(wanted, authorization)
        head = await self._get(wanted, authorization, method="HEAD")
        if isinstance(head, NoAnswer):
            return head
        known = head.status in SUCCESS and is_digest(head.digest)
        return await self._read(head.digest if known else wanted, authorization)

    async def _read(self, wanted: str, authorization: Authorization) -> HttpAnswer | NoAnswer:
        """Return a manifest, from memory where Docker Hub gave it before."""
        repository = self._repository
        recalled = self._asker.recall(self._endpoint, repository, wanted)
        if recalled is not None:
            return recalled
        answer = await self._get(wanted, authorization)
        self._asker.remember(self._endpoint, repository, wanted, answer)
        return answer

    async def _get(self, wanted: str, authorization: Authorization, *, method: str = "GET") -> HttpAnswer | NoAnswer:
        return self._told(wanted, method, await self._request(wanted, authorization, method=method))

    async def _request(
        self, wanted: str, authorization: Authorization, *, method: str
    ) -> Reply | NetworkError | CertificatesError | NameRefused:
        try:
            return await self._asker.client.manifest(
                self._target,
                self._repository,
                wanted,
                authorization,
                self._asker.accept,
                method="HEAD" if method == "HEAD" else "GET",
                watch=self._watch,
            )
        except (NetworkError, CertificatesError, NameRefused) as error:
            return error

    def _told(
        self, wanted: str, method: str, reply: Reply | NetworkError | CertificatesError | NameRefused
    ) -> HttpAnswer | NoAnswer:
        url = self._target.url_of(f"{self._repository}/manifests/{wanted}")
        match reply:
            case NetworkError():
                return _no_answer(Step.MANIFEST, reply, method, url)
            case CertificatesError():
                return NoAnswer(Step.MANIFEST, method, url, Trouble.CLIENT_CERTIFICATE, reply.go, str(reply))
            case NameRefused():
                return NoAnswer(Step.MANIFEST, method, url, Trouble.PROTOCOL, "invalid reference format", str(reply))
            case _ if not is_read(reply.body):
                return _no_answer(Step.MANIFEST, too_large(Stage.MANIFEST, self._target.authority), method, url)
            case _:
                return _http_answer(method, url, reply)


def _ping_answer(ping: Ping) -> HttpAnswer:
    return replace(_http_answer("GET", ping.answer.url, ping.answer), api_version=ping.api_version)


def _http_answer(method: str, url: str, reply: Reply) -> HttpAnswer:
    return HttpAnswer(
        method,
        url,
        reply.status,
        reply.reason,
        reply.content_type,
        reply.body,
        reply.challenges,
        reply.digest,
        length=reply.length,
    )


def _no_answer(step: Step, error: NetworkError, method: str, url: str) -> NoAnswer:
    return NoAnswer(
        step,
        error.method or method,
        error.url or url,
        error.trouble,
        error.go,
        str(error),
        error.own_limit,
        error.detail,
    )
