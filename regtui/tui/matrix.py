"""Who holds a name, and whether it is the image that the engine pulls: one row for each registry, mirrors below theirs.

The first part is the walk's own, asked on past the winner. The second is what registries and mirrors answered when a
person wanted to know what each of them holds, whatever the engine would ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.outcome import Outcome
from regtui.text import size
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, pad, span, wrap
from regtui.tui.words import outcome_role, outcome_sign, outcome_word, short_digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regtui.browse.models import Elsewhere
    from regtui.engines.base import Found
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import CandidateView, Walk

NAME_LIMIT = 34
"""Cells of a registry's name; a longer one is cut, the rest of the row tells more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What registries and mirrors answered on a person's word, and whether some are still asked."""

    answers: tuple[Elsewhere, ...] = ()
    running: bool = False
    refused: str = ""


_CLEAR = (None, Outcome.FOUND, Outcome.NOT_FOUND, Outcome.SKIPPED, Outcome.BLOCKED)
"""Outcomes that leave no doubt whether a registry holds a name, or of which it was not asked."""


def matrix_lines(walk: Walk, asked: Asked | None, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return the whole panel; `asked` is None before anybody wanted to know more."""
    rows = [_candidate(walk, index, glyphs) for index in range(len(walk.candidates))]
    lines = [*wrap(walk.plan.name, width, Role.STRONG), *_table(rows, width, glyphs), EMPTY]
    lines += wrap(_verdict(walk), width, _verdict_role(walk))
    if asked is not None:
        lines += [EMPTY, *_asked_lines(walk, asked, width, glyphs)]
    return tuple(lines)


_Row = tuple[Line, Line, Line]
"""Where it is, what it holds, how that stands to the image that is pulled."""


def _table(rows: Sequence[_Row], width: int, glyphs: Glyphs) -> list[Line]:
    wide = [max((sum(piece.width for piece in row[column]) for row in rows), default=0) for column in (0, 1)]
    where, what = min(wide[0], NAME_LIMIT), wide[1]
    lines: list[Line] = []
    for row in rows:
        holds = (*pad(row[1], what + 2), *row[2]) if row[2] else row[1]
        line = (*pad(crop(row[0], where, glyphs.ellipsis), where + 2), *holds)
        lines.append(crop(line, width, glyphs.ellipsis))
    return lines


def _candidate(walk: Walk, index: int, glyphs: Glyphs) -> _Row:
    view = walk.candidates[index]
    winner = walk.found is not None and walk.found.candidate == index
    mark = Span(glyphs.marker if winner else " ", Role.ACCENT)
    role = Role.STRONG if winner else Role.TEXT
    where: Line = (mark, Span(f"{index + 1:>2} ", Role.DIM), span(view.candidate.registry, role))
    return where, _holds(walk, view, glyphs), _relation(walk, view)


def _holds(walk: Walk, view: CandidateView, glyphs: Glyphs) -> Line:
    if view.found is not None:
        return (Span(f"{glyphs.ok} ", Role.OK), span(short_digest(view.found.digest), Role.STRONG))
    if view.outcome is None:
        word = "not asked" if walk.over else "asking" if view.reached else "waiting"
        return (Span(f"{glyphs.unknown} {word}", Role.DIM),)
    sign = outcome_sign(view.outcome, glyphs)
    return (Span(f"{sign} {outcome_word(view.outcome)}", outcome_role(view.outcome)),)


def _relation(walk: Walk, view: CandidateView) -> Line:
    """The image that is pulled, the same one, another one; where there is none, why."""
    if view.found is None:
        return () if view.outcome is Outcome.NOT_FOUND else (span(view.error, Role.DIM),)
    if walk.found is None:
        return EMPTY
    if view.found.candidate == walk.found.candidate:
        return (Span("is pulled", Role.OK), Span(_facts(view.found), Role.DIM))
    if view.same:
        return (Span("the same image", Role.DIM),)
    return (Span("another image", Role.WARN), Span(_facts(view.found), Role.DIM))


