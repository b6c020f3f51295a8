"""What the line of the name is offered: names that were asked before, and names that what is typed may become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Names(Protocol):
    """Reads and writes files: it is called in a thread, and it raises nothing."""

    def recall(self) -> tuple[str, ...]:
        """Return the names that were asked in earlier runs, the newest last."""
        ...

    def remember(self, name: str) -> None:
        """Keep a name that the engine takes."""
        ...

    def complete(self, typed: str, asked: Sequence[str], local: Sequence[str]) -> tuple[str, ...]:
        """Return names that begin with what is typed; `asked` and `local` (the host's images) are among them."""
        ...


class NoNames:
    """Offers what was asked for in this run, and keeps nothing: for a recording."""

    def recall(self) -> tuple[str, ...]:
        """Nothing was kept."""
        return ()

    def remember(self, name: str) -> None:
        """Nothing is kept."""

    def complete(self, typed: str, asked: Sequence[str], local: Sequence[str]) -> tuple[str, ...]:
        """Return what was asked in this run."""
        return tuple(name for name in (*reversed(asked), *local) if typed and name.startswith(typed) and name != typed)
