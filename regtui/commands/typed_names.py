"""Names for the terminal interface's input line: the history file, the cache's lists, the host's registries."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regtui.cache import Cache
    from regtui.history import History
    from regtui.host.model import HostConfig


class TypedNames:
    """What `regtui.tui.naming.Names` asks for. `history` is None where no name is to be kept.

    `cache` is opened when the first name is completed: the first paint does without.
    """

    def __init__(self, config: HostConfig, history: History | None, cache: Callable[[], Cache | None]) -> None:
        self._config = config
        self._history = history
        self._open = cache
        self._cache: Cache | None = None
        self._is_open = False

    def recall(self) -> tuple[str, ...]:
        """Return the names of earlier runs, the newest last."""
        return self._history.names() if self._history is not None else ()

    def remember(self, name: str) -> None:
        """Keep a name."""
        if self._history is not None:
            self._history.add(name)

    def complete(self, typed: str, asked: Sequence[str], local: Sequence[str]) -> tuple[str, ...]:
        """Return names that begin with what is typed."""
        from regtui.completion.typed import completions

        if not self._is_open:
            self._cache, self._is_open = self._open(), True
        return completions(typed, self._config, self._cache, asked=asked, local=local)
