"""Link headers (RFC 8288), read tolerantly: where a registry says that the next page is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 100 * 1024
"""Characters of one header value that are read; the transport takes no larger header block."""

_TO_LINK = re.compile(r"[^<]*+")
_TARGET = re.compile(r"<([^<>]*+)>")
_PARAMETER = re.compile(
    r"[ \t]*+;[ \t]*+(?:([!#$%&'*+\-.0-9A-Z^_`a-z|~]++)[ \t]*+"  # the name
    r"(?:=[ \t]*+(?:\"((?:[^\"\\]++|\\.)*+)\"|([^\",; \t]*+)))?+)?+",  # its value, quoted or bare
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its target as written, and its relation types in lower case."""

    target: str
    relations: frozenset[str]


def parse_links(values: Iterable[str]) -> tuple[Link, ...]:
    """Return the links of the header's values in order; a target without its closing `>` is no link.

    Commas and semicolons inside `<>` and quotes are part of what they stand in; of a link with several `rel`
    parameters the first counts (RFC 8288, 3.3).
    """
    return tuple(link for value in values for link in _links(value[:LIMIT]))


def next_target(values: Iterable[str]) -> str | None:
    """Return the target of the first link with the relation `next`, None where there is none."""
    return next((link.target for link in parse_links(values) if "next" in link.relations), None)


def _links(text: str) -> list[Link]:
    found: list[Link] = []
    place = 0
    while (start := _TO_LINK.match(text, place)) is not None and start.end() < len(text):
        target = _TARGET.match(text, start.end())
        if target is None:
            place = start.end() + 1
            continue
        relations: str | None = None
        place = target.end()
        while (parameter := _PARAMETER.match(text, place)) is not None:
            place = parameter.end()
            if relations is None and (parameter[1] or "").lower() == "rel":
                relations = parameter[2] if parameter[2] is not None else parameter[3]
        found.append(Link(target[1].strip(), frozenset((relations or "").lower().split())))
    return found
