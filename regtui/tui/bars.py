"""Timings as small bars: every endpoint on one line of time, so that what ran at once stands above each other."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from regtui.tui.cells import Line, Role, Span
from regtui.tui.state import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import StageView, Walk

BAR_WIDTH = 10
"""Cells of a bar; each has two halves, so a bar has 20 steps."""


def scale(walk: Walk) -> float:
    """Return the milliseconds that a whole bar stands for: 1, 2 or 5 times a power of ten, at least 10.

    Round numbers, so that the scale changes seldom while a walk runs and the rows need no repainting.
    """
    span = 10.0
    while True:
        for factor in (1, 2, 5):
            if walk.at <= span * factor:
                return span * factor
        span *= 10


def bar(stages: Iterable[StageView], whole: float, glyphs: Glyphs) -> Line:
    """Draw stages on the line of time from 0 to `whole` milliseconds; what was shorter than a half cell fills one."""
    halves: list[Role | None] = [None] * (BAR_WIDTH * 2)
    for stage in stages:
        if stage.progress is Progress.RUNNING:
            continue
        first = min(int(stage.started / whole * len(halves)), len(halves) - 1)
        last = min(int((stage.started + stage.ms) / whole * len(halves)), len(halves) - 1)
        failed = stage.progress is Progress.FAILED
        for half in range(max(0, first), last + 1):
            halves[half] = Role.BAD_BAR if failed or halves[half] is Role.BAD_BAR else Role.OK_BAR
    cells = [_cell(halves[index], halves[index + 1], glyphs) for index in range(0, len(halves), 2)]
    return tuple(Span("".join(sign for sign, _ in run), role) for role, run in groupby(cells, key=lambda cell: cell[1]))


def _cell(left: Role | None, right: Role | None, glyphs: Glyphs) -> tuple[str, Role]:
    if left is None and right is None:
        return " ", Role.TEXT
    sign = glyphs.bar[2] if left is None else glyphs.bar[1] if right is None else glyphs.bar[0]
    return sign, Role.BAD_BAR if Role.BAD_BAR in (left, right) else Role.OK_BAR
