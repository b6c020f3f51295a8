"""The registry list: registries in the engine's order, docker.io's mirrors below it, blocked names last."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.model import Security, Severity
from regtui.host.security import security_of
from regtui.outcome import Outcome
from regtui.tui.cells import Line, Role, Span, line_width, pad, shorten, span, spread, wrap
from regtui.tui.words import count, duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.events import HealthChecked
    from regtui.host.model import HostConfig, Setting, Source
    from regtui.tui.glyphs import Glyphs

HUB = "docker.io"
NAME_AT = 3
"""Cells before a registry's name."""


class Kind(StrEnum):
    """What a row stands for."""

    REGISTRY = "registry"
    MIRROR = "mirror"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `index` counts registries, mirrors or blocked names, `health` is None until it has answered."""

    kind: Kind
    index: int
    name: str
    security: Security | None
    reason: str
    source: Source
    health: HealthChecked | None = None


def rows_of(
    config: HostConfig, health: tuple[HealthChecked, ...] = (), known: Mapping[str, Security] | None = None
) -> tuple[Row, ...]:
    """Return the rows of a host. Mirrors stand below the first docker.io; where it is not listed, at the end.

    `known` is what a resolution found out about registries whose security only their addresses could tell.
    """
    answers = {(check.registry if check.mirror is None else None, check.mirror): check for check in health}
    mirrors = [
        Row(Kind.MIRROR, index, mirror.value, None, "", mirror.source, answers.get((None, index)))
        for index, mirror in enumerate(config.mirrors)
    ]
    rows: list[Row] = []
    for index, registry in enumerate(config.registries):
        security, reason = _judged(config, registry.value, known or {})
        answer = answers.get((index, None))
        rows.append(Row(Kind.REGISTRY, index, registry.value, security, reason, registry.source, answer))
        if registry.value == HUB:
            rows.extend(mirrors)
            mirrors = []
    rows.extend(mirrors)
    rows.extend(_blocked(index, entry) for index, entry in enumerate(config.blocked))
    return tuple(rows)


def _judged(config: HostConfig, name: str, known: Mapping[str, Security]) -> tuple[Security, str]:
    judged = security_of(config, name, {})
    if judged.security is not Security.UNKNOWN:
        return judged.security, judged.reason
    match known.get(name, Security.UNKNOWN):
        case Security.SECURE:
            return Security.SECURE, "no insecure entry holds its address"
        case Security.INSECURE:
            return Security.INSECURE, "its address is in an insecure network"
        case Security.UNKNOWN:
            return Security.UNKNOWN, judged.reason


def _blocked(index: int, entry: Setting) -> Row:
    name = "all that is not listed" if entry.value == "*" else entry.value
    return Row(Kind.BLOCKED, index, name, None, "", entry.source)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a row's parts stand: the width of the longest name, of the longest time, of the longest health."""

    names: int
    times: int
    health: int


NARROW = 60
"""Cells; below that a failed health is a sign alone, and the line of the selected row says what is wrong."""


def columns_of(rows: tuple[Row, ...], width: int, glyphs: Glyphs) -> Columns:
    """Return the columns that all rows share; a mirror's name may run over them, nothing stands behind it."""
    names = max((span(row.name).width for row in rows if row.kind is not Kind.MIRROR), default=0)
    times = max((len(duration(row.health.ms)) for row in rows if row.health is not None), default=0)
    bare = Columns(names, times, 0)
    return Columns(names, times, max((line_width(_health(row, width, bare, glyphs)) for row in rows), default=0))


