"""The walk, drawn: a pure function from its state and a moment of its motion to lines of cells.

A `Scene` is the moment: how many lines of each candidate are unrolled, where the marker is on its way down, which
candidates a person opened. `advance` moves everything one step nearer to its goal; `settle` goes there at once, which
is all that reduced motion does. So the last frame is the same with and without motion.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.beside import NOTHING_BESIDE, Beside
from regtui.frozen import dataclass
from regtui.outcome import Outcome, Stage
from regtui.tui.bars import BAR_WIDTH, bar, scale
from regtui.tui.cells import Line, Role, Span, crop, indent, line_text, line_width, pad, shorten, span, spread, wrap
from regtui.tui.details import TIME, Pen, candidate_lines
from regtui.tui.state import Progress
from regtui.tui.words import duration, outcome_role, outcome_sign, outcome_word, short_digest, short_reference

if TYPE_CHECKING:
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import CandidateView, Walk

INDENT = 4
"""Cells before a candidate's name: the marker, a blank, its number, a blank."""
STATUS = 25
"""Cells for an outcome's word and a time."""
WIDE_ENOUGH_FOR_HEAD_BARS = 100
"""Cells; below that a head's room belongs to the cause."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment of the motion. `unrolled` counts the lines below each head, `marker` is the line that it stands on.

    `opened` and `closed` are the candidates that a person opened or closed; `cursor` the one that is selected.
    """

    turn: int = 0
    unrolled: tuple[int, ...] = ()
    marker: int = 0
    opened: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines to show, the line on which each candidate's head stands, and the cells that its name may take."""

    lines: tuple[Line, ...]
    heads: tuple[int, ...]
    column: int = 0


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a frame is drawn on: cells across, signs, whether things move, and what is known of the host itself."""

    width: int
    glyphs: Glyphs
    motion: bool = True
    beside: Beside = NOTHING_BESIDE


def frame(walk: Walk, scene: Scene, canvas: Canvas) -> Frame:
    """Draw a moment of a walk."""
    lines: list[Line] = []
    heads: list[int] = []
    whole = scale(walk)
    turn = scene.turn if canvas.motion else None
    pen = Pen(canvas.width - INDENT, whole, canvas.glyphs, turn, canvas.beside, _pings(walk))
    column = _status_column(walk, canvas.width)
    for index in range(len(walk.candidates)):
        heads.append(len(lines))
        unrolled = scene.unrolled[index] if index < len(scene.unrolled) else 0
        lines.extend(_head(walk, index, column, canvas, pen, closed=unrolled == 0))
        lines.extend(indent(_below(walk, index, scene, pen)[:unrolled], INDENT))
    marked = _with_marker(lines, scene.marker if walk.asked and walk.current is not None else None, canvas.glyphs)
    return Frame(marked, tuple(heads), column - 1)


def advance(walk: Walk, scene: Scene, canvas: Canvas) -> Scene:
    """Return the next moment: each candidate rolls by one line, the marker covers half of what is left of its way."""
    goals = _goals(walk, scene, canvas)
    before = scene.unrolled if len(scene.unrolled) == len(goals) else (0,) * len(goals)
    unrolled = tuple(now + _step(goal - now, 2) for now, goal in zip(before, goals, strict=True))
    moved = replace(scene, turn=scene.turn + 1, unrolled=unrolled)
    way = _marker_goal(walk, moved, canvas) - scene.marker
    return replace(moved, marker=scene.marker + _step(way, max(1, (abs(way) + 1) // 2)))


def settle(walk: Walk, scene: Scene, canvas: Canvas) -> Scene:
    """Return the moment in which everything stands where it belongs."""
    still = replace(scene, unrolled=_goals(walk, scene, canvas))
    return replace(still, marker=_marker_goal(walk, still, canvas))


def moving(walk: Walk, scene: Scene, canvas: Canvas) -> bool:
    """Say whether the next moment would look different."""
    running = walk.asked and not walk.over
    return running or settle(walk, scene, canvas) != scene


def toggled(scene: Scene, index: int) -> Scene:
    """Open a candidate with all that is known of it, or close it where a person had opened it or it won."""
    if index in scene.opened:
        return replace(scene, opened=scene.opened - {index}, closed=scene.closed | {index})
    return replace(scene, opened=scene.opened | {index}, closed=scene.closed - {index})


def _step(way: int, most: int) -> int:
    return max(-most, min(most, way))


def _goals(walk: Walk, scene: Scene, canvas: Canvas) -> tuple[int, ...]:
    pen = Pen(canvas.width - INDENT, scale(walk), canvas.glyphs, None, canvas.beside, _pings(walk))
    return tuple(
        len(_below(walk, index, scene, pen)) if _is_open(walk, scene, index) else 0
        for index in range(len(walk.candidates))
    )


def _is_open(walk: Walk, scene: Scene, index: int) -> bool:
    """Before it is asked a plan shows all; then the one that is asked is open, and the one that serves it."""
    if index in scene.closed:
        return False
    if index in scene.opened or not walk.asked:
        return True
    if walk.found is not None:
        return walk.found.candidate == index
    return index == walk.current and walk.candidates[index].outcome is None and not walk.over


def _marker_goal(walk: Walk, scene: Scene, canvas: Canvas) -> int:
    goal = walk.found.candidate if walk.found is not None else walk.current
    heads = frame(walk, scene, canvas).heads
    return heads[goal] if goal is not None and goal < len(heads) else 0


def _below(walk: Walk, index: int, scene: Scene, pen: Pen) -> tuple[Line, ...]:
    return candidate_lines(walk.candidates[index], pen, asked=walk.asked, full=index in scene.opened)


def _with_marker(lines: list[Line], row: int | None, glyphs: Glyphs) -> tuple[Line, ...]:
    """The first two cells of every line belong to the marker, which travels past lines of any kind."""
    if row is None or row >= len(lines):
        return tuple(lines)
    line = lines[row]
    first = line[0]
    lines[row] = (Span(glyphs.marker, Role.ACCENT), Span(first.text[1:], first.role), *line[1:])
    return tuple(lines)


def _status_column(walk: Walk, width: int) -> int:
    """Return where the outcomes begin: behind the longest reference that leaves an outcome and a time their room."""
    longest = max((span(short_reference(view.candidate.reference)).width for view in walk.candidates), default=0)
    return INDENT + min(longest, max(12, width - INDENT - 2 - STATUS)) + 2


def _head(walk: Walk, index: int, column: int, canvas: Canvas, pen: Pen, *, closed: bool) -> tuple[Line, ...]:
    """A candidate's own line, and the cause below it where a closed one's cause is too long to stand beside."""
    view = walk.candidates[index]
    glyphs = canvas.glyphs
    active = walk.current == index and view.outcome is None and walk.asked and not walk.over
    winner = walk.found is not None and walk.found.candidate == index
    role = Role.DIM if view.outcome is Outcome.SKIPPED else Role.STRONG if active or winner else Role.TEXT
    room = column - INDENT - 2
    name = shorten(span(short_reference(view.candidate.reference)).text, room, glyphs.ellipsis)
    left: Line = (Span(f"{index + 1:>3} ", Role.DIM), Span(name, role))
    timing = _head_timing(view, canvas, pen) if walk.asked and closed else ()
    right = (*_on_this_host(view, canvas, timing), *timing)
    beside = canvas.width - column - (line_width(right) + 1 if right else 0)
    status, cause = _status(walk, index, pen)
    told, below = (status, ()) if not closed else _fitting(status, cause, beside, glyphs)
    if view.outcome is Outcome.NOT_FOUND and below:
        # An ordinary "not here" stays on its one line; opened it tells the rest.
        told, below = _alone(status, cause, beside, glyphs), ()
    head = spread((*pad(left, column), *told), right, canvas.width, glyphs.ellipsis)
    return (head, *indent(tuple(line for cause in below for line in wrap(cause.text, pen.width, cause.role)), INDENT))


def _fitting(status: Line, cause: Span, width: int, glyphs: Glyphs) -> tuple[Line, Line]:
    """Return what stands beside a closed head, and what has to stand below it.

    The sign is always there; the outcome's word gives way to a cause that fits, for the cause says more.
    """
    if not cause.text:
        return status, ()
    both = (*status, Span("  "), cause)
    if line_width(both) <= width:
        return both, ()
    alone = _alone(status, cause, width, glyphs)
    return (alone, ()) if cause.text in line_text(alone) else (status, (cause,))


def _alone(status: Line, cause: Span, width: int, glyphs: Glyphs) -> Line:
    """Return the sign and the cause, cut where it has to be."""
    return crop((Span(f"{status[0].text[:1]} {cause.text}", status[0].role),), width, glyphs.ellipsis)


def _status(walk: Walk, index: int, pen: Pen) -> tuple[Line, Span]:
    """Return the sign with its word, and the cause."""
    view = walk.candidates[index]
    if view.outcome is not None:
        role = outcome_role(view.outcome)
        sign = outcome_sign(view.outcome, pen.glyphs)
        word = Span(f"{sign} {outcome_word(view.outcome)}", role)
        return (word,), span(view.error, Role.DIM) if view.found is None else _compared(walk, view)
    if not walk.asked:
        return (), Span("")
    if walk.over:
        return (Span("not asked", Role.DIM),), Span("")
    if view.reached:
        return (Span("asking", Role.ACCENT),), Span("")
    return (Span("waiting", Role.DIM),), _ahead(view, pen)


def _compared(walk: Walk, view: CandidateView) -> Span:
    """Say of a registry behind the winner whether it holds the same image."""
    if walk.found is None or view.found is None or view.found.candidate == walk.found.candidate:
        return Span("")
    if view.same:
        return Span("the same image", Role.DIM)
    return span(f"another digest: {short_digest(view.found.digest)}", Role.WARN)


def _ahead(view: CandidateView, pen: Pen) -> Span:
    """What is known of a candidate before its turn: how far its first endpoints were reached without a name."""
    stages = [stage for endpoint in view.endpoints for stage in endpoint.stages]
    failed = next((stage for stage in reversed(stages) if stage.progress is Progress.FAILED), None)
    done = next((stage for stage in reversed(stages) if stage.progress is Progress.OK), None)
    if done is not None:
        return Span(f"{done.stage} {pen.glyphs.ok}", Role.DIM)
    if failed is not None:
        return span(f"{failed.stage} {pen.glyphs.bad} {failed.detail}".rstrip(), Role.DIM)
    return Span("")


def _pings(walk: Walk) -> dict[str, float]:
    return {
        endpoint.endpoint.url: stage.ms
        for view in walk.candidates
        for endpoint in view.endpoints
        for stage in endpoint.stages
        if stage.stage is Stage.PING and stage.progress is Progress.OK
    }


def _on_this_host(view: CandidateView, canvas: Canvas, timing: Line) -> Line:
    """Say what the host has of the candidate: here, the same digest as is served, or an older one."""
    digest = view.found.digest if view.found is not None else ""
    state = canvas.beside.state(view.candidate.reference, digest)
    if not state:
        return ()
    gap = (Span("  "),) if timing else ()
    return (Span(f"here: {state}" if state != "here" else state, Role.WARN if state == "older" else Role.OK), *gap)


def _head_timing(view: CandidateView, canvas: Canvas, pen: Pen) -> Line:
    stages = tuple(
        stage for endpoint in view.endpoints for stage in endpoint.stages if stage.progress is not Progress.RUNNING
    )
    if not stages or view.outcome is None:
        return ()
    time = Span(duration(view.ms).rjust(TIME), Role.DIM)
    if canvas.width < WIDE_ENOUGH_FOR_HEAD_BARS:
        return (time,)
    return (time, Span(" "), *bar(stages, pen.whole, canvas.glyphs))


__all__ = ["BAR_WIDTH", "Canvas", "Frame", "Scene", "advance", "frame", "moving", "settle", "toggled"]
