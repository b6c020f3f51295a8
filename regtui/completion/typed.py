"""What a name that is being typed may become: what was asked before, what the host has, what registries listed."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from regtui.completion.names import kept_repositories, names_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regtui.cache import Cache
    from regtui.host.model import HostConfig

MOST = 100
"""Names that are offered; whoever wants more types one more letter."""


def completions(
    typed: str, config: HostConfig, cache: Cache | None, *, asked: Iterable[str] = (), local: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return names that begin with what is typed, each once, nobody being asked.

    First those that were `asked` before, the newest of them first, then the `local` images of the host, then what
    registries have listed. A name without a registry is completed from the lists of all registries of the host.
    """
    if not typed:
        return ()
    before = (name for name in reversed([*asked]) if name.startswith(typed))
    here = (name for name in local if name.startswith(typed))
    found = chain(before, here, _listed(typed, config, cache))
    return tuple(islice((name for name in dict.fromkeys(found) if name != typed), MOST))


def _listed(typed: str, config: HostConfig, cache: Cache | None) -> Iterator[str]:
    yield from names_for(typed, config, cache)
    if cache is not None and ":" not in typed:
        for registry in dict.fromkeys(setting.value for setting in config.registries):
            yield from kept_repositories(cache, config, registry, typed)
