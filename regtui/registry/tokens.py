"""A token service's answer, read as docker/distribution reads it, or as tolerantly as its documentation asks."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, decode_first, kind
from regtui.host.credentials import Secret
from regtui.text import go_quote, printable

SHORTEST = 60.0
"""Seconds that a token is good for at least (distribution, auth/token.md: older clients assumed them)."""
LONGEST = 366 * 86400.0
"""Seconds that a token is kept at most, so that its end is always a date."""
NO_TOKEN = "authorization server did not include a token in the response"  # noqa: S105 - Go's text, no secret

_TOKEN = re.compile(r"[!-~]{1,32768}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)
_LAYOUT = '"2006-01-02T15:04:05Z07:00"'
_TIME = (  # the parts of RFC 3339, each with the part of Go's layout that names it
    (r"\"", '"'),
    (r"\d{4}", "2006"),
    ("-", "-"),
    (r"\d\d", "01"),
    ("-", "-"),
    (r"\d\d", "02"),
    ("T", "T"),
    (r"\d\d?", "15"),
    (":", ":"),
    (r"\d\d", "04"),
    (":", ":"),
    (r"\d\d(?:[.,]\d+)?", "05"),
    (r"Z|[+-]\d\d:\d\d", "Z07:00"),
    (r"\"", '"'),
)


class TokenAnswerError(ValueError):
    """An answer without a token that can be used: `str()` is a clean sentence, `go` the engine's text."""

    def __init__(self, sentence: str, go: str) -> None:
        super().__init__(sentence)
        self.go = go


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token, and the seconds from its arrival on that it is good for."""

    value: Secret
    lifetime: float


def read_token(body: bytes, now: datetime, *, posted: bool = False, tolerant: bool = False) -> Token:
    """Return the token of a 200; raises TokenAnswerError.

    `access_token` comes before `token`, and is the only one in the answer to a POST (`posted`). Where a field has
    another type the engine takes no token from the answer; `tolerant` passes over such fields.
    """
    struct = "postTokenResponse" if posted else "getTokenResponse"
    try:
        document = decode_first(body)
    except GoJsonError as error:
        raise _undecodable("it is not JSON", printable(str(error), 300)) from None
    if document is not None and not isinstance(document, dict):
        cause = f"json: cannot unmarshal {kind(document)} into Go value of type auth.{struct}"
        raise _undecodable("it is no JSON object", cause)
    fields = {name.lower(): value for name, value in (document or {}).items()}
    if not tolerant:
        _check_types(fields, struct)
    names = ("access_token",) if posted else ("access_token", "token")
    value = next((text for name in names if isinstance(text := fields.get(name), str) and text), "")
    if not value:
        raise TokenAnswerError("the token service's answer holds no token", NO_TOKEN)
    if not _TOKEN.fullmatch(value):
        cause = 'net/http: invalid header field value for "Authorization"'
        raise TokenAnswerError("the token service's token has characters that no token may have, or is too long", cause)
    return Token(Secret(value), _lifetime(fields.get("expires_in"), fields.get("issued_at"), now))


def _undecodable(what: str, cause: str) -> TokenAnswerError:
    return TokenAnswerError(
        f"the token service's answer cannot be read: {what}", f"unable to decode token response: {cause}"
    )


def _check_types(fields: dict[str, object], struct: str) -> None:
    """Raise TokenAnswerError for what encoding/json does not take: a bad time, else the first of another type."""
    issued_at = fields.get("issued_at")
    if issued_at is not None and (cause := _time_fault(issued_at)):
        raise _undecodable("issued_at is no time", cause)
    wanted = {"token": "string", "access_token": "string", "refresh_token": "string", "expires_in": "int"}
    if struct == "postTokenResponse":
        wanted = {"scope": "string", **{name: type_ for name, type_ in wanted.items() if name != "token"}}
    for name, value in fields.items():
        type_ = wanted.get(name)
        if value is None or type_ is None or (type_ == "string" and isinstance(value, str)):
            continue
        if type_ == "int" and type(value) is int and -(2**63) <= value < 2**63:
            continue
        is_number = type_ == "int" and isinstance(value, int | float) and not isinstance(value, bool)
        said = f"number {printable(str(value), 60)}" if is_number else kind(value)
        cause = f"json: cannot unmarshal {said} into Go struct field {struct}.{name} of type {type_}"
        raise _undecodable(f"{name} is no {'whole number' if type_ == 'int' else 'text'}", cause)


def _time_fault(value: object) -> str:
    """Return what time.Time's UnmarshalJSON says of a value; nothing where it is RFC 3339."""
    if isinstance(value, str):
        rest = text = f'"{value}"'
    else:
        rest = text = "{}" if isinstance(value, dict) else "[]" if isinstance(value, list) else str(value).lower()
    for pattern, layout in _TIME:
        match = re.match(pattern, rest, re.ASCII)
        if match is None:
            shown = go_quote(printable(text, 200))
            at_fault = go_quote(printable(rest, 200))
            return f"parsing time {shown} as {go_quote(_LAYOUT)}: cannot parse {at_fault} as {go_quote(layout)}"
        rest = rest[match.end() :]
    if _time(text.strip('"')) is None and not text.startswith('"0000'):
        return f"parsing time {go_quote(text)}: day out of range"
    return ""


def _time(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _lifetime(expires_in: object, issued_at: object, now: datetime) -> float:
    """Return the seconds left of a token that was issued then, for that long.

    A clock that differs from the service's must not cost the token: a time in the future, or so long ago that the
    token would be dead on arrival, is taken for now.
    """
    seconds = 0.0
    if isinstance(expires_in, int | float) and not isinstance(expires_in, bool):
        seconds = float(max(min(expires_in, LONGEST), 0))
    elif isinstance(expires_in, str) and _DIGITS.fullmatch(expires_in):
        seconds = float(expires_in)
    seconds = min(max(seconds, SHORTEST), LONGEST)
    issued = _time(issued_at)
    try:
        age = (now - issued).total_seconds() if issued else 0.0
    except OverflowError:
        age = 0.0
    return seconds - age if 0 < age < seconds else seconds
