"""How docker/distribution's client reads an answer: the errors that dockerd decides by and prints.

Sources: registry/client/errors.go, registry/api/errcode/errors.go and manifests.go of docker/distribution, at the
revision that Docker 1.13.1 vendors (28602af); later ones differ where a parameter says so.
"""

from __future__ import annotations

from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING

from regtui.challenge import parse_as_distribution
from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, kind, unmarshal
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer

STANDARD_MESSAGES = {
    "UNKNOWN": "unknown error",
    "UNSUPPORTED": "The operation is unsupported.",
    "UNAUTHORIZED": "authentication required",
    "DENIED": "requested access to the resource is denied",
    "UNAVAILABLE": "service unavailable",
    "TOOMANYREQUESTS": "too many requests",
    "DIGEST_INVALID": "provided digest did not match uploaded content",
    "SIZE_INVALID": "provided length did not match content length",
    "NAME_INVALID": "invalid repository name",
    "TAG_INVALID": "manifest tag did not match URI",
    "NAME_UNKNOWN": "repository name not known to registry",
    "MANIFEST_UNKNOWN": "manifest unknown",
    "MANIFEST_INVALID": "manifest invalid",
    "MANIFEST_UNVERIFIED": "manifest failed signature verification",
    "MANIFEST_BLOB_UNKNOWN": "blob unknown to registry",
    "BLOB_UNKNOWN": "blob unknown to registry",
    "BLOB_UPLOAD_UNKNOWN": "blob upload unknown to registry",
    "BLOB_UPLOAD_INVALID": "blob upload invalid",
}
"""Code -> the message that makes an error without detail a bare code (errcode/errors.go, UnmarshalJSON)."""

FALLBACK_CODES = frozenset({"UNAUTHORIZED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN"})
"""shouldV2Fallback (distribution/errors.go:45-51)."""


class ErrorType(Enum):
    """The Go type of an error, as far as continueOnError and the translations tell them apart."""

    CODE = auto()  # errcode.Error: a code with a message or detail of its own
    BARE_CODE = auto()  # errcode.ErrorCode
    RESPONSE = auto()  # client.UnexpectedHTTPResponseError
    CONFIG = auto()  # ImageConfigPullError
    NO_BASIC_CREDENTIALS = auto()  # *url.Error around auth.ErrNoBasicAuthCredentials
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class GoError:
    """An error of the engine: `text` is what Error() gives, `code` the registry's code where there is one."""

    type: ErrorType
    text: str
    code: str = ""

    @property
    def falls_back(self) -> bool:
        """Whether it is an errcode.Error that shouldV2Fallback allows."""
        return self.type is ErrorType.CODE and self.code in FALLBACK_CODES


def other(text: str) -> GoError:
    """Return an error that matters only by its text."""
    return GoError(ErrorType.OTHER, text)


def response_errors(answer: HttpAnswer) -> tuple[GoError, ...]:
    """Return what HandleErrorResponse makes of an answer that is no success; the first one is what counts.

    Challenges of a 401 that name an OAuth error come before the body's errors (mergeErrors).
    """
    if not 400 <= answer.status < 500:
        return (other(f"received unexpected HTTP status: {status_line(answer)}"),)
    body = _body_errors(answer)
    for challenge in parse_as_distribution(answer.challenges) if answer.status == 401 else ():
        if challenge.scheme != "bearer":
            continue
        code = {"invalid_token": "UNAUTHORIZED", "insufficient_scope": "DENIED"}.get(challenge.get("error") or "")
        if code:
            message = challenge.get("error_description") or STANDARD_MESSAGES[code]
            return (_code_error(code, message), *body)
    if body[0].type is ErrorType.RESPONSE and answer.status == 401:
        return (_code_error("UNAUTHORIZED", STANDARD_MESSAGES["UNAUTHORIZED"]),)
    return body


def errors_text(errors: tuple[GoError, ...]) -> str:
    """Return errcode.Errors.Error(): the one text, or a list."""
    if len(errors) == 1:
        return errors[0].text
    return "errors:\n" + "".join(error.text + "\n" for error in errors)


def status_line(answer: HttpAnswer) -> str:
    """Return Go's Response.Status: the code with the reason as it was sent."""
    reason = answer.reason
    if not reason:
        try:
            reason = HTTPStatus(answer.status).phrase
        except ValueError:
            reason = ""
    return f"{answer.status} {reason}".rstrip()


def _code_error(code: str, message: str) -> GoError:
    known = code if code in STANDARD_MESSAGES else "UNKNOWN"
    return GoError(ErrorType.CODE, f"{_code_text(known)}: {message}", known)


def _code_text(code: str) -> str:
    return code.lower().replace("_", " ")


def _body_errors(answer: HttpAnswer) -> tuple[GoError, ...]:
    """Return parseHTTPErrorResponse's reading of the body."""
    try:
        document = unmarshal(answer.body)
    except GoJsonError as error:
        return (_response_error(answer, str(error)),)
    if document is not None and not isinstance(document, dict):
        wanted = "struct { Errors []errcode.Error }"
        return (_response_error(answer, f"json: cannot unmarshal {kind(document)} into Go value of type {wanted}"),)
    fields = document or {}
    details = _field(fields, "details")
    if isinstance(details, str) and details:
        code = {401: "UNAUTHORIZED", 429: "TOOMANYREQUESTS"}.get(answer.status, "UNKNOWN")
        return (_code_error(code, details),)
    listed = _field(fields, "errors")
    if listed is not None and not isinstance(listed, list):
        wanted = "[]errcode.Error"
        cause = f"json: cannot unmarshal {kind(listed)} into Go struct field .Errors of type {wanted}"
        return (_response_error(answer, cause),)
    errors = tuple(_entry_error(entry) for entry in listed or ())
    return errors or (_response_error(answer, "no error details found in HTTP response body"),)


def _entry_error(entry: object) -> GoError:
    fields = entry if isinstance(entry, dict) else {}
    raw_code, message, detail = (_field(fields, name) for name in ("code", "message", "detail"))
    code = raw_code if isinstance(raw_code, str) and raw_code in STANDARD_MESSAGES else "UNKNOWN"
    text = message if isinstance(message, str) else ""
    if detail is None and text in ("", STANDARD_MESSAGES[code]):
        return GoError(ErrorType.BARE_CODE, _code_text(code), code)
    return _code_error(code, text)


def _response_error(answer: HttpAnswer, cause: str) -> GoError:
    text = f"error parsing HTTP {answer.status} response body: {cause}: {go_quote(answer.body)}"
    return GoError(ErrorType.RESPONSE, text)


def _field(fields: dict[str, object], name: str) -> object:
    """Return a field as encoding/json matches it: the exact key first, else any case."""
    if name in fields:
        return fields[name]
    return next((value for key, value in fields.items() if key.lower() == name), None)
