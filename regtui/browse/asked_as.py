"""As whom a registry was asked, in words: which credential and where it comes from, or why there is none. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.registry.errors import NoCredentials, TokenError
from regtui.stored import NO_CREDENTIALS

if TYPE_CHECKING:
    from regtui.registry.auth import Granted
    from regtui.registry.errors import RegistryError

_ANONYMOUS = "asked without a login"


def login_words(granted: Granted | None, stored: str) -> str:
    """Return the words for what was granted; `stored` tells where the place's credential comes from. Empty for None."""
    if granted is None:
        return ""
    if granted.authorization.value is None:
        return f"{_ANONYMOUS}: the registry wants none"
    return _asked(granted.authorization.identity, granted.words or stored, withheld=bool(granted.withheld))


def refused_words(error: RegistryError, granted: Granted | None, stored: str, *, has_login: bool) -> str:
    """Return the words beside a refusal: what a registry that wanted no login, or a token service, was not told."""
    if isinstance(error, TokenError):
        return _asked(error.user, error.words or stored, withheld=bool(error.withheld))
    if granted is not None and granted.authorization.value is None:
        left = f"; there is {stored}" if has_login else ""
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
    if user:
        return f"asked as {user}: {words}"
    return f"{_ANONYMOUS}, though there is {words}" if withheld else f"{_ANONYMOUS}: {words}"
