"""Requests drawn: a row for each, and the one under the cursor in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.text import size
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, line_width, shorten, span, wrap
from regtui.tui.words import duration

if TYPE_CHECKING:
    from regtui.asked import RequestMade
    from regtui.tui.glyphs import Glyphs

DETAIL_LINES = 3
"""Lines below the list: a failure takes one or two at 80 columns, a URL of Docker Hub as many."""
SHORTEST_END = 12
"""Cells of a URL's end below which its beginning is shown instead."""


@dataclass(slots=True)
class RequestRows:
    """Requests as rows of a list that grows."""

    requests: tuple[RequestMade, ...]
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.requests)

    def line(self, index: int, width: int) -> Line:
        """Draw a row: when, what came of it, how much, how long, and the URL without the usual scheme."""
        made, glyphs = self.requests[index], self.glyphs
        head: Line = (Span(f"{made.at}  ", Role.DIM), Span(f"{made.method:<4} "), *_status(made, glyphs))
        weight = glyphs.none if made.status is None or made.size is None else size(made.size)
        head = (*head, *_right(weight, 9), *_right(duration(made.ms), 8), Span("  "))
        tail: Line = (Span(" via proxy", Role.DIM),) if made.proxy else ()
        tail = (*tail, Span("  "), span(made.failure, Role.BAD)) if made.failure else tail
        room = width - line_width(head) - (line_width(tail) if made.proxy else 0)
        return crop((*head, _address(made.url, room, glyphs), *tail), width, glyphs.ellipsis)


def detail_lines(made: RequestMade | None, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return a request in full below a rule: why it failed or the proxy that it went over, and its URL."""
    rule: Line = (Span(glyphs.rule * width, Role.EDGE),)
    lines: tuple[Line, ...] = ((Span("Nothing was asked yet.", Role.DIM),),)
    if made is not None:
        lines = wrap(f"{glyphs.bad} {made.failure}", width, Role.BAD)[:2] if made.failure else ()
        lines += wrap(f"over the proxy {made.proxy}", width, Role.DIM)[:1] if made.proxy else ()
        lines += wrap(request_text(made), width, Role.ACCENT)
    return (rule, *lines[:DETAIL_LINES], *[EMPTY] * (DETAIL_LINES - len(lines)))


def request_text(made: RequestMade) -> str:
    """Return a request as a person would write it to another."""
    return f"{made.method} {made.url}"


def _address(url: str, room: int, glyphs: Glyphs) -> Span:
    """Return a URL without the usual scheme; of a long path the end tells most, of a query its beginning."""
    shown = span(url.removeprefix("https://"))
    host, slash, _ = shown.text.removeprefix("http://").partition("/")
    head = shown.text[: shown.text.index(host)] + host + slash + glyphs.ellipsis
    end = room - len(head)
    if shown.width > room and end >= SHORTEST_END and "?" not in shown.text:
        return Span(head + shown.text[-end:])
    return Span(shorten(shown.text, room, glyphs.ellipsis))


def _right(text: str, width: int, role: Role = Role.DIM) -> Line:
    return (Span(" " * (width - len(text))), Span(text, role))


def _status(made: RequestMade, glyphs: Glyphs) -> Line:
    if made.status is None:
        return _right(glyphs.bad, 3, Role.BAD)
    role = Role.OK if made.status < 400 else Role.WARN if made.status < 500 else Role.BAD
    return _right(str(made.status), 3, role)
