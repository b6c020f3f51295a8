"""Which keys and tables of a TOML file are defined already, as BurntSushi/toml 1.2 keeps account of it.

Rules: parse.go of that version (addContext, setValue). It takes what the specification forbids: a second array under
the same key replaces the first.
"""

from __future__ import annotations

from typing import Any, NoReturn

Key = tuple[str, ...]


class Duplicate(ValueError):  # noqa: N818 - what is wrong with the key
    """A key or table that may not be defined here; `str()` is the library's sentence."""


class TableArray(list[dict[str, Any]]):
    """What `[[key]]` makes; a list in brackets is another type."""


class Tables:
    """The keys that a document has defined so far. `context` is the table that plain keys now go to."""

    def __init__(self) -> None:
        self.context: Key = ()
        self.root: dict[str, Any] = {}
        self._implicit: set[Key] = set()
        self._arrays: set[Key] = set()

    def enter(self, key: Key, *, array: bool) -> None:
        """Make a table the context: `[key]`, or the next one of `[[key]]`."""
        table = self.root
        for end in range(1, len(key)):
            if key[end - 1] not in table:
                self._implicit.add(key[:end])
                table[key[end - 1]] = {}
            table = self._table(table[key[end - 1]], key[:end], "was already created as a hash.")
        self.context = key[:-1]
        if array:
            entries = table.setdefault(key[-1], TableArray())
            if not isinstance(entries, TableArray):
                self._refuse(key, "was already created and cannot be used as an array.")
            entries.append({})
        else:
            self.define(key[-1], {})
        self.context = key

    def enter_dotted(self, parts: Key) -> None:
        """Make the tables of a dotted key the context, one part after the other."""
        for part in parts:
            self.enter_implied((*self.context, part), array=False)

    def enter_implied(self, key: Key, *, array: bool) -> None:
        """Make a table the context that no header names: an inline table, or a part of a dotted key."""
        self._implicit.add(key)
        self.enter(key, array=array)

    def mark_array(self, key: str) -> None:
        """Say that a value in brackets begins."""
        self._arrays.add((*self.context, key))

    def define(self, key: str, value: object) -> None:
        """Give a key of the context its value."""
        table = self.root
        for end in range(1, len(self.context) + 1):
            table = self._table(table.get(self.context[end - 1]), self.context[:end], "has already been defined.")
        name = (*self.context, key)
        if key in table:
            is_implicit = name in self._implicit
            self._implicit.discard(name)
            if name not in self._arrays:
                if not is_implicit:
                    self._refuse(name, "has already been defined.")
                return
        table[key] = value

    def _table(self, found: object, key: Key, why: str) -> dict[str, Any]:
        if isinstance(found, TableArray):
            return found[-1]
        if isinstance(found, dict):
            return found
        return self._refuse(key, why)

    @staticmethod
    def _refuse(key: Key, why: str) -> NoReturn:
        raise Duplicate(f"Key '{dotted(key)}' {why}")


def dotted(key: Key) -> str:
    """Return a key as the library writes it: parts that are not bare in quotes, joined with dots."""
    return ".".join(_quoted(part) for part in key)


def _quoted(part: str) -> str:
    if part and all(c.isascii() and (c.isalnum() or c in "_-") for c in part):
        return part
    return '"' + part.replace('"', '\\"') + '"'
