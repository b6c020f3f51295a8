"""A server that plays back what it was sent, in an error that the engine would print, shows nobody a secret."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from regtui.registry.transport import Response

SHORTEST = 8
"""Characters of a secret that is looked for. Shorter ones are words, and JSON's own keys are shorter."""
HIDDEN = "***"
_SECRET_FIELDS = ("refresh_token", "password")


def without_echo(response: Response, proof: tuple[tuple[str, str], ...], body: bytes = b"") -> Response:
    """Return the answer to a request that had these secret headers and this body; of an error they are taken out.

    An answer that is no error is left as it is: its digest must stay what it was, and no engine prints it.
    """
    secrets = sent_secrets(proof, body) if response.status >= 400 else ()
    if not secrets:
        return response
    content, reason, headers = response.body, response.reason, response.headers
    for secret in secrets:
        content = content.replace(secret.encode("utf-8", "surrogateescape"), HIDDEN.encode())
        reason = reason.replace(secret, HIDDEN)
        headers = tuple((name, value.replace(secret, HIDDEN)) for name, value in headers)
    return replace(response, body=content, reason=reason, headers=headers)


def sent_secrets(proof: tuple[tuple[str, str], ...], body: bytes) -> tuple[str, ...]:
    """Return every form of the secrets in a request's headers and form, the longest first."""
    found: set[str] = set()
    for _, value in proof:
        scheme, blank, rest = value.partition(" ")
        found.add(rest if blank else value)
        if scheme.lower() == "basic":
            found |= _of_basic(rest)
    for part in body.decode("ascii", "replace").split("&"):
        name, _, value = part.partition("=")
        if name in _SECRET_FIELDS:
            found |= {value, unquote_plus(value, errors="surrogateescape")}
    return tuple(sorted((secret for secret in found if len(secret) >= SHORTEST), key=len, reverse=True))


def _of_basic(encoded: str) -> set[str]:
    try:
        pair = base64.b64decode(encoded).decode("utf-8", "surrogateescape")
    except binascii.Error:
        return set()
    return {pair, pair.partition(":")[2]}