def row_line(row: Row, width: int, columns: Columns, glyphs: Glyphs) -> Line:
    """Draw a row; where it is too narrow the reason goes first, then the end of the name, never the health."""
    health = pad(_health(row, width, columns, glyphs), columns.health)
    head = _head(row, glyphs)
    if row.kind is Kind.MIRROR:
        return spread((head, Span("mirror ", Role.DIM), span(row.name)), health, width, glyphs.ellipsis)
    word = _security(row)
    gap = 2 if width >= NARROW else 1
    room = width - head.width - word.width - gap - line_width(health) - 1
    name = span(row.name, Role.DIM if row.kind is Kind.BLOCKED else Role.STRONG)
    column = max(8, min(columns.names, room))
    shown = Span(shorten(name.text, column, glyphs.ellipsis), name.role)
    left: Line = (*pad((head, shown), head.width + column + gap), word)
    reason = span(row.reason, Role.DIM)
    if reason.text and line_width(left) + 2 + reason.width < width - line_width(health):
        left = (*left, Span("  "), reason)
    return spread(left, health, width, glyphs.ellipsis)


def _head(row: Row, glyphs: Glyphs) -> Span:
    match row.kind:
        case Kind.REGISTRY:
            return Span(f" {row.index + 1} ", Role.DIM)
        case Kind.MIRROR:
            return Span(f"   {glyphs.branch} ", Role.DIM)
        case Kind.BLOCKED:
            return Span(f" {glyphs.bad} ", Role.BAD)


def _security(row: Row) -> Span:
    if row.kind is Kind.BLOCKED:
        return Span("blocked ", Role.BAD)
    match row.security:
        case Security.SECURE:
            return Span("secure  ", Role.OK)
        case Security.INSECURE:
            return Span("insecure", Role.WARN)
        case _:
            return Span("unknown ", Role.DIM)


def _health(row: Row, width: int, columns: Columns, glyphs: Glyphs) -> Line:
    """A sign, the time, and where there is room what was wrong; nothing for what is not asked."""
    check = row.health
    if check is None:
        return () if row.kind is Kind.BLOCKED else (Span(glyphs.unknown, Role.DIM),)
    time = Span(duration(check.ms).rjust(columns.times), Role.DIM)
    if check.outcome is Outcome.FOUND:
        return (Span(f"{glyphs.alive} ", Role.OK), time)
    if width < NARROW:
        return (Span(f"{glyphs.bad} ", Role.BAD), time)
    return (Span(f"{glyphs.bad} ", Role.BAD), span(shorten(span(check.text).text, 24, glyphs.ellipsis), Role.BAD))


def source_line(row: Row | None, glyphs: Glyphs, told: tuple[str, ...] = ()) -> Line:
    """Say of the selected row which line of which file made it so, and in short why it is secure or not.

    `told` is what a mirror was good for, and what it is.
    """
    if row is None:
        return ()
    line: Line = (span(row.source, Role.ACCENT),)
    for text in (row.reason, *told):
        if text:
            line = (*line, Span(f" {glyphs.dot} ", Role.DIM), span(text, Role.DIM))
    return line


def about_lines(row: Row | None, width: int, glyphs: Glyphs, told: tuple[str, ...] = ()) -> tuple[Line, ...]:
    """Say at length why the selected row is secure or not, what it answered, and `told` as in `source_line`."""
    if row is None:
        return ()
    lines: list[Line] = []
    if row.security is not None:
        lines.extend(wrap(f"{row.security}: {row.reason}", width, Role.TEXT))
    if row.health is not None and row.health.text:
        alive = row.health.outcome is Outcome.FOUND
        sign = glyphs.alive if alive else glyphs.bad
        lines.extend(wrap(f"{sign} {row.health.text}", width, Role.OK if alive else Role.BAD))
    for text in told:
        lines.extend(wrap(text, width, Role.TEXT))
    return tuple(lines)


def summary(config: HostConfig) -> Line:
    """Return the findings as one line: `2 warnings`, with the number of registries where there are none."""
    counts = {severity: sum(finding.severity is severity for finding in config.findings) for severity in Severity}
    roles = {Severity.ERROR: Role.BAD, Severity.WARNING: Role.WARN, Severity.NOTE: Role.DIM}
    told = [Span(count(number, severity.value), roles[severity]) for severity, number in counts.items() if number]
    if not told:
        return (Span("no findings", Role.DIM),)
    line: Line = ()
    for piece in told:
        line = (*line, Span(", ", Role.DIM), piece) if line else (piece,)
    return line