def _facts(found: Found) -> str:
    """What may tell two images apart at a glance."""
    via = " via its mirror" if found.mirror else ""
    return f"{via}  {size(found.size)}" if found.size is not None else via


def _others(walk: Walk, *, same: bool) -> list[str]:
    found = walk.found
    return [
        view.candidate.registry
        for view in walk.candidates
        if view.found and found and view.found.candidate != found.candidate and view.same is same
    ]


def _verdict_role(walk: Walk) -> Role:
    return Role.WARN if _others(walk, same=False) else Role.DIM


def _verdict(walk: Walk) -> str:
    """One sentence: is the name shadowed, held twice, or where it should be?"""
    if not walk.over:
        return "asking on"
    if walk.found is None:
        return "Nobody holds it."
    shadowed, copies = _others(walk, same=False), _others(walk, same=True)
    if shadowed:
        names = ", ".join(shadowed)
        return f"Another image has this name in {names}: the order of the registries decides which one is pulled."
    if copies:
        return f"The same image is in {', '.join(copies)} too."
    left = [view for view in walk.candidates if view.outcome is None and view.candidate.endpoints]
    if left:
        return f"Not asked: {', '.join(view.candidate.registry for view in left)}."
    if len(walk.candidates) == 1:
        return "The name says its registry: no other one is asked."
    silent = [view.candidate.registry for view in walk.candidates if view.outcome not in _CLEAR]
    if silent:
        return f"No other registry was seen to hold it; {', '.join(silent)} did not say."
    return "No other registry holds it."


def _asked_lines(walk: Walk, asked: Asked, width: int, glyphs: Glyphs) -> list[Line]:
    lines = [*wrap("Every registry and mirror, one HEAD each, digests as their headers claim", width, Role.DIM)]
    if asked.refused:
        return [*lines, *wrap(asked.refused, width, Role.WARN)]
    order = list(dict.fromkeys([*(view.candidate.registry for view in walk.candidates)]))
    rank = {name: place for place, name in enumerate(order)}
    answers = sorted(asked.answers, key=lambda one: (rank.get(one.registry, len(rank)), one.order))
    upstream = {answer.registry: answer.digest for answer in asked.answers if not answer.mirror and answer.digest}
    lines += _table([_answer(walk, answer, upstream, glyphs) for answer in answers], width, glyphs)
    return [*lines, (Span("asking", Role.DIM),)] if asked.running else lines


def _answer(walk: Walk, answer: Elsewhere, upstream: Mapping[str, str], glyphs: Glyphs) -> _Row:
    where: Line = (Span("  "), span(answer.registry))
    if answer.mirror:
        where = (Span(f"  {glyphs.branch} ", Role.DIM), span(answer.mirror, Role.ACCENT))
    if answer.outcome is not Outcome.FOUND or not answer.digest:
        role = outcome_role(answer.outcome)
        what = Span(f"{outcome_sign(answer.outcome, glyphs)} {outcome_word(answer.outcome)}", role)
        calm = answer.outcome is Outcome.NOT_FOUND
        return where, (what,), () if calm else (span(answer.text, Role.DIM),)
    what_line: Line = (Span(f"{glyphs.ok} ", Role.OK), span(short_digest(answer.digest), Role.STRONG))
    if answer.mirror:
        return where, what_line, (_against(answer, upstream.get(answer.registry)),)
    pulled = walk.found.digest if walk.found is not None else ""
    if not pulled:
        return where, what_line, EMPTY
    same = answer.digest == pulled
    return where, what_line, (Span("is pulled" if same else "another image", Role.OK if same else Role.WARN),)


def _against(answer: Elsewhere, upstream: str | None) -> Span:
    """How a mirror's copy stands to what its upstream holds now."""
    if upstream is None:
        return Span("upstream unknown", Role.DIM)
    if answer.digest == upstream:
        return Span("as its upstream", Role.OK)
    return Span("upstream differs", Role.WARN)
