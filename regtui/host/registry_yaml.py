"""The configuration file of docker's registry, as far as it tells that the registry is a pull-through cache."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES_LIMIT = 5000
_PAIR = re.compile(r"(?P<indent> *)(?P<key>[A-Za-z0-9_-]+) *:(?:[ \t]+(?P<value>.*))?")
_COMMENT = re.compile(r"(?:^|[ \t])#.*")


def scalars(data: bytes) -> Mapping[str, tuple[str, int]]:
    """Return values and lines by dotted path (`proxy.remoteurl`), keys in lower case.

    Only block maps of plain values, which is what such files are; lists and anything clever are passed over.
    """
    found: dict[str, tuple[str, int]] = {}
    opened: list[tuple[int, str]] = []
    for number, raw in enumerate(data.decode("utf-8", "replace").splitlines()[:LINES_LIMIT], 1):
        match = _PAIR.fullmatch(_COMMENT.sub("", raw).rstrip())
        if match is None:
            continue
        indent = len(match["indent"])
        while opened and opened[-1][0] >= indent:
            opened.pop()
        opened.append((indent, match["key"].lower()))
        if match["value"]:
            path = ".".join(key for _, key in opened)
            found[path] = (_plain(match["value"].strip()), number)
    return found


def _plain(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value
