"""The table of many hosts as lines: a row for each group, and below it what the group has otherwise. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.fleet.groups import Group, Mark
from regtui.fleet.telling import about, hosts_of, lines_of
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, shorten, span, wrap

if TYPE_CHECKING:
    from regtui.tui.glyphs import Glyphs

HOSTS = 28
"""Cells of the column of hosts; a narrow terminal gives it a third."""
_TITLE = 12
_ROLES = {Mark.SAME: Role.TEXT, Mark.ADDED: Role.WARN, Mark.ABSENT: Role.DIM}


class GroupRows:
    """A row for each group: its hosts, how many they are, and what is to be known of them."""

    def __init__(self, groups: tuple[Group, ...], glyphs: Glyphs) -> None:
        self._groups = groups
        self._glyphs = glyphs

    def __len__(self) -> int:
        return len(self._groups)

    def line(self, index: int, width: int) -> Line:
        """Draw a group's row."""
        group, glyphs = self._groups[index], self._glyphs
        if group.error:
            glyph, role = glyphs.bad, Role.BAD
        elif group.is_usual:
            glyph, role = glyphs.ok, Role.OK
        else:
            glyph, role = glyphs.warn, Role.WARN
        column = min(HOSTS, width // 3)
        hosts = shorten(span(hosts_of(group, 8)).text, column, glyphs.ellipsis)
        line = (
            Span(f"{glyph} ", role),
            Span(f"{hosts}{' ' * (column - Span(hosts).width)}  "),
            span(about(group), role if group.error else Role.DIM),
        )
        return crop(line, width, glyphs.ellipsis)


def group_lines(group: Group, usual: Group, width: int) -> tuple[Line, ...]:
    """Return all of a group: its hosts, and its sections; of an odd one those that differ, with the marks of a diff."""
    lines: list[Line] = [*wrap(", ".join(group.hosts), width, Role.STRONG)]
    if group.error:
        return (*lines, EMPTY, *wrap(group.error, width, Role.BAD))
    if not group.is_usual:
        lines += wrap(f"+ here, - on {hosts_of(usual, 3)}", width, Role.DIM)
    for mark, title, text in lines_of(group, usual):
        first, *rest = wrap(text, max(1, width - _TITLE - 2), _ROLES[mark])
        if title:
            lines.append(EMPTY)
        lines.append((Span(f"{title:{_TITLE}}", Role.DIM), Span(f"{mark} ", _ROLES[mark]), *first))
        lines += indent(tuple(rest), _TITLE + 2)
    return tuple(lines)
