"""Values of a TOML file in the types that podman decodes them into, with BurntSushi/toml's words for a wrong one.

Rules: decode.go of version 1.2.0 (unifyStruct, badtype). Keys match a field exactly, else in any letter case; a key
without a field is passed over; a text where a map is wanted is passed over too.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NoReturn

from regtui.frozen import dataclass
from regtui.host.podman.toml_tables import dotted
from regtui.text import go_quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.model import Source
    from regtui.host.toml_file import Place, TomlFile


class WrongType(ValueError):  # noqa: N818 - says what is wrong
    """A value of another type than podman's; `str()` is the library's error, `source` the place."""

    def __init__(self, sentence: str, source: Source) -> None:
        super().__init__(sentence)
        self.source = source


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file; `place` leads to it."""

    file: TomlFile
    fields: Mapping[str, Any]
    place: Place = ()

    def key(self, name: str) -> str:
        """Return the key as it is written in the file: the exact one first, else the same in other letter case."""
        if name in self.fields:
            return name
        return next((key for key in self.fields if key.lower() == name.lower()), name)

    def source(self, name: str) -> Source:
        """Return where a key stands."""
        return self.file.source(*self.place, self.key(name), name=name)

    def text(self, name: str) -> str:
        """Return a text, empty where there is none."""
        value = self.fields.get(self.key(name), "")
        return value if isinstance(value, str) else self._mismatch(name, value, "string")

    def flag(self, name: str) -> bool:
        """Return a boolean, false where there is none."""
        value = self.fields.get(self.key(name), False)
        return value if isinstance(value, bool) else self._mismatch(name, value, "boolean")

    def texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of texts, None where there is none, which is not the same as an empty one."""
        value = self.fields.get(self.key(name))
        if value is None:
            return None
        if not isinstance(value, list):
            self._mismatch(name, value, "slice")
        for item in value:
            if not isinstance(item, str):
                self._mismatch(name, item, "string")
        return tuple(value)

    def table(self, name: str, go_type: str) -> Table:
        """Return a table that is a structure for podman, an empty one where there is none."""
        key = self.key(name)
        value = self.fields.get(key, {})
        return Table(self.file, self._structure(name, value, go_type), (*self.place, key))

    def tables(self, name: str, go_type: str) -> Iterator[Table]:
        """Yield the tables of an array of tables."""
        key = self.key(name)
        value = self.fields.get(key, [])
        if not isinstance(value, list):
            self._mismatch(name, value, "slice")
        for index, item in enumerate(value):
            yield Table(self.file, self._structure(name, item, go_type), (*self.place, key, index))

    def pairs(self, name: str) -> Iterator[tuple[str, str, Source]]:
        """Yield key, text and place of a map from text to text."""
        key = self.key(name)
        value = self.fields.get(key)
        if not isinstance(value, dict):
            return
        inner = Table(self.file, value, (*self.place, key))
        for entry in value:
            yield entry, inner.text(entry), inner.source(entry)

    def _structure(self, name: str, value: object, go_type: str) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        wanted = f"sysregistriesv2.{go_type}"
        return self._fail(name, f"type mismatch for {wanted}: expected table but found {self._go_type(name, value)}")

    def _mismatch(self, name: str, value: object, wanted: str) -> NoReturn:
        found = self._go_type(name, value)
        self._fail(name, f"incompatible types: TOML value has type {found}; destination has type {wanted}")

    def _go_type(self, name: str, value: object) -> str:
        match value:
            case bool():
                return "bool"
            case int():
                return "int64"
            case float():
                return "float64"
            case str():
                return "string"
            case dict():
                return "map[string]interface {}"
            case datetime.date() | datetime.time() | None:
                return "time.Time"
            case _:
                has_headers = (*self.place, self.key(name), 0) in self.file.lines
                return "[]map[string]interface {}" if has_headers else "[]interface {}"

    def _fail(self, name: str, sentence: str) -> NoReturn:
        key = self.key(name)
        context = (*(part for part in self.place if isinstance(part, str)), key)
        # The library remembers only the last line of a key, whichever table of an array it stands in.
        lines = [line for place, line in self.file.lines.items() if _without_indexes(place) == context]
        where = f"line {max(lines)} " if lines else ""
        text = f"toml: {where}(last key {go_quote(dotted(context))}): {sentence}"
        raise WrongType(text, self.file.source(*self.place, key))


def _without_indexes(place: Place) -> tuple[str, ...]:
    return tuple(part for part in place if isinstance(part, str))
