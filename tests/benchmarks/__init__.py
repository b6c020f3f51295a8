"""Measurements against a floor taken in the same run: `python -m tests.benchmarks.start`, `... .walk`, `... .table`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured, against what, the measured value and the bound, both as text."""

    what: str
    against: str
    measured: str
    bound: str
    kept: bool


def lines(figures: tuple[Figure, ...]) -> list[str]:
    """Return the figures as a Markdown table."""
    head = ["| what | against | measured | bound |", "|---|---|---:|---:|"]
    rows = [f"| {one.what} | {one.against} | {one.measured} | {one.bound} |" for one in figures]
    return [*head, *rows]


def show(figures: tuple[Figure, ...]) -> int:
    """Print the table; return 1 where a bound was not kept."""
    print("\n".join(lines(figures)))
    return 0 if all(one.kept for one in figures) else 1
