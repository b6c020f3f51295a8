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
MOST_KEPT = 256
"""Forms of secrets that are looked for in an error: a password has four, and every token one."""
_SECRET_FIELDS = ("refresh_token", "password")


class SentSecrets:
    """The secrets that were sent so far: a registry may say what its token service was told."""

    def __init__(self) -> None:
        self._forms: dict[str, None] = {}  # in the order of their last use

    def add(self, proof: tuple[tuple[str, str], ...], body: bytes = b"") -> None:
        """Note a request's secret headers and form; the oldest go first where there are very many."""
        for form in sent_secrets(proof, body):
            self._forms.pop(form, None)
            self._forms[form] = None
        while len(self._forms) > MOST_KEPT:
            del self._forms[next(iter(self._forms))]

    def without(self, response: Response) -> Response:
        """Return an answer; of an error every secret is taken out, whoever got it.

        An answer that is no error is left as it is: its digest must stay what it was, and no engine prints it.
        """
        forms = tuple(sorted(self._forms, key=len, reverse=True))
        return _without(response, forms) if response.status >= 400 and forms else response


def _without(response: Response, secrets: tuple[str, ...]) -> Response:
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
