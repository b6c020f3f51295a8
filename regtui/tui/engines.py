"""The engines of a host on the screen: the rows to choose one from, and the table of all with one name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from regtui.side_by_side import absent, differences, short
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, span, wrap
from regtui.tui.words import outcome_role, outcome_sign, outcome_word

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from regtui.host.model import EngineHere
    from regtui.session import Session
    from regtui.side_by_side import Row
    from regtui.survey import Survey
    from regtui.tui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Opened:
    """Another engine's session, and what looks at the host as that engine reads it."""

    session: Session
    survey: Callable[[], Awaitable[Survey]] | None = None


class Engines(Protocol):
    """The engines that a person can change to; the ones that the host has come first."""

    @property
    def here(self) -> tuple[EngineHere, ...]:
        """The engines that the host has."""
        ...

    @property
    def elsewhere(self) -> tuple[EngineHere, ...]:
        """Engines that the host does not have, whose rules can be tried on its files all the same."""
        ...

    async def open(self, engine: EngineHere) -> Opened:
        """Read the host as this engine does."""
        ...

    def rows(self, name: str) -> AsyncIterator[Row]:
        """Walk each engine of the host with the name, one after the other."""
        ...


@dataclass(frozen=True, slots=True)
class EngineRows:
    """The engines as rows of a list, the current one marked; the last row puts all of the host's side by side."""

    engines: Engines
    current: str
    glyphs: Glyphs

    def __len__(self) -> int:
        return len(self.engines.here) + len(self.engines.elsewhere) + 1

    def chosen(self, index: int) -> EngineHere | None:
        """Return the engine of a row, None for all of them."""
        every = (*self.engines.here, *self.engines.elsewhere)
        return every[index] if index < len(every) else None

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        engine = self.chosen(index)
        every = (*self.engines.here, *self.engines.elsewhere)
        column = max(len(one.label) for one in every) + 2
        if engine is None:
            text = f" {self.glyphs.dot} {'all':<{column}}"
            return crop((Span(text, Role.ACCENT), Span("side by side, with the name")), width, self.glyphs.ellipsis)
        mark = self.glyphs.marker if engine.label == self.current else " "
        role = Role.TEXT if index < len(self.engines.here) else Role.DIM
        line = (Span(f" {mark} "), span(f"{engine.label:<{column}}", role), span(engine.reason, Role.DIM))
        return crop(line, width, self.glyphs.ellipsis)


def table_lines(name: str, rows: tuple[Row, ...], width: int, glyphs: Glyphs, *, asking: str) -> tuple[Line, ...]:
    """Return the table of all engines with one name; `asking` is the engine that is under way, empty at the end."""
    lines: list[Line] = [*wrap(f"{name}, as each engine of this host would pull it", width, Role.STRONG), EMPTY]
    for row in rows:
        lines += _row(row, width, glyphs)
    if asking:
        return (*lines, *wrap(f"asking as {asking} does", width, Role.DIM))
    if missing := absent(rows):
        lines += [*wrap(f"not on this host: {', '.join(missing)}", width, Role.DIM), EMPTY]
    for sentence in differences(rows):
        told = wrap(sentence, width - 2)
        lines += [(Span(f"{glyphs.dot} ", Role.WARN), *told[0]), *indent(told[1:], 2)]
    return tuple(lines)


def _row(row: Row, width: int, glyphs: Glyphs) -> list[Line]:
    """An engine: its answer and digest, then what is pulled from whom, then who is asked."""
    found, outcome = row.found, row.outcome
    assert outcome is not None
    head: Line = (
        span(f"{row.label:<22}", Role.ACCENT),
        Span(f"{outcome_sign(outcome, glyphs)} {outcome_word(outcome):<14}", outcome_role(outcome)),
        span(short(found.digest) if found else "", Role.STRONG),
    )
    told: list[Line] = []
    if found:
        via = f", mirror {found.endpoint}" if found.mirror else f", {found.endpoint}"
        told += wrap(found.reference + via, width - 4)
    else:
        told += wrap(row.error, width - 4, Role.BAD)
    if row.asked and (not found or row.asked != (found.endpoint,)):
        told += wrap(f"asks {', '.join(row.asked)}", width - 4, Role.DIM)
    return [crop(head, width, glyphs.ellipsis), *indent(tuple(told), 4), EMPTY]
