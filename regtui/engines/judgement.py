"""What an answer means for a person, whatever the engine makes of it: one outcome and one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.base import HttpAnswer, NoAnswer, Step
from regtui.engines.distribution import ErrorType, GoError, response_errors, status_line
from regtui.outcome import Outcome, Trouble
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.engines.base import Answer, NotAuthorized

_TLS = {Trouble.CERTIFICATE, Trouble.CLIENT_CERTIFICATE, Trouble.TLS, Trouble.TLS_TIMEOUT, Trouble.PLAIN_HTTP}
_BY_CODE = {
    "UNAUTHORIZED": Outcome.UNAUTHORIZED,
    "DENIED": Outcome.DENIED,
    "TOOMANYREQUESTS": Outcome.RATE_LIMITED,
    "MANIFEST_UNKNOWN": Outcome.NOT_FOUND,
    "NAME_UNKNOWN": Outcome.NOT_FOUND,
}
_BY_STATUS = {401: Outcome.UNAUTHORIZED, 403: Outcome.DENIED, 404: Outcome.NOT_FOUND, 429: Outcome.RATE_LIMITED}
_OCI = {"application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"}
SUCCESS = range(200, 400)
"""Statuses that docker/distribution's client takes for success (registry/client/errors.go, SuccessStatus)."""


def judge_failure(answer: Answer) -> tuple[Outcome, str]:
    """Return the outcome and a sentence for an answer that holds no usable manifest."""
    if isinstance(answer.ping, NoAnswer):
        return _no_answer(answer.ping)
    if answer.authorization is not None:
        return _not_authorized(answer.authorization)
    last = answer.child or answer.manifest
    if isinstance(last, NoAnswer):
        return _no_answer(last)
    if last is None:
        return Outcome.INVALID, "nothing was asked"
    return _refused(last, answer.ping)


def judge_unreadable(answer: HttpAnswer, error: GoError) -> tuple[Outcome, str]:
    """Return the outcome and a sentence for a 200 whose body the engine cannot use."""
    base = answer.content_type.split(";", 1)[0].strip().lower()
    if base in _OCI:
        return Outcome.INVALID, f"an OCI manifest, which this Docker is too old for: it says {printable(error.text)!r}"
    if base in ("text/html", "text/plain", ""):
        shown = printable(base, 60) or "no type"
        return Outcome.NOT_A_REGISTRY, f"answered 200 with {shown}, which is no manifest ({printable(error.text)})"
    return Outcome.INVALID, f"the manifest cannot be read: {printable(error.text)}"


def _no_answer(failure: NoAnswer) -> tuple[Outcome, str]:
    sentence = failure.sentence
    if failure.step is Step.TOKEN:
        sentence = f"token service: {sentence}"
    if failure.own_limit:
        return Outcome.UNDECIDED, sentence
    if failure.trouble in _TLS:
        return Outcome.TLS_FAILED, sentence
    if failure.trouble is Trouble.PROTOCOL:
        return Outcome.NOT_A_REGISTRY, sentence
    return Outcome.UNREACHABLE, sentence


def _not_authorized(failure: NotAuthorized) -> tuple[Outcome, str]:
    if isinstance(failure.answer, NoAnswer):
        return _no_answer(failure.answer)
    if isinstance(failure.answer, HttpAnswer):
        status = failure.answer.status
        if status == 429:
            return Outcome.RATE_LIMITED, failure.sentence
        if status >= 500:
            return Outcome.SERVER_ERROR, failure.sentence
    return Outcome.UNAUTHORIZED, failure.sentence


def _refused(answer: HttpAnswer, ping: object) -> tuple[Outcome, str]:
    if answer.status >= 500:
        return Outcome.SERVER_ERROR, f"answered {printable(status_line(answer), 80)}"
    error = response_errors(answer)[0]
    if error.type is ErrorType.RESPONSE and isinstance(ping, HttpAnswer) and not ping.api_version:
        return Outcome.NOT_A_REGISTRY, f"answered {printable(status_line(answer), 80)} without a registry's error"
    outcome = _BY_CODE.get(error.code) or _BY_STATUS.get(answer.status, Outcome.SERVER_ERROR)
    text = error.text if error.type is not ErrorType.RESPONSE else status_line(answer)
    return outcome, f"answered {answer.status}: {printable(text, 200)}"
