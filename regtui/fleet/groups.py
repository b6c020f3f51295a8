"""Equal hosts folded into groups, and what each group has otherwise than most hosts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regtui.fleet.view import Section, View


class Mark(StrEnum):
    """How a line of a group stands to most hosts: both have it, only this group, only the others."""

    SAME = " "
    ADDED = "+"
    ABSENT = "-"


@dataclass(frozen=True, slots=True)
class Group:
    """Hosts that are equal, in the order in which they were named; with an `error` it is one host without sections.

    `differs` names the sections that are otherwise than those of most hosts; the group of most hosts has none.
    """

    hosts: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    error: str = ""
    differs: tuple[str, ...] = ()
    is_usual: bool = False


def grouped(views: Iterable[View]) -> tuple[Group, ...]:
    """Return the groups: hosts that could not be read, then the smallest group first, the one of most hosts last."""
    dead: list[Group] = []
    alike: dict[tuple[Section, ...], list[str]] = {}
    for view in views:
        if view.error:
            dead.append(Group((view.host,), error=view.error))
        else:
            alike.setdefault(view.sections, []).append(view.host)
    if not alike:
        return tuple(dead)
    usual = max(alike, key=lambda sections: len(alike[sections]))  # of equally many the first that was named
    odd = sorted((sections for sections in alike if sections != usual), key=lambda sections: len(alike[sections]))
    groups = [Group(tuple(alike[one]), one, differs=_differing(one, usual)) for one in odd]
    return (*dead, *groups, Group(tuple(alike[usual]), usual, is_usual=True))


def _differing(sections: tuple[Section, ...], usual: tuple[Section, ...]) -> tuple[str, ...]:
    others = {section.name: section.lines for section in usual}
    return tuple(section.name for section in sections if others.get(section.name) != section.lines)


def marked(group: Group, usual: Group) -> Iterator[tuple[str, tuple[tuple[Mark, str], ...]]]:
    """Yield each section that differs from most hosts', its lines marked, in order."""
    others = {section.name: section.lines for section in usual.sections}
    for section in group.sections:
        if section.name in group.differs:
            yield section.name, tuple(_compared(others.get(section.name, ()), section.lines))


def _compared(usual: tuple[str, ...], own: tuple[str, ...]) -> Iterator[tuple[Mark, str]]:
    matcher = SequenceMatcher(None, usual, own, autojunk=False)
    for kind, from_usual, to_usual, from_own, to_own in matcher.get_opcodes():
        if kind == "equal":
            yield from ((Mark.SAME, line) for line in own[from_own:to_own])
            continue
        yield from ((Mark.ABSENT, line) for line in usual[from_usual:to_usual])
        yield from ((Mark.ADDED, line) for line in own[from_own:to_own])
