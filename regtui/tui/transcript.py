"""What the engine would print, beside what its registries really answered."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from regtui.engines.commands import command_of
from regtui.outcome import Outcome
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, pad, span, wrap
from regtui.tui.words import outcome_role, outcome_sign, outcome_word, seconds, short_digest

if TYPE_CHECKING:
    from regtui.events import EndpointEnded
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import CandidateView, EndpointView, Said, Walk

SIDE_BY_SIDE = 96
"""Cells; narrower screens put the truth below docker's words."""


def transcript_lines(walk: Walk, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return the whole panel: for each candidate the engine's words and the truth, then what the waiting costs."""
    command = f"$ {command_of(walk.plan)} {walk.plan.name}"
    lines: list[Line] = list(wrap(command, width, Role.STRONG))
    if width >= SIDE_BY_SIDE:
        lines.append(_beside((Span("  what it prints", Role.DIM),), (Span("what happened", Role.DIM),), width, glyphs))
    for index in (None, *range(len(walk.candidates))):
        lines.extend(_block(walk, index, width, glyphs))
    return (*lines, *_costs(walk, width, glyphs))


def _block(walk: Walk, index: int | None, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """One candidate: two columns, or the truth below the words where there is no room."""
    said = tuple(line for line in walk.said if line.candidate == index)
    truth = _truth(walk.candidates[index], glyphs) if index is not None else ()
    if not said and not truth:
        return ()
    if width < SIDE_BY_SIDE:
        below = [line for told in truth for line in indent(_hanging(told, width - 4), 4)]
        return (*_words(said, width, glyphs), *below, EMPTY) if truth else _words(said, width, glyphs)
    left = _words(said, _half(width), glyphs)
    right = tuple(line for told in truth for line in _hanging(told, _half(width)))
    rows = [_beside(one, two, width, glyphs) for one, two in zip_longest(left, right, fillvalue=EMPTY)]
    return (*rows, _beside(EMPTY, EMPTY, width, glyphs))


def _half(width: int) -> int:
    return (width - 3) // 2


def _beside(left: Line, right: Line, width: int, glyphs: Glyphs) -> Line:
    return (*pad(left, _half(width)), Span(f" {'|' if glyphs.plain else '│'} ", Role.DIM), *right)


def _words(said: tuple[Said, ...], width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """The engine's lines; what rests on an answer that was not asked for is marked."""
    lines: list[Line] = []
    for line in said:
        mark = glyphs.assumed if line.assumed else " "
        told = wrap(line.text, width - 2)
        lines.append((Span(f"{mark} ", Role.WARN), *told[0]))
        lines.extend(indent(told[1:], 2))
    return tuple(lines)


def _truth(view: CandidateView, glyphs: Glyphs) -> tuple[Span, ...]:
    """What each endpoint answered; the v1 ones were not asked, those that were passed over have nothing to tell."""
    if view.outcome is None:
        return ()
    told = [
        line
        for endpoint in view.endpoints
        if endpoint.ended is not None
        and endpoint.ended.outcome is not Outcome.SKIPPED
        and endpoint.endpoint.api != "v1"
        for line in (_endpoint_truth(endpoint, endpoint.ended, glyphs), *_login(endpoint, endpoint.ended))
    ]
    if not told:
        reason = f": {view.error}" if view.error else ""
        text = f"{outcome_sign(view.outcome, glyphs)} {view.candidate.registry} {outcome_word(view.outcome)}{reason}"
        told = [span(text, outcome_role(view.outcome))]
    if view.found is not None:
        told.append(span(f"  {short_digest(view.found.digest)}", Role.STRONG))
    return tuple(told)


def _endpoint_truth(view: EndpointView, ended: EndpointEnded, glyphs: Glyphs) -> Span:
    sign = outcome_sign(ended.outcome, glyphs)
    mirror = "mirror " if view.endpoint.mirror else ""
    what = ended.error or outcome_word(ended.outcome)
    return span(f"{sign} {mirror}{view.endpoint.url}: {what}", outcome_role(ended.outcome))


def _login(view: EndpointView, ended: EndpointEnded) -> tuple[Span, ...]:
    """Of a registry that wants a login: which one it was given, or where there is none for it."""
    if ended.outcome not in (Outcome.UNAUTHORIZED, Outcome.DENIED):
        return ()
    return tuple(span(f"  {words}", Role.WARN) for words in (view.credential, view.withheld) if words)


def _hanging(told: Span, width: int) -> tuple[Line, ...]:
    """Wrap a text; its second line stands below the first word behind the sign."""
    sign, words = told.text[:2], told.text[2:]
    lines = wrap(words, width - 2, told.role)
    return ((Span(sign, told.role), *lines[0]), *indent(lines[1:], 2))


def _costs(walk: Walk, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    if walk.ended is None:
        return ((Span("not over yet", Role.DIM),),) if walk.asked else ()
    lines: list[Line] = []
    exit_role = Role.OK if walk.ended.exit == 0 else Role.BAD
    lines.append((Span("exit "), Span(str(walk.ended.exit), exit_role)))
    if walk.ended.engine_seconds >= 1:
        waited = Span(seconds(walk.ended.engine_seconds), Role.WARN)
        lines.append((Span("its own time limits would cost "), waited))
    if any(line.assumed for line in walk.said):
        lines.append((Span(f"{glyphs.assumed} ", Role.WARN), Span("assumed: the v1 protocol is never asked", Role.DIM)))
    return tuple(crop(line, width, glyphs.ellipsis) for line in lines)
