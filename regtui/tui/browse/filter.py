"""What is typed to find names, and the search itself: in slices, so that a million names never hold the screen."""

from __future__ import annotations

import fnmatch
import re
from array import array
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SLICE = 20_000
"""Rows that one slice looks at, about 2 ms; between two slices keys are read and the screen is painted."""
SLOW_SLICE = 8_000
"""The same for patterns, which take several times as long."""
ALIKE_LIMIT = 10_000
"""Names beyond which nothing is looked for that is merely alike."""
ALIKE_ROWS = 100
"""Names that are merely alike, the nearest first."""
MOST_REPEATS = 3
"""Unbounded repeats in a pattern; with four, a name of 255 characters can take minutes."""


class Form(StrEnum):
    """How a typed text is read."""

    ALL = "all"
    SUBSTRING = "substring"
    GLOB = "glob"
    REGEX = "regex"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for. `problem` says why a pattern cannot be used; it then matches nothing."""

    text: str = ""
    form: Form = Form.ALL
    pattern: re.Pattern[str] | None = None
    problem: str = ""

    @property
    def prefix(self) -> str:
        """What a registry can be asked to begin at; empty where the text is no beginning of a name."""
        match self.form:
            case Form.SUBSTRING:
                return self.text.lower()
            case Form.GLOB:
                return _WILD.split(self.text, maxsplit=1)[0].lower()
            case _:
                return ""

    def matches(self, names: Sequence[str], rows: range) -> list[int]:
        """Return those of the rows whose name is looked for."""
        if self.form is Form.SUBSTRING:
            needle = self.text
            if needle != needle.lower():
                return [row for row in rows if needle in names[row]]
            return [row for row in rows if needle in names[row].lower()]
        if self.pattern is None:
            return list(rows) if self.form is Form.ALL else []
        found = self.pattern.search
        return [row for row in rows if found(names[row])]


EVERYTHING = Filter()


_WILD = re.compile(r"[*?\[]")


def read_filter(typed: str) -> Filter:
    """Return what a typed text looks for: `/.../` a regular expression, with `*` or `?` a glob, else a substring.

    A glob is for the whole name. A substring without capitals is found in any case.
    """
    text = typed.strip()
    if not text:
        return EVERYTHING
    if text.startswith("/"):
        return _regex(text)
    if "*" in text or "?" in text:
        return Filter(text, Form.GLOB, re.compile(r"\A" + fnmatch.translate(text)))
    return Filter(text, Form.SUBSTRING)


def _regex(text: str) -> Filter:
    inner = text[1:-1] if len(text) > 1 and text.endswith("/") else text[1:]
    if not inner:
        return EVERYTHING
    if problem := _endless(inner):
        return Filter(text, Form.BROKEN, problem=problem)
    try:
        return Filter(text, Form.REGEX, re.compile(inner))
    except (re.error, OverflowError, RecursionError) as error:
        reason = error.msg if isinstance(error, re.error) else "too large"
        return Filter(text, Form.BROKEN, problem=f"no regular expression: {reason}")


_ATOM = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9]*,\}|\{[0-9,]*\}|.", re.DOTALL)


def _endless(pattern: str) -> str:
    """Return why a pattern could search for ever, empty where it cannot.

    Python tries all ways to share a text between repeats; a repeat within a repeat, or a repeated choice, has
    exponentially many. The signs of a group (`(?:`, `(?=`) are no repeats.
    """
    open_groups: list[bool] = []
    closed_wild, repeats, before = False, 0, ""
    for atom in _ATOM.findall(pattern):
        opening = before == "(" and atom == "?"
        if atom == "(":
            open_groups.append(False)
        elif atom == ")" and open_groups:
            closed_wild = open_groups.pop()
            if closed_wild and open_groups:
                open_groups[-1] = True
        elif atom in ("*", "+", "?") or atom[0] == "{":
            unbounded = atom in ("*", "+") or atom.endswith(",}")
            if before == ")" and closed_wild and atom != "?":
                return "a repeat within a repeat could search for ever"
            repeats += unbounded
            if open_groups and not opening:
                open_groups[-1] = True
        elif atom == "|" and open_groups:
            open_groups[-1] = True
        before = atom
    return f"more than {MOST_REPEATS} repeats without an end could search for ever" if repeats > MOST_REPEATS else ""


class Search:
    """The rows of a growing list that a filter finds, as their indexes in the list's order.

    `looked_at` counts the rows that were seen; `advance` sees one slice more. 1,000,000 found rows take 4 MB.
    """

    def __init__(self, wanted: Filter = EVERYTHING) -> None:
        self.wanted = wanted
        self.found = array("I")
        self.looked_at = 0

    def advance(self, names: Sequence[str]) -> bool:
        """Look at the next slice; True where there are more rows to look at."""
        size = SLICE if self.wanted.pattern is None else SLOW_SLICE
        end = min(len(names), self.looked_at + size)
        self.found.extend(self.wanted.matches(names, range(self.looked_at, end)))
        self.looked_at = end
        return end < len(names)


def alike(names: Sequence[str], typed: str) -> array[int]:
    """Return the rows that have the typed letters in this order, the tightest first; nothing for long lists.

    Every name is looked at at once, which is why there is a limit.
    """
    letters = typed.strip().lower()
    rows: array[int] = array("I")
    if len(names) > ALIKE_LIMIT or len(letters) < 3 or not letters.isascii():
        return rows
    spread = [(width, row) for row, name in enumerate(names) if (width := _spread(name.lower(), letters))]
    rows.extend(row for _, row in sorted(spread)[:ALIKE_ROWS])
    return rows


def _spread(name: str, letters: str) -> int:
    """Return over how many characters the letters are spread, 0 where they do not all come in this order.

    Found forwards, then drawn together backwards from where they end.
    """
    place = -1
    for letter in letters:
        place = name.find(letter, place + 1)
        if place < 0:
            return 0
    end = place
    for letter in reversed(letters[:-1]):
        place = name.rfind(letter, 0, place)
    return end - place + 1
