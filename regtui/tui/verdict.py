"""The two lines below the walk: who serves it with which digest, and what `docker pull` would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.commands import command_of, program
from regtui.outcome import Outcome
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, line_width, shorten, span, spread, wrap
from regtui.tui.words import count, duration, outcome_word, seconds, short_digest

if TYPE_CHECKING:
    from regtui.engines.base import Found, Plan
    from regtui.events import ResolutionEnded
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import Walk


ROWS = 2
"""Rows that the verdict takes at least, so that nothing moves when it is there."""


def verdict_lines(walk: Walk | None, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return what is known of the answer: nothing, a plan's summary, who is asked, or the verdict."""
    lines = _lines(walk, width, glyphs) if walk is not None else ()
    return (*lines, *(EMPTY,) * (ROWS - len(lines)))


def _lines(walk: Walk, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    if walk.ended is not None:
        right = _times(walk, walk.ended)
        room = width - line_width(right) - 2
        found = walk.ended.found
        first = _served(found, room, glyphs) if found else _unserved(walk, walk.ended, glyphs)
        return (spread(first, right, width, glyphs.ellipsis), *_engine_says(walk, walk.ended, width, glyphs))
    if walk.stopped:
        return ((Span(f"{glyphs.bad} ", Role.BAD), span(walk.stopped, Role.BAD)),)
    if not walk.asked:
        return plan_lines(walk.plan, width, glyphs)
    if walk.current is None:
        return ((Span("starting", Role.DIM),),)
    asked = walk.candidates[walk.current].candidate
    return (crop((Span("asking ", Role.DIM), span(asked.registry, Role.ACCENT)), width, glyphs.ellipsis),)


def plan_lines(plan: Plan, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return what a name means before anybody is asked; for a refused name the engine's own text."""
    if plan.refused:
        lines: list[Line] = []
        for text in plan.refused:
            told = wrap(text, width - 2, Role.BAD)
            lines.append((Span(f"{glyphs.bad} ", Role.BAD), *told[0]))
            lines.extend((Span("  "), *line) for line in told[1:])
        return tuple(lines)
    asked = [candidate for candidate in plan.candidates if candidate.endpoints]
    if not asked:
        return ((Span("nobody would be asked", Role.WARN),),)
    name = program(plan.engine, plan.client)
    many = f"{name} would ask {count(len(asked), 'registry')}".replace("registrys", "registries")
    order = ", in this order" if len(asked) > 1 else ""
    signed = "; signatures are checked" if plan.signed else ""
    return (crop((Span(many + order + signed, Role.DIM),), width, glyphs.ellipsis),)


def _times(walk: Walk, ended: ResolutionEnded) -> Line:
    """How long the answer took, and what the engine's own time limits would have cost."""
    name = program(walk.plan.engine, walk.plan.client)
    took: Line = (Span(duration(walk.at), Role.DIM),)
    if ended.engine_seconds < 1:
        return took
    return (*took, Span(f", {name} waits {seconds(ended.engine_seconds)}", Role.WARN))


def _served(found: Found, width: int, glyphs: Glyphs) -> Line:
    """The registry and the digest are kept whole; what is too long in between is cut."""
    digest: Line = (Span(f" {glyphs.dot} ", Role.DIM), span(short_digest(found.digest), Role.STRONG))
    head: Line = (Span(f"{glyphs.ok} ", Role.OK), span(found.registry, Role.STRONG), Span(" serves it", Role.OK))
    how = f" via mirror {found.endpoint}" if found.mirror else ""
    room = width - line_width(head) - line_width(digest)
    if span(how).width > room:
        how = " via its mirror"
    return (*head, Span(shorten(span(how).text, max(0, room), glyphs.ellipsis), Role.ACCENT), *digest)


def _elsewhere(walk: Walk, glyphs: Glyphs) -> Line:
    """Which registries behind the winner hold the name too, those with another image first."""
    winner = walk.found
    others = [view for view in walk.candidates if view.found and winner and view.found.candidate != winner.candidate]
    line: Line = ()
    for same, text, role in ((False, "another image", Role.WARN), (True, "the same image", Role.DIM)):
        names = [view.candidate.registry for view in others if view.same is same]
        if names:
            line = (*line, Span(f" {glyphs.dot} ", Role.DIM), span(f"{text} in {', '.join(names)}", role))
    return line


def _unserved(walk: Walk, ended: ResolutionEnded, glyphs: Glyphs) -> Line:
    if walk.plan.refused:
        return (Span(f"{glyphs.bad} nobody is asked", Role.BAD),)
    undecided = [view.candidate.registry for view in walk.candidates if view.outcome is Outcome.UNDECIDED]
    if undecided:
        return (Span("? ", Role.WARN), span(f"undecided: no answer in time from {', '.join(undecided)}", Role.WARN))
    asked = sum(1 for view in walk.candidates if view.reached and view.candidate.endpoints)
    if asked <= 1:
        return (Span(f"{glyphs.bad} nobody serves it: {outcome_word(ended.outcome)}", Role.BAD),)
    return (Span(f"{glyphs.bad} nobody serves it: {asked} registries were asked", Role.BAD),)


def _engine_says(walk: Walk, ended: ResolutionEnded, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """The exit status of the pull; on failure with the one line that hides the causes above."""
    said = f"  {command_of(walk.plan)} would exit {ended.exit}"
    last = walk.said[-1] if walk.said else None
    if ended.exit == 0 or last is None:
        return (crop((Span(said, Role.DIM), *_elsewhere(walk, glyphs)), width, glyphs.ellipsis),)
    assumed = f" ({glyphs.assumed} assumed)" if last.assumed else ""
    told = wrap(f"{said.strip()}: {last.text}{assumed}", width - 2, Role.DIM)
    return indent(told[:3], 2)
