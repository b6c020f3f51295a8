"""What the other host keeps for a registry, read on a thread or not at all: a loop never waits for ssh."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from regtui.host.certs import CertsDirectory
from regtui.host.local_caches import caches_here
from regtui.host.local_mirror import Here
from regtui.ssh.errors import SshError
from regtui.stores import store_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.host.credentials import Credential, HelperCall, Secret
    from regtui.host.local_mirror import LocalCache
    from regtui.host.model import HostConfig
    from regtui.options import OtherHost
    from regtui.stored import Store

T = TypeVar("T")

NOT_READ = "not read yet"
"""What is said of a login while its file is fetched."""


def far_store(there: OtherHost, config: HostConfig) -> Store:
    """Return the far host's certificates, and its logins only where the person allowed them."""
    store = FarStored(there, lambda: store_for(there.files, config, docker_config="", home=there.home))
    return store if there.logins else _WithoutLogins(store, there.name)


def far_caches(there: OtherHost) -> tuple[tuple[LocalCache, ...], Here]:
    """Return the pull-through caches of the far host; none where it was lost, for the walk has ended all the same."""
    try:
        return there.settle(lambda: caches_here(there.files))
    except SshError:
        return (), Here(frozenset(), frozenset())


class FarStored:
    """Certificates and logins of a host behind ssh, each answer kept.

    Where an event loop runs, only what was fetched already is told, and the rest counts as not there; a session has
    asked on a thread before it counts on the answer.
    """

    def __init__(self, there: OtherHost, make: Callable[[], Store]) -> None:
        """`make` gives a store that has read nothing yet: one that missed a file would go on without it."""
        self._there = there
        self._make = make
        self._answers: dict[tuple[str, ...], object] = {}

    def certificates(self, host: str) -> CertsDirectory:
        """Return what the endpoint's directory of certificates holds."""
        return self._told(lambda store: store.certificates(host), CertsDirectory(), "certificates", host)

    def credential(self, key: str, host: str) -> tuple[Credential | HelperCall | None, str]:
        """Return what answers for the registry `key`, and words for where it comes from."""
        nothing: tuple[Credential | HelperCall | None, str] = (None, NOT_READ)
        return self._told(lambda store: store.credential(key, host), nothing, "credential", key, host)

    def locked(self, key: str, /) -> str:
        """Return the engine's error about the credentials of `key`, empty where it goes on."""
        return self._told(lambda store: store.locked(key), "", "locked", key)

    def headers(self, key: str, /) -> tuple[tuple[str, Secret], ...]:
        """Return the headers that the host's files add for an endpoint."""
        return self._told(lambda store: store.headers(key), (), "headers", key)

    def _told(self, ask: Callable[[Store], T], nothing: T, *question: str) -> T:
        if question in self._answers:
            return self._answers[question]  # type: ignore[return-value]  # one question, one type
        found = self._there.known(lambda: ask(self._make()))
        if found is None:
            if _has_loop():
                return nothing
            found = self._fetched(ask)
        self._answers[question] = found
        return found

    def _fetched(self, ask: Callable[[Store], T]) -> T:
        try:
            return self._there.settle(lambda: ask(self._make()))
        except SshError:
            return ask(self._make())  # what is not known counts as unreadable, and says why


def _has_loop() -> bool:
    """Tell whether this thread has a loop that would stand still."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _WithoutLogins:
    """Certificates and headers of a host whose logins are not to be used."""

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name

    def certificates(self, host: str) -> CertsDirectory:
        """Return what the endpoint's directory of certificates holds."""
        return self._store.certificates(host)

    def credential(self, key: str, host: str) -> tuple[Credential | HelperCall | None, str]:  # noqa: ARG002 - Store's
        """Return no login, and how to have one."""
        return None, f"logins of {self._name} are used with --remote-credentials only"

    def locked(self, _key: str, /) -> str:
        """Return nothing: what is not read is not broken."""
        return ""

    def headers(self, key: str, /) -> tuple[tuple[str, Secret], ...]:
        """Return the headers of the host's files that are no login."""
        return tuple(pair for pair in self._store.headers(key) if pair[0].lower() != "authorization")
