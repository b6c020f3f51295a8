"""The errors of containerd's resolver and fetcher for an answer.

Sources: remotes/docker/{resolver,fetcher,authorizer}.go and remotes/docker/auth of containerd 1.6.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from regtui.challenge import parse_as_distribution
from regtui.engines.base import HttpAnswer, NoAnswer
from regtui.engines.distribution import STANDARD_MESSAGES, status_line
from regtui.engines.podman_errors import status_text
from regtui.gojson import GoJsonError, kind, unmarshal
from regtui.gotext import url_error
from regtui.outcome import Trouble

if TYPE_CHECKING:
    from regtui.engines.base import Answer, NotAuthorized

NOT_FOUND = "not found"
ACCESS_DENIED = "pull access denied, repository does not exist or may require authorization: "
INVALID_AUTHORIZATION = "authorization failed"
_SECONDS = {Trouble.CONNECT_TIMEOUT: 30.0, Trouble.TLS_TIMEOUT: 10.0, Trouble.DNS_TIMEOUT: 10.0}
"""What its dialer, its handshake and Go's resolver wait."""


def seconds(answer: Answer) -> float:
    """Return what an attempt costs containerd in waiting."""
    failed = next((part for part in (answer.ping, answer.manifest) if isinstance(part, NoAnswer)), None)
    if failed is None and answer.authorization is not None and isinstance(answer.authorization.answer, NoAnswer):
        failed = answer.authorization.answer
    return _SECONDS.get(failed.trouble, 0.0) if failed is not None else 0.0


def speaks_plainly(answer: Answer) -> bool:
    """Whether a TLS hello was answered in plain HTTP (docker.NewHTTPFallback)."""
    parts = (answer.ping, answer.manifest)
    return any(isinstance(part, NoAnswer) and part.trouble is Trouble.PLAIN_HTTP for part in parts)


def no_answer(failure: NoAnswer) -> str:
    """Return the error of a request without an answer."""
    return f"failed to do request: {url_error(failure.method, failure.url, failure.go, quoted=True)}"


def not_authorized(failure: NotAuthorized) -> str:
    """Return the error of a token service that gave no token."""
    answer = failure.answer
    if answer is None:  # a challenge that leads nowhere is an error of its own
        return failure.go
    if isinstance(answer, NoAnswer):
        cause = url_error(answer.method, answer.url, answer.go, quoted=True)
    elif not 200 <= answer.status < 400:
        cause = f"unexpected status: {go_status(answer)}"
    else:
        cause = _no_token(answer)
    return f"failed to authorize: failed to fetch anonymous token: {cause}"


def refused_twice(answer: HttpAnswer) -> str:
    """Return the error of a 401 to a request with a token, empty where containerd only tries again."""
    for challenge in parse_as_distribution(answer.challenges):
        if challenge.scheme == "bearer":
            error = challenge.get("error") or ""
            return f"server message: {error}: {INVALID_AUTHORIZATION}" if error else ""
    return ""


def go_status(answer: HttpAnswer) -> str:
    """Return Go's Response.Status."""
    return status_line(answer) if answer.reason else f"{answer.status} {status_text(answer.status)}".rstrip()


def fetch_refused(url: str, answer: HttpAnswer) -> str:
    """Return the error of a manifest by digest that was not answered with it (dockerFetcher.open)."""
    if answer.status == HTTPStatus.NOT_FOUND:
        return f"content at {url} {NOT_FOUND}: {NOT_FOUND}"
    status = f"unexpected status code {url}: {go_status(answer)}"
    message = _server_message(answer.body)
    return f"{status} - Server message: {message}" if message else status


def _no_token(answer: HttpAnswer) -> str:
    try:
        document = unmarshal(answer.body)
    except GoJsonError as error:
        cause = "EOF" if not answer.body.strip() else str(error)
        cause = "unexpected EOF" if cause == "unexpected end of JSON input" else cause
        return f"unable to decode token response: {cause}"
    if document is not None and not isinstance(document, dict):
        wanted = "auth.FetchTokenResponse"
        return (
            f"unable to decode token response: json: cannot unmarshal {kind(document)} into Go value of type {wanted}"
        )
    for field in ("token", "access_token"):
        value = (document or {}).get(field)
        if value is not None and not isinstance(value, str):
            place = f"Go struct field FetchTokenResponse.{field} of type string"
            return f"unable to decode token response: json: cannot unmarshal {kind(value)} into {place}"
    return "authorization server did not include a token in the response"


def _server_message(body: bytes) -> str:
    """Return a registry's errors as containerd prints them, empty where the body holds none."""
    try:
        document = unmarshal(body)
    except GoJsonError:
        return ""
    entries = document.get("errors") if isinstance(document, dict) else None
    texts = [_error_text(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    if len(texts) < 2:
        return "".join(texts)
    return "errors:\n" + "".join(f"{text}\n" for text in texts)


def _error_text(entry: dict[str, object]) -> str:
    raw, message = entry.get("code"), entry.get("message")
    code = raw if isinstance(raw, str) and raw in _KNOWN_CODES else "UNKNOWN"
    words = code.lower().replace("_", " ")
    text = message if isinstance(message, str) else ""
    if entry.get("detail") is None and text in ("", STANDARD_MESSAGES.get(code, "")):
        return words
    return f"{words}: {text}"


_KNOWN_CODES = frozenset(("UNKNOWN", "UNSUPPORTED", "UNAUTHORIZED", "DENIED", "UNAVAILABLE", "TOOMANYREQUESTS"))
"""The codes that containerd registers; it takes those of version 2 of the API for unknown."""
