"""Measurements against a floor taken in the same run.

`python -m tests.benchmarks` runs all of them and writes README's table, `python -m tests.benchmarks.NAME` one of them.
A benchmark is a module here with `measure(*, short)`, which returns its figures, and a name in `__main__.BENCHMARKS`.
`short` asks for a run of a few seconds that shows that the benchmark works: its times mean nothing.
"""

from __future__ import annotations

import argparse
import json
from compileall import compile_dir
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import regtui

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table; everything but `kept` is text with its unit, empty where there is none.

    `floor` is what the same run took for the least that one could do, `ratio` the figure as a multiple of it, and
    `limit` what is promised of either.
    """

    what: str
    figure: str
    floor: str = ""
    ratio: str = ""
    limit: str = ""
    kept: bool = True


def compared(
    what: str, value: float, floor: float, named: str, *, unit: str = "ms", limit: float | None = None
) -> Figure:
    """Return a figure beside its floor, with a limit on the ratio."""
    ratio = value / floor
    return Figure(
        what,
        amount(value, unit),
        f"{named}: {amount(floor, unit)}",
        f"{ratio:.2f}x",
        f"{limit:g}x" if limit else "",
        limit is None or ratio <= limit,
    )


def bounded(what: str, value: float, unit: str, limit: float | None = None) -> Figure:
    """Return a figure with a limit of its own."""
    return Figure(
        what,
        amount(value, unit),
        limit=amount(limit, unit) if limit is not None else "",
        kept=limit is None or value <= limit,
    )


def amount(value: float, unit: str) -> str:
    """Return a number as a person writes it: three digits that mean something, and the unit."""
    digits = 0 if value == round(value) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


class Measure(Protocol):
    """What a benchmark offers."""

    def __call__(self, *, short: bool) -> Sequence[Figure]:
        """Measure and return the figures."""


def lines(figures: Sequence[Figure]) -> list[str]:
    """Return the figures as a Markdown table; a limit that was not kept stands there in bold letters."""
    rows = [
        [one.what, one.figure, one.floor, one.ratio, one.limit if one.kept else f"**not within {one.limit}**"]
        for one in figures
    ]
    head = [["what", "figure", "floor", "ratio", "limit"], ["---", "---:", "---", "---:", "---:"]]
    return [f"| {' | '.join(row)} |" for row in [*head, *rows]]


def show(measure: Measure) -> int:
    """Be the program of one benchmark; return 1 where a limit was not kept."""
    parser = argparse.ArgumentParser(description="measures, and prints the figures")
    parser.add_argument("--short", action="store_true", help="a few seconds, to see that it works")
    parser.add_argument("--json", action="store_true", help="for the program that runs them all")
    asked = parser.parse_args()
    compile_dir(Path(regtui.__file__).parent, quiet=1)  # as pip does: PYTHONDONTWRITEBYTECODE may be set here
    figures = measure(short=asked.short)
    print(json.dumps([asdict(one) for one in figures]) if asked.json else "\n".join(lines(figures)))
    return 0 if asked.json or all(one.kept for one in figures) else 1
