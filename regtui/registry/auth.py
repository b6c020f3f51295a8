"""What a request carries to prove who asks, and to whom alone it may be shown."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.credentials import Credential, Secret
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.registry.weburl import WebUrl


class AuthorizationKind(StrEnum):
    """The schemes that engines know."""

    NONE = "none"
    BASIC = "basic"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Authorization:
    """An Authorization header for one origin (`SCHEME://HOST[:PORT]`); no other URL gets it.

    `identity` names the user for people, empty for an anonymous token. `fresh` says that the token was fetched for
    this request and not kept from an earlier one.
    """

    kind: AuthorizationKind
    origin: str = ""
    value: Secret | None = field(default=None, repr=False)
    identity: str = ""
    fresh: bool = True

    @classmethod
    def none(cls) -> Authorization:
        """Return the authorization of an anonymous request."""
        return cls(AuthorizationKind.NONE)

    def headers_for(self, url: WebUrl) -> tuple[tuple[str, str], ...]:
        """Return the header for a request to this URL: nothing for another origin than its own."""
        if self.value is None or url.origin != self.origin:
            return ()
        return (("Authorization", self.value.reveal()),)


def basic(origin: str, credential: Credential) -> Authorization:
    """Return the Authorization of a stored user name and password (RFC 7617, in UTF-8 as Go sends it)."""
    value = Secret(basic_value(credential))
    return Authorization(AuthorizationKind.BASIC, origin, value, printable(credential.username, 100))


def basic_value(credential: Credential) -> str:
    """Return the header's value; the caller keeps it to itself."""
    pair = f"{credential.username}:{credential.secret.reveal()}".encode("utf-8", "surrogateescape")
    return "Basic " + base64.b64encode(pair).decode("ascii")


@dataclass(frozen=True, slots=True)
class Granted:
    """How the endpoint's requests are authorized.

    `withheld` is a sentence about a secret that was kept back, empty where none was. `words` tell the credential that
    a helper gave, or why it gave none; empty where no helper was asked.
    """

    authorization: Authorization
    withheld: str = ""
    words: str = ""


def has_password(credential: Credential | None) -> bool:
    """Say whether there is a user name and a password; the engines take one without the other for nothing."""
    return credential is not None and bool(credential.username and credential.secret)


def can_prove(credential: Credential) -> bool:
    """Say whether the credential holds anything that a token service would be sent."""
    return bool(credential.identity_token) or has_password(credential)


def secret_name(credential: Credential) -> str:
    """Return words that name a secret: `the password of alice`."""
    if credential.identity_token:
        return "the identity token"
    return f"the password of {printable(credential.username, 60)}"


def identity_of(credential: Credential | None) -> str:
    """Return a key that differs for every user and secret, and tells neither."""
    if credential is None:
        return ""
    token = credential.identity_token.reveal() if credential.identity_token else ""
    text = "\0".join((credential.username, credential.secret.reveal(), token))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
