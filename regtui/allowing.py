"""What was kept back from a token service on another host and a person may allow: read from the sentence about it."""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable

from regtui.frozen import dataclass

_SENTENCE = re.compile(
    r"(?P<login>[^\n]{1,200}) for (?P<registry>[^\s=]{1,300}) was not sent to (?P<host>[^\s=]{1,300}), which [^\n]*; "
    r"--allow-auth-realm (?P=registry)=(?P=host) allows it"
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A login, in words that name it (`the password of alice`), for a registry, and the host that asks for it."""

    login: str
    registry: str
    host: str


@runtime_checkable
class AllowsRealms(Protocol):
    """A session that can be told to send a registry's login to another host; a recording's cannot."""

    def allow_realm(self, registry: str, host: str) -> None:
        """Send the registry's login to the token service at this host from now on, for as long as the session lives."""
        ...


def offer_of(withheld: str) -> Offer | None:
    """Return what the sentence of `registry.realms.withheld_sentence` lets a person allow; None where it is nothing."""
    found = _SENTENCE.fullmatch(withheld)
    return Offer(found["login"], found["registry"], found["host"]) if found else None
