"""One attempt with the live client: ping, authorization, manifest and child of an endpoint; and what may run ahead.

Nobody is told a name before the engine would tell it: what runs ahead is `GET /v2/` and the connection to the token
service that its answer names. Manifests and tokens are asked for when the walk gets there.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Answer, HttpAnswer, NoAnswer, NotAuthorized, Step
from regtui.engines.hub import HUB_URL
from regtui.engines.judgement import SUCCESS
from regtui.engines.unmarshal import is_digest
from regtui.outcome import Stage, Trouble
from regtui.registry.auth import Authorization, Granted
from regtui.registry.errors import (
    CertificatesError,
    ChallengeError,
    NameRefused,
    NetworkError,
    NoCredentials,
    TokenError,
)
from regtui.spectator import PingSpectator, Spectator, stage_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui import events
    from regtui.clock import Clock
    from regtui.engines.base import Attempt, Candidate, Endpoint, Engine, Plan, Platform
    from regtui.registry.client import Ping, RegistryClient, Target
    from regtui.registry.replies import Reply


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
    ) -> None:
        self._engine = engine
        self._client = client
        self._targets = targets
        self._platform = platform
        self._clock = clock
        self._emit = emit
        self.strict = strict
        self._ahead: dict[tuple[str, bool], asyncio.Task[Ping]] = {}

    def run_ahead(self, plan: Plan) -> None:
        """Ping every endpoint of the plan at once; one that stands in it twice is asked once."""
        for index, candidate in enumerate(plan.candidates):
            for number, endpoint in enumerate(candidate.endpoints):
                if endpoint.api == "v2":
                    self._ping_ahead(endpoint, Spectator(self._emit, self._clock, index, number))

    async def stop_running_ahead(self) -> None:
        """Cancel the pings that nobody waited for."""
        tasks = [*self._ahead.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ping_ahead(self, endpoint: Endpoint, watch: Spectator) -> None:
        key = (endpoint.url, endpoint.verify)
        if key not in self._ahead:
            self._ahead[key] = asyncio.create_task(self._ping_and_warm(endpoint, watch))

    async def _ping_and_warm(self, endpoint: Endpoint, watch: Spectator) -> Ping:
        ping = await self._ping(endpoint, watch)
        await self._client.warm_realm(self._targets(endpoint)[0], ping)
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
        try:
            ahead = self._ahead.get((endpoint.url, endpoint.verify))
            ping = await (asyncio.shield(ahead) if ahead is not None else self._ping(endpoint, watch))
        except NetworkError as error:
            return Answer(_no_answer(Step.PING, error, "GET", f"{endpoint.url}/v2/"))
        except CertificatesError as error:
            url = f"{endpoint.url}/v2/"
            return Answer(NoAnswer(Step.PING, "GET", url, Trouble.CLIENT_CERTIFICATE, error.go, str(error)))
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

    def head_first(self, endpoint: Endpoint) -> bool:
        """Whether a tag is asked for with HEAD: as the engine does, or on Docker Hub, which does not count it."""
        if self.strict:
            return self._engine.tag_method == "HEAD"
        return endpoint.url == HUB_URL


class _Asking:
    """What follows the ping of one endpoint: authorization, the manifest, the platform's manifest of an index."""

    def __init__(self, asker: Asker, endpoint: Endpoint, candidate: Candidate, watch: Spectator, move: Attempt) -> None:
        self._asker = asker
        self._endpoint = endpoint
        self._candidate = candidate
        self._watch = watch
        self._move = move
        self._target, self._words = asker.target(endpoint)

    async def after(self, ping: Ping) -> Answer:
        """Return the whole answer of the endpoint."""
        answer = Answer(_ping_answer(ping))
        granted = await self._authorize(ping)
        if isinstance(granted, NotAuthorized):
            return replace(answer, authorization=granted, withheld=granted.withheld)
        answer = replace(answer, withheld=granted.withheld)
        with stage_of(self._watch, Stage.MANIFEST) as stage:
            manifest = await self._manifest(self._move.digest or self._candidate.wanted, granted.authorization)
            answer = replace(answer, manifest=manifest)
            if isinstance(manifest, HttpAnswer) and manifest.status in SUCCESS:
                digest = self._asker.child(manifest)
                if digest is not None:
                    answer = replace(answer, child=await self._get(digest, granted.authorization))
            stage.result(answer.child or manifest)
        return answer

    async def _authorize(self, ping: Ping) -> Granted | NotAuthorized:
        scope = f"repository:{self._candidate.repository}:pull"
        with stage_of(self._watch, Stage.AUTH, only_if=ping.answer.status == 401) as stage:
            try:
                granted = await self._asker.client.authorize(
                    self._target, ping, (scope,), self._watch, renew=self._asker.strict
                )
            except NoCredentials as error:
                if self._move.insist:
                    return Granted(Authorization.none())
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
            self._watch.credential(granted.words or self._words, granted.withheld)
        return granted

    async def _manifest(self, wanted: str, authorization: Authorization) -> HttpAnswer | NoAnswer:
        """Ask for a tag or digest; where HEAD goes first, the GET that follows is by the digest that it gave."""
        if is_digest(wanted) or not self._asker.head_first(self._endpoint):
            return await self._get(wanted, authorization)
        head = await self._get(wanted, authorization, method="HEAD")
        if isinstance(head, NoAnswer):
            return head
        known = head.status in SUCCESS and is_digest(head.digest)
        return await self._get(head.digest if known else wanted, authorization)

    async def _get(self, wanted: str, authorization: Authorization, *, method: str = "GET") -> HttpAnswer | NoAnswer:
        repository = self._candidate.repository
        try:
            reply = await self._asker.client.manifest(
                self._target,
                repository,
                wanted,
                authorization,
                self._asker.accept,
                method="HEAD" if method == "HEAD" else "GET",
                watch=self._watch,
            )
        except NetworkError as error:
            url = f"{self._endpoint.url}/v2/{repository}/manifests/{wanted}"
            return _no_answer(Step.MANIFEST, error, method, url)
        except NameRefused as error:
            url = f"{self._endpoint.url}/v2/{repository}/manifests/{wanted}"
            return NoAnswer(Step.MANIFEST, method, url, Trouble.PROTOCOL, "invalid reference format", str(error))
        return _http_answer(method, f"{self._endpoint.url}/v2/{repository}/manifests/{wanted}", reply)


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
