"""The configuration file of docker's registry, as far as it tells that the registry is a pull-through cache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES_LIMIT = 5000
"""Lines of a registry's own configuration; a real one has some fifty."""
_PAIR = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z0-9_-]+) *:(?:[ \t]+(?P<value>.*))?")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")


def scalars(data: bytes) -> Mapping[str, tuple[str, int]]:
    """Return values and lines by dotted path (`proxy.remoteurl`), keys in lower case.

    Only block maps of plain values, which is what such files are; lists and anything clever are passed over.
    """
    found: dict[str, tuple[str, int]] = {}
    opened: list[tuple[int, str]] = []
    for number, raw in enumerate(data.decode("utf-8", "replace").splitlines()[:LINES_LIMIT], 1):
        match = _PAIR.fullmatch(raw.rstrip())
        if match is None:
            continue
        indent = len(match["indent"])
        while opened and opened[-1][0] >= indent:
            opened.pop()
        opened.append((indent, match["key"].lower()))
        value = _plain((match["value"] or "").strip())
        if value:
            found[".".join(key for _, key in opened)] = (value, number)
    return found


def _plain(value: str) -> str:
    """Return a value without its quotes, or without the comment behind it."""
    if value[:1] in ("'", '"'):
        return value[1:].partition(value[0])[0]
    return _COMMENT.sub("", value)
