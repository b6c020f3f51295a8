"""The credential that is stored for a target, asked of a helper at most once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.credentials import Credential, HelperCall
from regtui.registry.credential_helpers import ask_helper
from regtui.registry.errors import HelperError
from regtui.registry.flights import Flights
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.registry.target import Target


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored: a credential or nothing. `words` tell what a helper did, empty where none was asked.

    `failed` says that a helper was asked and broke: nothing is known, and no other store is tried.
    """

    credential: Credential | None = None
    words: str = ""
    failed: bool = False


class CredentialStore:
    """Resolves targets' credentials; a helper that has answered, or failed, is not asked again."""

    def __init__(self, path: str | None = None) -> None:
        """`path` is the PATH that helpers are found in, None for the environment's."""
        self._path = path
        self._answers: dict[HelperCall, Stored] = {}
        self._flights: Flights[Stored] = Flights()

    async def of(self, target: Target) -> Stored:
        """Return what is stored for a target. Never raises for a helper: as the docker command, it goes on without."""
        stored = target.credential
        if not isinstance(stored, HelperCall):
            return Stored(stored)
        if stored not in self._answers:
            self._answers[stored] = await self._flights.join(stored, lambda: self._ask(stored))
        return self._answers[stored]

    def forget(self) -> None:
        """Ask helpers anew from here on."""
        self._answers.clear()

    async def _ask(self, call: HelperCall) -> Stored:
        path = os.environ.get("PATH", "") if self._path is None else self._path
        helper = f"docker-credential-{call.helper} ({call.source})"
        try:
            credential = await ask_helper(call, path=path)
        except HelperError as error:
            return Stored(words=f"{error} ({call.source})", failed=True)
        if credential is None:
            return Stored(words=f"{helper} has nothing stored for {printable(call.server, 100)}")
        user = "an identity token" if credential.identity_token else f"user {printable(credential.username, 60)}"
        return Stored(credential, f"{user} from {helper}")
