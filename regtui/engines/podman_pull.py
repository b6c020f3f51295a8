"""podman's pull of one candidate: mirrors and location in turn until one has the manifest, then what is made of it.

Sources: newImageSource in docker/docker_image_src.go and copy.Image in copy/copy.go of containers/image 5.23.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import Attempt, Concluded, Found, HttpAnswer, NoAnswer, Say
from regtui.engines.distribution import other, status_line
from regtui.engines.judgement import judge_failure, judge_unreadable
from regtui.engines.podman_errors import PodmanError, manifest_refused, no_answer, not_authorized, ping_failed
from regtui.engines.podman_image import (
    ArtifactError,
    Image,
    ImageError,
    check_configuration,
    choose_instance,
    is_list,
    manifest_digest,
    media_type,
    platforms,
    read_image,
)
from regtui.frozen import dataclass
from regtui.outcome import Outcome
from regtui.text import one_line, printable

if TYPE_CHECKING:
    from collections.abc import Generator

    from regtui.engines.base import Answer, Candidate, Endpoint, Move, Platform

PING_STATUSES = (200, 401)
"""The answers to `GET /v2/` that containers/image takes for a registry's."""
OK = 200


@dataclass(frozen=True, slots=True)
class Pulled:
    """How a candidate ended: the image, or podman's error and what it means for a person."""

    outcome: Outcome
    error: PodmanError
    sentence: str = ""
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class _Served:
    """The endpoint that has the manifest, and its answer."""

    number: int
    answer: Answer
    manifest: HttpAnswer


