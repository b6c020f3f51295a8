"""What a typed word may become: the host's registries, and what the cache has of their repositories and tags."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.cache import Cache
    from regtui.host.model import HostConfig

MOST = 500
"""Answers; nobody reads more, and a shell would ask whether to show them."""
HUB = "docker.io"

_SAFE = r"[A-Za-z0-9][A-Za-z0-9._:/-]*"
"""A shell puts an answer on the command line as it stands, so no other character may be in it."""


def registries_for(word: str, config: HostConfig) -> list[str]:
    """Return the registries of the host that begin with the word, in the engine's order."""
    values = dict.fromkeys(setting.value for setting in config.registries)
    return [value for value in values if value.startswith(word) and re.fullmatch(_SAFE, value)]


def names_for(word: str, config: HostConfig, cache: Cache | None) -> list[str]:
    """Return what an image's name may become, nobody being asked: `quay.io/`, `quay.io/coreos/etcd`, `...:v3.5.9`."""
    registry, slash, rest = word.partition("/")
    if not slash:
        return [f"{registry}/" for registry in registries_for(word, config)]
    if cache is None:
        return []
    repository, colon, tag = rest.partition(":")
    if colon:
        path = f"library/{repository}" if registry == HUB and "/" not in repository else repository
        found = (f"{registry}/{repository}:{name}" for name in _kept(cache, config, registry, f"{path}/tags/list", tag))
    else:
        found = (f"{registry}/{name}" for name in _kept(cache, config, registry, "_catalog", rest))
    return list(dict.fromkeys(islice((name for name in found if re.fullmatch(_SAFE, name)), MOST)))


def kept_repositories(cache: Cache, config: HostConfig, registry: str, begin: str) -> list[str]:
    """Return the repositories of a registry that begin so, without its name, as far as they were listed before."""
    found = _kept(cache, config, registry, "_catalog", begin)
    return list(islice((name for name in found if re.fullmatch(_SAFE, name)), MOST))


def _kept(cache: Cache, config: HostConfig, registry: str, listing: str, begin: str) -> Iterator[str]:
    """Yield the names of a kept listing that begin so, of what was shown to anybody or to the stored login."""
    from regtui.engines.hub import HUB_HOST

    host = HUB_HOST if registry == HUB else registry
    for url in (f"https://{host}", f"http://{host}"):
        for user in ("", *_users(config, registry)):
            kept = cache.listing(f"{url} {user}", listing)
            if kept is None:
                continue
            chunks = kept.chunks()
            try:
                for chunk in chunks:
                    yield from (name for name in chunk.split("\n") if name and name.startswith(begin))
            except (OSError, UnicodeDecodeError):  # damaged: whoever lists the registry next will say so
                continue
            finally:
                chunks.close()


def _users(config: HostConfig, registry: str) -> Iterator[str]:
    """Yield the user whose login is stored for a registry; a credential helper is not run for it."""
    import os

    from regtui.engines.hub import HUB_KEY
    from regtui.host.credentials import Credential
    from regtui.host.files import HostFiles
    from regtui.stores import store_for

    store = store_for(HostFiles(config.root), config, docker_config=os.environ.get("DOCKER_CONFIG", ""))
    stored, _words = store.credential(HUB_KEY if registry == HUB else registry, registry)
    if isinstance(stored, Credential) and stored.username:
        yield stored.username
