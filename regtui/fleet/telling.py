"""The comparison as lines of text, and as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regtui.fleet.groups import Group, Mark, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.outlet import Outlet

SCHEMA = "regtui.compare/1"
_TITLE = 12
_HOSTS = 12
"""Hosts of a group that are named before `and N more`; `--json` has them all."""
_STYLES = {Mark.ADDED: "warn", Mark.ABSENT: "dim", Mark.SAME: ""}


def exit_status(groups: tuple[Group, ...]) -> int:
    """Return 0 where all hosts that could be read are equal, 1 where they differ, 2 where none could be read."""
    read = [group for group in groups if not group.error]
    return 2 if not read else 1 if len(read) > 1 else 0


def summary(groups: tuple[Group, ...]) -> str:
    """Return one sentence: how many hosts, in how many groups."""
    read = [group for group in groups if not group.error]
    hosts, dead = sum(len(group.hosts) for group in read), len(groups) - len(read)
    alike = "all alike" if len(read) == 1 else f"in {len(read)} groups"
    told = f"{_count(hosts)}, {alike}" if read else "no host could be read"
    return f"{told}; {_count(dead)} could not be read" if dead and read else told


def hosts_of(group: Group, most: int = _HOSTS) -> str:
    """Return the names of a group's hosts, the first of many."""
    shown = ", ".join(group.hosts[:most])
    return f"{shown} and {len(group.hosts) - most} more" if len(group.hosts) > most else shown


def about(group: Group) -> str:
    """Return what is to be known of a group at a glance."""
    if group.error:
        return group.error
    if group.is_usual:
        return (
            f"{_count(len(group.hosts))}, the largest group"
            if len(group.hosts) > 1
            else "the others are compared with it"
        )
    return f"{_count(len(group.hosts))}, different in {', '.join(group.differs)}"


def tell(groups: tuple[Group, ...], outlet: Outlet) -> None:
    """Print the groups, odd ones first; of these only what differs, with the marks of a diff."""
    outlet.line(summary(groups))
    for group in groups:
        outlet.line()
        style = "bad" if group.error else "accent" if group.is_usual else "warn"
        outlet.line(f"{outlet.paint(style, hosts_of(group))}")
        outlet.line(outlet.paint("dim", f"  {about(group)}"))
        for mark, title, line in lines_of(group, groups[-1]):
            text = f"  {title:{_TITLE}}{mark} {line}".rstrip()
            outlet.line(outlet.paint(_STYLES[mark], text) if _STYLES[mark] else text)


def lines_of(group: Group, usual: Group) -> Iterator[tuple[Mark, str, str]]:
    """Yield a group's lines with their marks; the title of a section stands before its first line alone."""
    if group.error:
        return
    if group.is_usual:
        sections = [(one.name, tuple((Mark.SAME, line) for line in one.lines)) for one in group.sections]
    else:
        sections = list(marked(group, usual))
    for name, lines in sections:
        for number, (mark, line) in enumerate(lines or ((Mark.SAME, "none"),)):
            yield mark, name if number == 0 else "", line


def document(groups: tuple[Group, ...], name: str = "") -> dict[str, Any]:
    """Return the comparison for `--json`."""
    return {
        "schema": SCHEMA,
        "name": name or None,
        "groups": [
            {
                "hosts": list(group.hosts),
                "error": group.error or None,
                "usual": group.is_usual,
                "differs": list(group.differs),
                **{section.name: list(section.lines) for section in group.sections if section.name != "name"},
                "served": next((list(one.lines) for one in group.sections if one.name == "name"), None),
            }
            for group in groups
        ],
        "exit": exit_status(groups),
    }


def _count(hosts: int) -> str:
    return f"{hosts} host{'' if hosts == 1 else 's'}"
