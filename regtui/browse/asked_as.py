"""As whom a registry was asked, in words: which credential and where it comes from, or why there is none. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.credentials import Credential
from regtui.registry.errors import NoCredentials, TokenError
from regtui.stored import NO_CREDENTIALS

if TYPE_CHECKING:
    from regtui.host.credentials import HelperCall
    from regtui.registry.auth import Granted
    from regtui.registry.errors import RegistryError

_ANONYMOUS = "asked without a login"
IDENTITY_TOKEN = "<token>"  # noqa: S105 - docker's user name for an identity token, which names nobody


@dataclass(frozen=True, slots=True)
class StoredLogin:
    """Where the credential of a place comes from, in words; `nameless` is IDENTITY_TOKEN for a token without a user."""

    words: str
    nameless: str = ""

    @classmethod
    def of(cls, credential: Credential | HelperCall | None, words: str) -> StoredLogin:
        """Return the origin of what is stored."""
        is_token = isinstance(credential, Credential) and credential.identity_token and not credential.username
        return cls(words, IDENTITY_TOKEN if is_token else "")


def login_words(granted: Granted | None, stored: StoredLogin) -> str:
    """Return the words for what was granted; `stored` tells where the place's credential comes from. Empty for None."""
    if granted is None:
        return ""
    if granted.authorization.value is None:
        return f"{_ANONYMOUS}: the registry wants none"
    user = granted.authorization.identity or stored.nameless
    return _asked(user, granted.words or stored.words, withheld=bool(granted.withheld))


def refused_words(error: RegistryError, granted: Granted | None, stored: StoredLogin, *, has_login: bool) -> str:
    """Return the words beside a refusal: what a registry that wanted no login, or a token service, was not told."""
    if isinstance(error, TokenError):
        return _asked(error.user or stored.nameless, error.words or stored.words, withheld=bool(error.withheld))
    if granted is not None and granted.authorization.value is None:
        left = f"; there is {stored.words}" if has_login else ""
        return f"{_ANONYMOUS}, because GET /v2/ wanted none{left}"
    return login_words(granted, stored)


def missing_words(error: NoCredentials, stored: str, command: str, registry: str) -> str:
    """Return why nothing can be sent to a registry that wants a password, and the command that changes it.

    `stored` tells what the host's files have for it, `command` logs in, `registry` is empty where nobody can.
    """
    nothing = not stored or stored.startswith(NO_CREDENTIALS)
    why = error.helper or stored or "none is stored for it"
    can_log_in = command and registry and (not error.failed if error.helper else nothing)
    return f"{error.asks}: {why}" + (f"; {command} {registry} stores them" if can_log_in else "")


def _asked(user: str, words: str, *, withheld: bool) -> str:
    if user and not withheld:
        return f"asked with {words}" if user == IDENTITY_TOKEN else f"asked as {user}: {words}"
    return f"{_ANONYMOUS}, though there is {words}" if withheld else f"{_ANONYMOUS}: {words}"
