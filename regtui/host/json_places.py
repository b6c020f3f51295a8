"""Where in a JSON file its keys and list items stand, so that a setting can name its line."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, unmarshal

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s{}\[\]:,"]++', re.DOTALL)
_OPENING, _CLOSING = (b"{", b"["), (b"}", b"]")


@dataclass(frozen=True, slots=True)
class Places:
    """Lines, from 1: of each key of the outermost object, and of the items where its value is an array.

    Of a key given twice the later one counts, as in Go; `repeated` names such keys. `end` is the offset in bytes
    behind the first value of the file.
    """

    keys: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    repeated: tuple[str, ...] = ()
    end: int = 0


def places_in(data: bytes) -> Places:
    """Scan the first value of well-formed JSON; of anything else the result is whatever could be made out."""
    scan = _Scan(data)
    scan.run()
    items = {key: tuple(lines) for key, lines in scan.items.items()}
    return Places(scan.keys, items, tuple(dict.fromkeys(scan.repeated)), scan.end)


@dataclasses.dataclass(slots=True, eq=False, repr=False)
class _Scan:
    """One pass over the tokens: `opened` holds the brackets that are open, `key` the outermost key being read."""

    data: bytes
    keys: dict[str, int] = field(default_factory=dict)
    items: dict[str, list[int]] = field(default_factory=dict)
    repeated: list[str] = field(default_factory=list)
    end: int = 0
    opened: list[bytes] = field(default_factory=list)
    key: str | None = None
    line: int = 1

    def run(self) -> None:
        counted = 0
        for found in _TOKEN.finditer(self.data):
            self.line += self.data.count(b"\n", counted, found.start())
            counted = found.start()
            self.take(found[0])
            if not self.opened:
                self.end = found.end()
                return

    def take(self, token: bytes) -> None:
        outermost = self.opened == [b"{"]
        if token in _CLOSING:
            self.opened = self.opened[:-1]
        elif token == b",":
            self.key = None if outermost else self.key
        elif token != b":":
            if outermost and self.key is None:
                self.start_key(token)
                return
            if self.opened == [b"{", b"["] and self.key is not None:
                self.items[self.key].append(self.line)
            if token in _OPENING:
                self.opened.append(token)

    def start_key(self, token: bytes) -> None:
        try:
            key = unmarshal(token)
        except GoJsonError:
            return
        if not isinstance(key, str):
            return
        if key in self.keys:
            self.repeated.append(key)
        self.key, self.keys[key], self.items[key] = key, self.line, []
