"""The errors of containers/image for an answer of a registry or of a token service, and which of them are tried again.

Sources: docker/docker_client.go, docker/errors.go and docker/distribution_error.go of containers/image 5.23,
pkg/retry/retry.go of containers/common 0.50.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from regtui.engines.base import HttpAnswer, NoAnswer
from regtui.engines.distribution import ErrorType, GoError, errors_text, response_errors
from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, kind, unmarshal
from regtui.gotext import url_error
from regtui.outcome import Trouble

if TYPE_CHECKING:
    from regtui.engines.base import NotAuthorized

TOO_MANY = "too many requests to registry"
BODY_SHOWN = 50
"""Bytes of a body that is no registry's error."""
_FINAL = frozenset({"UNAUTHORIZED", "DENIED", "NAME_UNKNOWN", "MANIFEST_UNKNOWN"})
_GO_PHRASES = {
    203: "Non-Authoritative Information",
    413: "Request Entity Too Large",
    414: "Request URI Too Long",
    416: "Requested Range Not Satisfiable",
    418: "I'm a teapot",
    422: "Unprocessable Entity",
}
_TRIED_AGAIN = frozenset(
    {
        Trouble.REFUSED,
        Trouble.RESET,
        Trouble.CLOSED,
        Trouble.NO_ROUTE,
        Trouble.CONNECT_TIMEOUT,
        Trouble.TLS_TIMEOUT,
        Trouble.DNS_TIMEOUT,
    }
)
_SECONDS = {Trouble.CONNECT_TIMEOUT: 30.0, Trouble.TLS_TIMEOUT: 10.0, Trouble.DNS_TIMEOUT: 10.0}
"""What its dialer, its handshake and Go's resolver wait."""
BACKOFF_SECONDS = 30.0
"""2, 4, 8 and 16 seconds between five requests that are answered 429."""
RETRIES = 3
"""How often podman tries a candidate again, a second later each time (libimage, defaultMaxRetries)."""


@dataclass(frozen=True, slots=True)
class PodmanError:
    """An error of a pull: its text, whether podman tries again for it, and the seconds that one try costs.

    `assumed` says that it rests on an answer that is not asked for.
    """

    text: str
    tried_again: bool = False
    seconds: float = 0.0
    assumed: bool = False

    @property
    def all_seconds(self) -> float:
        """What the error costs with all tries."""
        return self.seconds * (RETRIES + 1) + RETRIES if self.tried_again else self.seconds


def no_answer(failure: NoAnswer) -> PodmanError:
    """Return the *url.Error of a request without an answer; Go's resolver and dialer are its only time limits."""
    text = url_error(failure.method, failure.url, failure.go, quoted=True)
    return PodmanError(text, failure.trouble in _TRIED_AGAIN, _SECONDS.get(failure.trouble, 0.0))


def ping_failed(host: str, answer: HttpAnswer | NoAnswer) -> PodmanError:
    """Return the error of a `GET /v2/` that was not answered 200 or 401.

    podman then asks for `/v1/_ping`, which regtui does not send; a registry of that time would give another error.
    """
    if isinstance(answer, NoAnswer):
        cause = no_answer(answer)
        # The question about version 1 meets the same trouble once more.
        return PodmanError(f"pinging container registry {host}: {cause.text}", cause.tried_again, 2 * cause.seconds)
    seconds = BACKOFF_SECONDS if answer.status == HTTPStatus.TOO_MANY_REQUESTS else 0.0
    text = TOO_MANY if answer.status == HTTPStatus.TOO_MANY_REQUESTS else _invalid_status(answer.status)
    return PodmanError(f"pinging container registry {host}: {text}", seconds=seconds, assumed=True)


def manifest_refused(wanted: str, name: str, answer: HttpAnswer) -> PodmanError:
    """Return the error of a manifest's request that was not answered 200."""
    errors = response_errors(answer)
    text = errors_text(errors)
    if len(errors) == 1 and errors[0].type is ErrorType.RESPONSE:
        shown = answer.body.decode("utf-8", "surrogateescape")
        if len(answer.body) > BODY_SHOWN:
            shown = answer.body[:BODY_SHOWN].decode("utf-8", "surrogateescape") + "..."
        text = f"StatusCode: {answer.status}, {shown}"
    seconds = BACKOFF_SECONDS if answer.status == HTTPStatus.TOO_MANY_REQUESTS else 0.0
    again = all(_is_tried_again(error) for error in errors)
    return PodmanError(f"reading manifest {wanted} in {name}: {text}", again, seconds)


def not_authorized(failure: NotAuthorized, wanted: str, name: str) -> PodmanError:
    """Return the error of a token service that gave no token; `wanted` and `name` are the manifest's."""
    answer = failure.answer
    if isinstance(answer, NoAnswer):
        return no_answer(answer)
    if answer is None:
        text = "missing realm in bearer auth challenge" if "realm" in failure.go else failure.go
        return PodmanError(text)
    match answer.status:
        case HTTPStatus.OK:
            return _no_token(answer, wanted, name)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return PodmanError(TOO_MANY)
        case HTTPStatus.UNAUTHORIZED:
            cause = errors_text(response_errors(answer))
            return PodmanError(f"unable to retrieve auth token: invalid username/password: {cause}")
        case status:
            return PodmanError(f"Requesting bearer token: {_invalid_status(status)}")


def _no_token(answer: HttpAnswer, wanted: str, name: str) -> PodmanError:
    """Return the error of a 200 without a usable token; with an empty one podman asks on, and is refused."""
    try:
        document = unmarshal(answer.body)
    except GoJsonError as error:
        return PodmanError(str(error))
    if document is not None and not isinstance(document, dict):
        return PodmanError(f"json: cannot unmarshal {kind(document)} into Go value of type docker.bearerToken")
    for field in ("token", "access_token"):
        value = (document or {}).get(field)
        if value is not None and not isinstance(value, str):
            place = f"Go struct field bearerToken.{field} of type string"
            return PodmanError(f"json: cannot unmarshal {kind(value)} into {place}")
    return PodmanError(f"reading manifest {wanted} in {name}: unauthorized: authentication required", assumed=True)


def _invalid_status(status: int) -> str:
    return f"invalid status code from registry {status} ({status_text(status)})"


def status_text(status: int) -> str:
    """Return Go's http.StatusText; Python words some otherwise, and not the same in all versions."""
    try:
        return _GO_PHRASES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return ""


def _is_tried_again(error: GoError) -> bool:
    return error.type is ErrorType.CODE and error.code not in _FINAL
