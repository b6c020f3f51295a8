"""What the docker engines make of one v2 endpoint's answer.

Sources: distribution/pull_v2.go (pullV2Tag, allowV1Fallback at 847-874) and distribution/errors.go (continueOnError)
of projectatomic/docker 1.13.1-rhel and of moby 20.10.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines import costs
from regtui.engines.base import Attempt, Candidate, Endpoint, Found, HttpAnswer, NoAnswer, Plan, Platform, Say, Step
from regtui.engines.distribution import ErrorType, GoError, errors_text, other, response_errors
from regtui.engines.ended import Ended, succeeded
from regtui.engines.judgement import SUCCESS, judge_failure, judge_unreadable
from regtui.engines.unmarshal import Unmarshalled, body_digest, unmarshal_manifest
from regtui.frozen import dataclass
from regtui.gotext import url_error
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from regtui.engines.base import Answer, Move, NotAuthorized


@dataclass(frozen=True, slots=True)
class Dialect:
    """What sets the docker engines apart in the pull from one endpoint.

    `quoted`: Go quotes URLs in errors. `oci`: OCI's types are known. `tag_method`: the verb that asks for a tag first.
    `legacy`: allowV1Fallback is there. `mirrors_go_on`: any registry error of a mirror leads to the next endpoint.
    The rest are the texts: after `Pulling from`, for an index without the platform, and when the image is there.
    """

    quoted: bool
    oci: bool
    tag_method: str
    legacy: bool
    mirrors_go_on: bool
    pulling_from: Callable[[Candidate], str]
    no_platform: Callable[[Platform], str]
    done: Callable[[Candidate, str], tuple[str, ...]]

    def goes_on(self, error: GoError, endpoint: Endpoint) -> bool:
        """continueOnError (distribution/errors.go): only a registry's error with its own text may stop the pull."""
        if error.type is ErrorType.CODE:
            return error.falls_back or (endpoint.mirror and self.mirrors_go_on)
        return error.type is not ErrorType.CONFIG


def child_of(answer: HttpAnswer, platform: Platform, *, oci: bool) -> str | None:
    """Return the digest of the platform's manifest where the answer is an index that has one."""
    manifest = unmarshal_manifest(answer, oci=oci)
    child = manifest.child_for(platform, variant=oci) if isinstance(manifest, Unmarshalled) else None
    return child.digest if child else None


