"""containerd's pull: the name becomes a digest at the first host that knows it, and the digest is fetched from any.

Sources: remotes/docker/resolver.go (Resolve), remotes/docker/fetcher.go (Fetch), pull.go (fetch) of containerd 1.6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from regtui.engines.base import Attempt, Concluded, Found, HttpAnswer, NoAnswer
from regtui.engines.containerd_errors import (
    ACCESS_DENIED,
    NOT_FOUND,
    fetch_refused,
    go_status,
    no_answer,
    not_authorized,
    refused_twice,
    seconds,
    speaks_plainly,
)
from regtui.engines.containerd_image import (
    MANIFESTS,
    ImageError,
    Resolved,
    check_schema1,
    check_size,
    choose_child,
    image_of,
    media_type,
    platforms,
    without_signatures,
)
from regtui.engines.judgement import judge_failure
from regtui.engines.unmarshal import SCHEMA1_SIGNED, body_digest, is_digest
from regtui.host.containerd.model import Capability
from regtui.outcome import Outcome
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from regtui.engines.base import Answer, Candidate, Endpoint, Move, Platform

SUCCESS = range(200, 300)
REDIRECTS = range(300, 400)
MOST_BYTES = 4 * 1024 * 1024
"""Of a manifest (MaxManifestSize); a larger one counts as none."""


class PullError(ValueError):
    """containerd gives up; `str()` is its error, `outcome` and `sentence` what it means for a person.

    `fetching` says that the name was resolved before.
    """

    def __init__(
        self, text: str, outcome: Outcome, sentence: str, *, assumed: bool = False, fetching: bool = False
    ) -> None:
        super().__init__(text)
        self.outcome = outcome
        self.sentence = sentence
        self.assumed = assumed
        self.fetching = fetching


@dataclass(slots=True)
class CandidatePull:
    """The pull of the one name; `cost` adds up what containerd waits."""

    candidate: Candidate
    platform: Platform
    cost: float = 0.0
    _plain: dict[int, int] = field(default_factory=dict)
    _told: dict[int, tuple[Outcome, str]] = field(default_factory=dict)
    _worst: tuple[Outcome, str] = (Outcome.NOT_FOUND, "no host has it")

    def run(self) -> Generator[Move, Answer | None, Found]:
        """Ask, and return who serves the image. Raises PullError."""
        if self.candidate.outcome is not None:
            raise PullError(self.candidate.reason, self.candidate.outcome, self.candidate.reason)
        resolved = yield from self._resolve()
        number = resolved.host
        try:
            check_size(resolved.digest, resolved.size)
            _check_type(resolved)
            number, manifest = yield from self._fetch(resolved.digest, resolved.media_type)
            size = yield from self._image_size(manifest, resolved)
        except ImageError as error:
            yield from self._conclude(number, Outcome.INVALID, error.sentence)
            raise PullError(str(error), Outcome.INVALID, error.sentence, fetching=True) from None
        yield from self._conclude(number, Outcome.FOUND, "")
        return self._found(number, manifest, resolved, size)

    def _image_size(self, manifest: HttpAnswer, resolved: Resolved) -> Generator[Move, Answer | None, int | None]:
        """Return the size of the image, which an index leads to. Raises ImageError, and PullError for the child."""
        if resolved.media_type == SCHEMA1_SIGNED:
            check_schema1(manifest.body)
            return None
        child = choose_child(manifest, resolved.media_type, self.platform, resolved.digest)
        if child is None:
            return image_of(manifest, resolved.media_type)
        check_size(child.digest, child.size)
        _number, answer = yield from self._fetch(child.digest, child.media_type)
        return image_of(answer, child.media_type)

    def _found(self, number: int, manifest: HttpAnswer, resolved: Resolved, size: int | None) -> Found:
        number = self._plain.get(number, number)
        endpoint = self.candidate.endpoints[number]
        return Found(
            candidate=0,
            endpoint_index=number,
            registry=self.candidate.registry,
            reference=self.candidate.reference,
            endpoint=endpoint.url,
            mirror=endpoint.mirror,
            digest=resolved.digest,
            media_type=resolved.media_type,
            platforms=platforms(manifest, resolved.media_type),
            size=size,
        )

    # From the name to a digest

    def _resolve(self) -> Generator[Move, Answer | None, Resolved]:
        by_digest = self.candidate.digest is not None
        wanted = [Capability.PULL] if by_digest else [Capability.PULL, Capability.RESOLVE]
        hosts = [
            (number, endpoint)
            for number, endpoint in self._hosts()
            if all(capability in endpoint.capabilities for capability in wanted)
        ]
        if not hosts:
            sentence = "no host may be asked what the tag means"
            raise PullError(f"no resolve hosts: {NOT_FOUND}", Outcome.NOT_FOUND, sentence)
        first_error = ""
        for number, endpoint in hosts:
            resolved, error = yield from self._ask_host(number, endpoint)
            if resolved is not None and resolved.size <= MOST_BYTES:
                return resolved
            if resolved is not None:
                yield from self._conclude(number, Outcome.INVALID, "the manifest is larger than 4 MiB")
                error = f"rejecting {resolved.size} byte manifest for {self.candidate.name}: {NOT_FOUND}"
            first_error = first_error or error
        text = first_error or f"{self.candidate.name}: {NOT_FOUND}"
        # By digest containerd asks every host for a blob of that name too, which regtui does not.
        raise PullError(text, *self._worst, assumed=by_digest and not first_error)

    def _ask_host(self, number: int, endpoint: Endpoint) -> Generator[Move, Answer | None, tuple[Resolved | None, str]]:
        """Return what the host makes of the name, or containerd's error, which is empty for a 404."""
        if endpoint.fault is not None:
            yield from self._conclude(number, endpoint.fault.outcome, printable(endpoint.fault.text))
            return None, endpoint.fault.text
        answer = yield from self._ask(number, "HEAD", "")
        if _status(answer) == HTTPStatus.METHOD_NOT_ALLOWED:
            answer = yield from self._ask(number, "GET", "")
        reply, error = self._reply(answer)
        if reply is None:
            yield from self._conclude_answer(number, answer)
            return None, error
        if reply.status in SUCCESS:
            return (yield from self._describe(number, reply)), ""
        yield from self._conclude_answer(number, answer)
        path = f"[manifests {self.candidate.wanted}]"
        if reply.status in REDIRECTS:
            text = f"pulling from host {endpoint.host} failed with unexpected status code {path}: {go_status(reply)}"
            raise PullError(text, *self._worst)
        if reply.status == HTTPStatus.NOT_FOUND:
            return None, ""
        return None, error or f"pulling from host {endpoint.host} failed with status code {path}: {go_status(reply)}"

    def _describe(self, number: int, reply: HttpAnswer) -> Generator[Move, Answer | None, Resolved]:
        """Return the descriptor of the headers; where digest or size are not among them the manifest is read."""
        digest = self.candidate.digest or ""
        if not digest and reply.length is not None and reply.digest:
            if not is_digest(reply.digest):
                text = f"{go_quote(reply.digest)} in header not a valid digest: invalid checksum digest format"
                raise PullError(text, Outcome.INVALID, "the digest in the answer's header is none")
            digest = reply.digest
        if digest and reply.length is not None:
            return Resolved(digest, media_type(reply), reply.length, number)
        read: HttpAnswer | None = reply
        if reply.method != "GET":
            answer = yield from self._ask(number, "GET", "")
            read, error = self._reply(answer)
            if read is None:
                yield from self._conclude_answer(number, answer)
                raise PullError(error, *self._worst)
        assert read is not None
        return Resolved(digest or self._digest_of(read), media_type(read), len(read.body), number)

    def _digest_of(self, read: HttpAnswer) -> str:
        if media_type(read) != SCHEMA1_SIGNED:
            return body_digest(read.body)
        try:
            return body_digest(without_signatures(read.body))
        except ImageError as error:
            raise PullError(str(error), Outcome.INVALID, error.sentence) from None

    # From the digest to the manifest

    def _fetch(self, digest: str, kind: str) -> Generator[Move, Answer | None, tuple[int, HttpAnswer]]:
        """Return the first host that gives the manifest; all are asked, whatever they may be asked for."""
        first_error = ""
        for number, endpoint in self._hosts():
            if endpoint.fault is not None:
                first_error = first_error or endpoint.fault.text
                continue
            answer = yield from self._ask(number, "GET", digest)
            reply, error = self._reply(answer)
            if reply is not None and reply.status in SUCCESS:
                if kind != SCHEMA1_SIGNED:
                    self._verify(reply, digest, kind)
                return number, reply
            if reply is not None and not error:
                error = fetch_refused(_url(endpoint, self.candidate.repository, digest), reply)
            yield from self._conclude_answer(number, answer)
            first_error = first_error or error
        raise PullError(f"failed to copy: httpReadSeeker: failed open: {first_error}", *self._worst, fetching=True)

    def _verify(self, reply: HttpAnswer, digest: str, kind: str) -> None:
        found = body_digest(reply.body)
        if found != digest:
            name = f"{'index' if 'index' in kind or 'list' in kind else 'manifest'}-{digest}"
            cause = f"unexpected commit digest {found}, expected {digest}: failed precondition"
            text = f"failed commit on ref {go_quote(name)}: {cause}"
            raise PullError(text, Outcome.INVALID, "the body is not what its digest names", fetching=True)

    # One question

    def _ask(self, number: int, method: str, digest: str) -> Generator[Move, Answer | None, Answer]:
        answer = yield Attempt(0, self._plain.get(number, number), digest=digest, direct=method)
        assert answer is not None
        self.cost += seconds(answer)
        if number not in self._plain and self._has_fallback(number) and speaks_plainly(answer):
            yield from self._conclude_answer(number, answer)
            self._plain[number] = number + 1
            return (yield from self._ask(number, method, digest))
        return answer

    def _hosts(self) -> Iterator[tuple[int, Endpoint]]:
        """Yield what stands for itself; a fallback is asked in its place."""
        endpoints = enumerate(self.candidate.endpoints)
        return ((number, endpoint) for number, endpoint in endpoints if not endpoint.fallback)

    def _has_fallback(self, number: int) -> bool:
        return any(endpoint.fallback for endpoint in self.candidate.endpoints[number + 1 : number + 2])

    def _reply(self, answer: Answer) -> tuple[HttpAnswer | None, str]:
        """Return the answer to the manifest's request, or containerd's error where it got none it would use."""
        if answer.authorization is not None:
            # Without a login for it containerd takes basic authentication for an answer like any other.
            if answer.authorization.no_basic_credentials and isinstance(answer.ping, HttpAnswer):
                return answer.ping, ""
            return None, not_authorized(answer.authorization)
        if isinstance(answer.manifest, NoAnswer):
            return None, no_answer(answer.manifest)
        assert answer.manifest is not None
        if answer.manifest.status == HTTPStatus.UNAUTHORIZED and (refused := refused_twice(answer.manifest)):
            is_resolving = answer.manifest.method == "HEAD"
            return None, (ACCESS_DENIED if is_resolving else "") + refused
        return answer.manifest, ""

    def _conclude_answer(self, number: int, answer: Answer) -> Generator[Move, Answer | None, None]:
        outcome, sentence = judge_failure(answer)
        if self._worst[0] is Outcome.NOT_FOUND:
            self._worst = (outcome, sentence)
        yield from self._conclude(number, outcome, sentence, seconds(answer))

    def _conclude(
        self, number: int, outcome: Outcome, sentence: str, cost: float = 0.0
    ) -> Generator[Move, Answer | None, None]:
        """Say what came of a host; the same is not said twice, although a host may be asked twice."""
        number = self._plain.get(number, number)
        if self._told.get(number, (None, ""))[0] is not outcome:
            self._told[number] = (outcome, sentence)
            yield Concluded(0, number, outcome, sentence, cost)


def _check_type(resolved: Resolved) -> None:
    """Raise ImageError for what containerd fetches as a blob, and then cannot take for an image."""
    if resolved.media_type not in MANIFESTS:
        text = f"unexpected media type {resolved.media_type} for {resolved.digest}: {NOT_FOUND}"
        what = printable(resolved.media_type, 100) or "of no media type"
        raise ImageError(text, f"the answer is no manifest but {what}")


def _status(answer: Answer) -> int:
    return answer.manifest.status if isinstance(answer.manifest, HttpAnswer) else 0


def _url(endpoint: Endpoint, repository: str, digest: str) -> str:
    query = f"?{endpoint.query}" if endpoint.query else ""
    return f"{endpoint.url}{endpoint.api_path}/{repository}/manifests/{digest}{query}"
