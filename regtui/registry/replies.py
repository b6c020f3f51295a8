"""An HTTP answer with what the distribution API puts into its headers."""

from __future__ import annotations

import re
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry import quota
from regtui.registry.jsonbody import BodyError, load_object
from regtui.text import one_line

if TYPE_CHECKING:
    from regtui.registry.transport import Response

MOST_CHALLENGES = 20
"""WWW-Authenticate headers of one answer that are read; registries send one or two."""
_LENGTH = re.compile(r"[0-9]{1,15}")
"""WWW-Authenticate headers of one answer that are kept; no server has more than three."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a registry or a token service.

    `asked` is the URL of the request, `url` the one that answered after redirects, `hops` those in between. `reason`,
    `warnings` and `peer` are clean; `content_type`, `body`, `challenges` (the raw WWW-Authenticate values),
    `digest` (what Docker-Content-Digest claims) and `links` are as sent: clean them before printing. `truncated`: the
    body goes on. `api_version`: the header of a v2 registry is there. `retry_after` and `seconds` are in seconds.
    `length` is what Content-Length says, None where the answer does not tell its size.
    """

    method: str
    asked: str
    url: str
    status: int
    reason: str = ""
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)
    truncated: bool = False
    challenges: tuple[str, ...] = ()
    digest: str = ""
    api_version: bool = False
    links: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    rate_limit: quota.RateLimit | None = None
    retry_after: float | None = None
    filters: str = ""
    location: str | None = field(default=None, repr=False)
    hops: tuple[str, ...] = field(default=(), repr=False)
    peer: str = ""
    proxy: str = ""
    seconds: float = 0.0
    length: int | None = None

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()

    @property
    def is_success(self) -> bool:
        """Whether the engine's client takes the answer for a success (client/errors.go, SuccessStatus)."""
        return 200 <= self.status < 400


def reply_to(method: str, response: Response) -> Reply:
    """Return the answer to one request, before any redirect is followed."""
    header = response.header
    return Reply(
        method,
        response.url,
        response.url,
        response.status,
        response.reason,
        header("Content-Type") or "",
        response.body,
        response.truncated,
        response.header_values("WWW-Authenticate")[:MOST_CHALLENGES],
        header("Docker-Content-Digest") or "",
        _is_v2(response.header_values("Docker-Distribution-Api-Version")),
        response.header_values("Link"),
        quota.warnings(response.header_values("Warning")),
        quota.rate_limit(header("RateLimit-Limit"), header("RateLimit-Remaining"), header("Docker-RateLimit-Source")),
        quota.retry_after(header("Retry-After"), datetime.now(UTC)),
        header("OCI-Filters-Applied") or "",
        header("Location"),
        peer=response.peer,
        proxy=response.proxy,
        seconds=response.seconds,
        length=_length(response),
    )


def _length(response: Response) -> int | None:
    text = response.header("Content-Length") or ""
    return int(text) if _LENGTH.fullmatch(text) and response.header("Transfer-Encoding") is None else None


def _is_v2(values: tuple[str, ...]) -> bool:
    """Say whether one of the versions is `registry/2.0` (client/auth/api_version.go, APIVersions)."""
    return any("registry/2.0" in value.split() for value in values)


def reason_of(reply: Reply) -> str:
    """Return words for an answer that is no success: the status, and the server's own message where it has one."""
    status = f"{reply.status} {reply.reason}".strip()
    message = _message(reply.body)
    return f"{status}: {message}" if message else status


def _message(body: bytes) -> str:
    """Return the message of an errors document, or of the other shapes in use (token services, Docker Hub's 429)."""
    try:
        fields = load_object(body)
    except BodyError:
        return ""
    errors = fields.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    for source, name in (
        (first, "message"),
        (first, "code"),
        (fields, "details"),
        (fields, "message"),
        (fields, "error"),
    ):
        text = source.get(name) if isinstance(source, dict) else None
        if isinstance(text, str) and text:
            return one_line(text, 200)
    return ""