@dataclass(frozen=True, slots=True)
class CandidatePull:
    """The pull of one candidate."""

    candidate: Candidate
    index: int
    platform: Platform

    @property
    def familiar(self) -> str:
        """The name in the library's messages: `docker://etcd:latest`."""
        return f"docker://{self.candidate.name}{self.candidate.suffix}"

    def run(self) -> Generator[Move, Answer | None, Pulled]:
        """Ask, and return how it ended."""
        served: _Served | PodmanError
        if self.candidate.outcome is not None:
            served, outcome, sentence = (
                PodmanError(self.candidate.reason),
                self.candidate.outcome,
                self.candidate.reason,
            )
        else:
            served, outcome, sentence = yield from self._sources()
        if isinstance(served, PodmanError):
            text = f"initializing source {self.familiar}: {served.text}"
            error = PodmanError(text, served.tried_again, served.seconds, served.assumed)
            return Pulled(outcome, error, sentence)
        return (yield from self._copy(served))

    def _sources(self) -> Generator[Move, Answer | None, tuple[_Served | PodmanError, Outcome, str]]:
        """Try mirrors and location; the errors of all are told, the location's decides what podman does."""
        failed: list[tuple[Endpoint, PodmanError]] = []
        outcome, sentence = Outcome.NOT_FOUND, "it has no endpoint"
        number = 0
        while number < len(self.candidate.endpoints):
            endpoint = self.candidate.endpoints[number]
            is_pair = endpoint.insecure and endpoint.fault is None
            served, outcome, sentence = yield from self._source(number, is_pair=is_pair)
            if isinstance(served, _Served):
                return served, Outcome.FOUND, ""
            failed.append((endpoint, served))
            number += 2 if is_pair else 1
        return self._all_failed(failed), outcome, sentence

    def _all_failed(self, failed: list[tuple[Endpoint, PodmanError]]) -> PodmanError:
        *mirrors, (location, error) = failed
        seconds = sum(each.seconds for _endpoint, each in failed)
        assumed = any(each.assumed for _endpoint, each in failed)
        if not mirrors:
            return error
        suffix = self.candidate.suffix
        listed = "\n".join(f"[{endpoint.key}{suffix}: {each.text}]" for endpoint, each in mirrors)
        text = f"(Mirrors also failed: {listed}): {location.key}{suffix}: {error.text}"
        return PodmanError(text, error.tried_again, seconds, assumed)

    def _source(
        self, number: int, *, is_pair: bool
    ) -> Generator[Move, Answer | None, tuple[_Served | PodmanError, Outcome, str]]:
        """Ask one mirror or the location: https, and http where that is allowed and `GET /v2/` fails over https."""
        endpoint = self.candidate.endpoints[number]
        if endpoint.fault is not None:
            fault = endpoint.fault
            yield Concluded(self.index, number, fault.outcome, one_line(fault.text, 500))
            return PodmanError(fault.text), fault.outcome, one_line(fault.text, 500)
        answer = yield from self._ask(number)
        seconds = 0.0
        if is_pair and not _is_registry(answer.ping):
            outcome, sentence = _judge_ping(answer)
            seconds = ping_failed(endpoint.host, answer.ping).seconds
            yield Concluded(self.index, number, outcome, sentence, seconds)
            number += 1
            answer = yield from self._ask(number)
        elif is_pair:
            yield Concluded(self.index, number + 1, Outcome.SKIPPED, "not tried: it speaks TLS")
        error = self._error(endpoint, answer)
        if error is None:
            assert isinstance(answer.manifest, HttpAnswer)
            return _Served(number, answer, answer.manifest), Outcome.FOUND, ""
        error = PodmanError(error.text, error.tried_again, error.seconds + seconds, error.assumed)
        outcome, sentence = judge_failure(answer) if _is_registry(answer.ping) else _judge_ping(answer)
        yield Concluded(self.index, number, outcome, sentence, error.all_seconds)
        return error, outcome, sentence

    def _ask(self, number: int) -> Generator[Move, Answer | None, Answer]:
        answer = yield Attempt(self.index, number, insist=True, ping_statuses=PING_STATUSES)
        assert answer is not None
        return answer

    def _error(self, endpoint: Endpoint, answer: Answer) -> PodmanError | None:
        if not _is_registry(answer.ping):
            return ping_failed(endpoint.host, answer.ping)
        if answer.authorization is not None:
            return not_authorized(answer.authorization, self.candidate.wanted, endpoint.key)
        if isinstance(answer.manifest, NoAnswer):
            return no_answer(answer.manifest)
        assert answer.manifest is not None
        if answer.manifest.status != OK:
            return manifest_refused(self.candidate.wanted, endpoint.key, answer.manifest)
        return None

    def _copy(self, served: _Served) -> Generator[Move, Answer | None, Pulled]:
        """Take the manifest apart, with policy.json's word before its body counts (copyOneImage)."""
        try:
            image = self._image(served)
        except _CopyError as error:
            yield Concluded(self.index, served.number, error.outcome, error.sentence)
            return Pulled(error.outcome, PodmanError(str(error), error.tried_again), error.sentence)
        yield Concluded(self.index, served.number, Outcome.FOUND)
        is_assumed = bool(self.candidate.unverified)
        yield Say("Getting image source signatures", is_assumed)
        if image.config:
            yield Say(image.config.partition(":")[2], is_assumed)
        return Pulled(Outcome.FOUND, PodmanError(""), found=self._found(served, image))

    def _image(self, served: _Served) -> Image:
        manifest = served.manifest
        wanted = self.candidate.digest
        if wanted and manifest_digest(manifest) != wanted:
            text = f"Manifest does not match provided manifest digest {wanted}"
            sentence = "the body is not what the digest names"
            raise _CopyError(f"determining manifest MIME type for {self.familiar}: {text}", sentence)
        if not is_list(manifest):
            self._check_policy("")
            return self._read(manifest, "")
        try:
            digest = choose_instance(manifest, self.platform)
        except ImageError as error:
            chosen = str(error).startswith("no image found")
            what = "choosing an image from manifest list" if chosen else "parsing primary manifest as list for"
            has = ", ".join(platforms(manifest)) or "nothing"
            sentence = f"the index has no {self.platform.os}/{self.platform.architecture} (it has {has})"
            raise _CopyError(f"{what} {self.familiar}: {error}", sentence if chosen else _words(error)) from None
        return self._instance(served, digest)

    def _instance(self, served: _Served, digest: str) -> Image:
        prefix = "copying system image from manifest list: "
        unread = f"{prefix}determining manifest MIME type for {self.familiar}: "
        child, key = served.answer.child, self.candidate.endpoints[served.number].key
        sentence = "the platform's manifest could not be read"
        if child is None:
            raise _CopyError(f"{unread}not asked", sentence)
        if isinstance(child, NoAnswer):
            cause = no_answer(child)
            raise _CopyError(unread + cause.text, sentence, Outcome.UNREACHABLE, tried_again=cause.tried_again)
        if child.status != OK:
            cause = manifest_refused(digest, key, child)
            outcome, why = judge_failure(served.answer)
            raise _CopyError(unread + cause.text, f"{sentence}: {why}", outcome, tried_again=cause.tried_again)
        if manifest_digest(child) != digest:
            text = f"Manifest does not match provided manifest digest {digest}"
            raise _CopyError(unread + text, "the platform's manifest is not what its digest names")
        if is_list(child):
            text = "Unexpectedly received a manifest list instead of a manifest for a single image"
            raise _CopyError(prefix + text, "the index names another index for this platform")
        self._check_policy(prefix)
        return self._read(child, prefix)

    def _check_policy(self, prefix: str) -> None:
        if self.candidate.rejected:
            text = f"{prefix}Source image rejected: {self.candidate.rejected}"
            raise _CopyError(text, "it is there, and policy.json rejects it", Outcome.BLOCKED)

    def _read(self, manifest: HttpAnswer, prefix: str) -> Image:
        try:
            image = read_image(manifest)
            check_configuration(image)
        except ArtifactError as error:
            sentence = "it is no image but another kind of artifact"
            raise _CopyError(f"{prefix}parsing image configuration: {error}", sentence) from None
        except ImageError as error:
            outcome, sentence = judge_unreadable(manifest, other(str(error)))
            text = f"{prefix}initializing image from source {self.familiar}: {error}"
            raise _CopyError(text, sentence if media_type(manifest) else _words(error), outcome) from None
        return image

    def _found(self, served: _Served, image: Image) -> Found:
        endpoint = self.candidate.endpoints[served.number]
        manifest = served.manifest
        return Found(
            candidate=self.index,
            endpoint_index=served.number,
            registry=self.candidate.registry,
            reference=self.candidate.reference,
            endpoint=endpoint.url,
            mirror=endpoint.mirror,
            digest=manifest_digest(manifest),
            media_type=media_type(manifest) if is_list(manifest) else image.media_type,
            platforms=platforms(manifest) if is_list(manifest) else (),
            size=image.size,
        )


class _CopyError(ValueError):
    """The manifest is there and the pull fails all the same; `str()` is podman's error, `sentence` a person's."""

    def __init__(
        self, text: str, sentence: str, outcome: Outcome = Outcome.INVALID, *, tried_again: bool = False
    ) -> None:
        super().__init__(text)
        self.sentence = sentence
        self.outcome = outcome
        self.tried_again = tried_again


def _is_registry(ping: HttpAnswer | NoAnswer) -> bool:
    return isinstance(ping, HttpAnswer) and ping.status in PING_STATUSES


def _judge_ping(answer: Answer) -> tuple[Outcome, str]:
    """Return what a failed `GET /v2/` means for a person."""
    ping = answer.ping
    if isinstance(ping, NoAnswer):
        return judge_failure(answer)
    text = f"answered {printable(status_line(ping), 80)} to GET /v2/, which podman takes for no registry"
    return (Outcome.SERVER_ERROR if ping.status >= 500 else Outcome.NOT_A_REGISTRY), text


def _words(error: ImageError) -> str:
    return f"the manifest cannot be read: {printable(str(error), 200)}"