@dataclass(frozen=True, slots=True)
class EndpointPull:
    """The pull from one v2 endpoint: ping, authorization, manifest (v2Puller, distribution/pull_v2.go)."""

    dialect: Dialect
    plan: Plan
    index: int
    number: int
    platform: Platform

    @property
    def candidate(self) -> Candidate:
        """The registry that is tried."""
        return self.plan.candidates[self.index]

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that is tried."""
        return self.candidate.endpoints[self.number]

    def run(self) -> Generator[Move, Answer | None, Ended]:
        """Ask, and return what the pull loop decides by."""
        digest = ""
        if self.plan.signed and self.endpoint.mirror:
            checked = yield from self._signed_digest()
            if isinstance(checked, Ended):
                return checked
            digest = checked
        answer = yield Attempt(self.index, self.number, digest, insist=self.plan.signed)
        assert answer is not None
        if isinstance(answer.ping, NoAnswer):
            return self._unanswered(answer, answer.ping)
        confirmed = answer.ping.api_version
        if answer.authorization is not None:
            return self._not_authorized(answer, answer.authorization, confirmed=confirmed)
        asked = answer.manifest
        assert asked is not None
        if isinstance(asked, NoAnswer):
            return replace(self._unanswered(answer, asked), confirmed_v2=confirmed, transport_ok=True, failure="")
        if asked.status not in SUCCESS:
            return self._refused(answer, asked, confirmed=confirmed, v1_allowed=self._v1_allowed)
        manifest = unmarshal_manifest(asked, oci=self.dialect.oci)
        if isinstance(manifest, GoError):
            outcome, sentence = judge_unreadable(asked, manifest)
            return Ended(outcome, sentence, manifest, falls_back=True, confirmed_v2=confirmed, transport_ok=True)
        progress = manifest.digest if self.plan.signed else self.candidate.wanted
        yield Say(f"{progress}: Pulling from {self.dialect.pulling_from(self.candidate)}")
        failure = self._cannot_use(answer, manifest)
        if failure is not None:
            return replace(failure, talked=True)
        for line in (f"Digest: {manifest.digest}", *self.dialect.done(self.candidate, manifest.digest)):
            yield Say(line)
        return succeeded(self._found(manifest, answer))

    def _signed_digest(self) -> Generator[Move, Answer | None, Ended | str]:
        """Return the digest that the check of signatures gives, or the end of the try where it cannot be made.

        It asks docker.io itself, never the mirror; the mirror is then asked for the digest (pull_v2_unix.go:40-96).
        """
        itself = len(self.candidate.endpoints) - 1
        answer = yield Attempt(self.index, itself, insist=True)
        assert answer is not None
        asked = answer.manifest
        if isinstance(asked, HttpAnswer) and asked.status in SUCCESS:
            manifest = unmarshal_manifest(asked, oci=self.dialect.oci)
            if isinstance(manifest, Unmarshalled):
                return manifest.digest
        _outcome, sentence = judge_failure(answer)
        sentence = f"not asked: signatures are checked at docker.io first, and it {sentence}"
        return Ended(Outcome.SKIPPED, sentence, other(sentence), falls_back=True)

    @property
    def _v1_allowed(self) -> bool:
        """Whether an error may reset what is known of v2 (allowV1Fallback): a digest never goes to v1."""
        return self.dialect.legacy and not self.plan.signed and self.candidate.digest is None

    def _found(self, manifest: Unmarshalled, answer: Answer) -> Found:
        size = manifest.size
        if isinstance(answer.child, HttpAnswer):
            child = unmarshal_manifest(answer.child, oci=self.dialect.oci)
            size = child.size if isinstance(child, Unmarshalled) else None
        return Found(
            candidate=self.index,
            endpoint_index=self.number,
            registry=self.candidate.registry,
            reference=self.candidate.reference,
            endpoint=self.endpoint.url,
            mirror=self.endpoint.mirror,
            digest=manifest.digest,
            media_type=manifest.media_type,
            platforms=tuple(dict.fromkeys(child.platform for child in manifest.children)),
            size=size,
        )

    def _cannot_use(self, answer: Answer, manifest: Unmarshalled) -> Ended | None:
        """Return why a manifest that was read is no image for this host (pullManifestList, schema2ManifestDigest)."""
        wanted = self.candidate.digest
        if wanted and wanted != manifest.digest:
            error = other(f"manifest verification failed for digest {wanted}")
            return _unusable("the body is not what the digest names", error)
        if not manifest.is_index:
            return None
        child = manifest.child_for(self.platform, variant=self.dialect.oci)
        if child is None:
            has = ", ".join(dict.fromkeys(entry.platform for entry in manifest.children)) or "nothing"
            sentence = f"the index has no {self.platform.os}/{self.platform.architecture} (it has {has})"
            return _unusable(sentence, other(self.dialect.no_platform(self.platform)))
        reply = answer.child
        if reply is None or isinstance(reply, NoAnswer):
            cause = self._url_error(reply) if reply else "not asked"
            return _unusable("the platform's manifest could not be read", other(cause))
        if reply.status not in SUCCESS:
            ended = self._refused(answer, reply, confirmed=True, v1_allowed=False)
            return replace(ended, sentence=f"the platform's manifest: {ended.sentence}")
        if (no_image := self._no_image(reply)) is not None:
            return no_image
        if body_digest(reply.body) != child.digest:
            error = other(f"manifest verification failed for digest {child.digest}")
            return _unusable("the platform's manifest is not what its digest names", error)
        return None

    def _no_image(self, reply: HttpAnswer) -> Ended | None:
        """Return why what an index leads to is no image: the engine opens no index in an index (pullManifestList)."""
        found = unmarshal_manifest(reply, oci=self.dialect.oci)
        if not isinstance(found, Unmarshalled):
            return _unusable("the platform's manifest cannot be read", found)
        if found.is_index:
            return _unusable("the platform's manifest is an index again", other("unsupported manifest format"))
        return None

    def _url_error(self, failure: NoAnswer) -> str:
        method = failure.method
        if failure.step is Step.MANIFEST and self.candidate.digest is None:
            method = self.dialect.tag_method
        return url_error(method, failure.url, costs.cause(failure), quoted=self.dialect.quoted)

    def _unanswered(self, answer: Answer, failure: NoAnswer) -> Ended:
        """A request without an answer: a *url.Error, after which the next endpoint is tried."""
        outcome, sentence = judge_failure(answer)
        return Ended(
            outcome,
            sentence,
            other(self._url_error(failure)),
            falls_back=True,
            failure=failure.go,
            timed_out=failure.trouble in costs.TIMEOUTS,
            seconds=costs.seconds(failure),
        )

    def _not_authorized(self, answer: Answer, failure: NotAuthorized, *, confirmed: bool) -> Ended:
        """Authorization fails inside the manifest's request: its error wraps the cause (auth/session.go)."""
        outcome, sentence = judge_failure(answer)
        url = f"{self.endpoint.url}/v2/{self.candidate.repository}/manifests/{self.candidate.wanted}"
        method = "GET" if self.candidate.digest else self.dialect.tag_method
        seconds, cause = 0.0, failure.go
        if isinstance(failure.answer, NoAnswer):
            cause, seconds = self._url_error(failure.answer), costs.seconds(failure.answer)
        elif isinstance(failure.answer, HttpAnswer) and failure.answer.status not in SUCCESS:
            cause = errors_text(response_errors(failure.answer))
        error = other(url_error(method, url, cause, quoted=self.dialect.quoted))
        resets = failure.no_basic_credentials and self._v1_allowed
        confirmed = confirmed and not resets
        return Ended(
            outcome, sentence, error, falls_back=True, confirmed_v2=confirmed, transport_ok=True, seconds=seconds
        )

    def _refused(self, answer: Answer, reply: HttpAnswer, *, confirmed: bool, v1_allowed: bool) -> Ended:
        """An answer with an error: the first one decides whether the next endpoint is tried."""
        outcome, sentence = judge_failure(answer)
        error = response_errors(reply)[0]
        goes_on = self.dialect.goes_on(error, self.endpoint)
        confirmed = confirmed and not (v1_allowed and error.falls_back)
        return Ended(outcome, sentence, error, falls_back=goes_on, confirmed_v2=confirmed, transport_ok=True)


def _unusable(sentence: str, error: GoError) -> Ended:
    return Ended(Outcome.INVALID, sentence, error, falls_back=True, confirmed_v2=True, transport_ok=True)
