"""The lines below a candidate of the walk: its endpoints with their stages, and what the winner serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.beside import NOTHING_BESIDE, Beside
from regtui.frozen import dataclass
from regtui.kept import kept_words
from regtui.outcome import Outcome, Stage
from regtui.text import size
from regtui.tui.bars import BAR_WIDTH, bar
from regtui.tui.cells import Line, Role, Span, crop, indent, line_width, pad, span, spread, wrap
from regtui.tui.state import Progress
from regtui.tui.words import duration, short_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.engines.base import Found
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import CandidateView, EndpointView, StageView

LABEL = 7
"""Cells of `https`, `http`, `mirror` and a blank; the stages begin behind it."""
TIME = 6
"""Cells of a time such as `999 ms`."""
WIDE_ENOUGH_FOR_BARS = LABEL + 42 + 1 + TIME + 1 + BAR_WIDTH
"""Cells: label, stages, time and bar. Narrower rows keep the times and leave the bars out."""

WIDE_ENOUGH_FOR_SLOTS = LABEL + 42 + 1 + TIME
"""Cells; narrower rows set the stages side by side."""

_SLOTS = {Stage.DNS: 0, Stage.TCP: 6, Stage.TLS: 12, Stage.PING: 18, Stage.AUTH: 25, Stage.MANIFEST: 32}


@dataclass(frozen=True, slots=True)
class Pen:
    """How the walk is drawn: cells across, milliseconds that a whole bar stands for, the spinner's turn.

    `turn` None draws a stage that runs without motion. `pings` are the milliseconds of `GET /v2/` by URL: a server
    that stands in the plan twice is asked once.
    """

    width: int
    whole: float
    glyphs: Glyphs
    turn: int | None = None
    beside: Beside = NOTHING_BESIDE
    pings: Mapping[str, float] | None = None

    @property
    def bars(self) -> bool:
        """Say whether there is room for bars."""
        return self.width >= WIDE_ENOUGH_FOR_BARS

    @property
    def spinner(self) -> str:
        """The sign of a stage that runs."""
        return self.glyphs.ellipsis if self.turn is None else self.glyphs.spinner[self.turn % len(self.glyphs.spinner)]


def candidate_lines(view: CandidateView, pen: Pen, *, asked: bool, full: bool) -> tuple[Line, ...]:
    """Return everything below a candidate's head: endpoints, the image where it has it, with `full` the requests."""
    lines: list[Line] = []
    if view.error and not view.endpoints:
        lines.extend(wrap(view.error, pen.width, Role.WARN))
    for endpoint in view.endpoints:
        passed_by = view.outcome is not None and endpoint.ended is None
        if endpoint.endpoint.api != "v1" and (full or not passed_by):
            lines.extend(_endpoint_lines(endpoint, view, pen, asked=asked, full=full))
    if (full or not asked) and any(endpoint.endpoint.api == "v1" for endpoint in view.endpoints):
        lines.append(_v1_line(view, pen))
    if view.found is not None:
        lines.extend(_found_lines(view.found, view, pen))
    if full and view.candidate.source is not None:
        place = (Span("listed in ", Role.DIM), span(view.candidate.source, Role.DIM))
        lines.append(crop(place, pen.width, pen.glyphs.ellipsis))
    return tuple(lines)


def _endpoint_lines(
    view: EndpointView, candidate: CandidateView, pen: Pen, *, asked: bool, full: bool
) -> tuple[Line, ...]:
    label = "mirror" if view.endpoint.mirror else view.endpoint.scheme
    left: Line = (Span(label.ljust(LABEL), Role.STRONG if view.running else Role.TEXT),)
    if not asked:
        return (crop((*left, *_planned(view, candidate)), pen.width, pen.glyphs.ellipsis),)
    lines: list[Line] = []
    if not _is_own(view, candidate):
        lines.append(crop((*left, *_address(view)), pen.width, pen.glyphs.ellipsis))
        left = (Span(" " * LABEL),)
    if view.endpoint.mirror:
        lines.extend(indent(_mirror_lines(view, candidate, pen, full=full), LABEL))
    lines.extend(_stage_lines(view, candidate, left, pen))
    if full:
        lines.extend(indent(_evidence(view, pen.width - LABEL, pen), LABEL))
    return tuple(lines)


def _mirror_lines(view: EndpointView, candidate: CandidateView, pen: Pen, *, full: bool) -> tuple[Line, ...]:
    """Say of a mirror that served the image whether it had it already, with `full` what it is on this very host."""
    what = pen.beside.what(view.endpoint.url) if full else ""
    lines = wrap(what, pen.width - LABEL, Role.DIM) if what else ()
    won = candidate.found is not None and view.ended is not None and view.ended.outcome is Outcome.FOUND
    kept = kept_words(view.requests, (pen.pings or {}).get(view.endpoint.url)) if won else ""
    return (*lines, *wrap(kept, pen.width - LABEL, Role.DIM)) if kept else lines


def _is_own(view: EndpointView, candidate: CandidateView) -> bool:
    """Say whether the registry's name tells the endpoint's host already."""
    return view.endpoint.host == candidate.candidate.registry and not view.endpoint.mirror


def _address(view: EndpointView) -> Line:
    return (span(view.endpoint.url, Role.ACCENT if view.endpoint.mirror else Role.TEXT),)


def _planned(view: EndpointView, candidate: CandidateView) -> Line:
    """What a plan can tell of an endpoint before it is asked: where, and how far TLS is to be trusted."""
    endpoint = view.endpoint
    where: Line = () if _is_own(view, candidate) else (*_address(view), Span("  "))
    if endpoint.scheme != "https":
        return (*where, Span("not encrypted", Role.WARN))
    if not endpoint.verify:
        return (*where, Span("certificate not verified", Role.WARN))
    return (*where, Span("certificate verified", Role.DIM))


def _stage_lines(view: EndpointView, candidate: CandidateView, left: Line, pen: Pen) -> tuple[Line, ...]:
    """The stages, then why it ended; the reason gets lines of its own where it does not fit beside them."""
    right = _timing(view, pen)
    stages = _stages(view.stages, pen)
    if not view.stages and view.ended is None:
        waits = "waiting" if candidate.outcome is None else "not asked"
        return ((*left, Span(waits, Role.DIM)),)
    reason = _reason(view)
    if not stages and not reason.text and not left[0].text.strip():
        return ()
    row: Line = (*left, *stages)
    used = line_width(row)
    room = pen.width - line_width(right) - used - 1
    if not reason.text or reason.width <= room:
        return (spread((*row, reason), right, pen.width, pen.glyphs.ellipsis),)
    if not stages:
        told = wrap(reason.text, pen.width - LABEL - line_width(right) - 1, reason.role)
        return (spread((*left, *told[0]), right, pen.width, pen.glyphs.ellipsis), *indent(told[1:], LABEL))
    head = spread(row, right, pen.width, pen.glyphs.ellipsis)
    return (head, *indent(wrap(reason.text, pen.width - LABEL, reason.role), LABEL))


def _stages(stages: tuple[StageView, ...], pen: Pen) -> Line:
    """Each stage has its own place, so that endpoints stand below each other like a table."""
    line: Line = ()
    for stage in sorted(stages, key=lambda stage: _SLOTS[stage.stage]):
        sign, role = _sign(stage, pen)
        place = _SLOTS[stage.stage] if pen.width >= WIDE_ENOUGH_FOR_SLOTS else 0
        line = (*pad(line, place), Span(f"{stage.stage} ", role if role is Role.BAD else Role.TEXT))
        line = (*line, Span(sign, role), Span(" "))
    return line


def _sign(stage: StageView, pen: Pen) -> tuple[str, Role]:
    match stage.progress:
        case Progress.OK:
            return pen.glyphs.ok, Role.OK
        case Progress.FAILED:
            return pen.glyphs.bad, Role.BAD
        case Progress.RUNNING:
            return pen.spinner, Role.ACCENT


def _reason(view: EndpointView) -> Span:
    ended = view.ended
    if ended is not None and ended.error:
        calm = ended.outcome in (Outcome.NOT_FOUND, Outcome.UNDECIDED)
        role = Role.DIM if ended.outcome is Outcome.SKIPPED else Role.WARN if calm else Role.BAD
        return span(ended.error, role)
    if view.failed is not None:
        return span(view.failed.detail, Role.BAD)
    return Span("")


def _timing(view: EndpointView, pen: Pen) -> Line:
    if not any(stage.progress is not Progress.RUNNING for stage in view.stages):
        return ()
    time = Span(duration(view.ms).rjust(TIME), Role.DIM)
    return (time, Span(" "), *bar(view.stages, pen.whole, pen.glyphs)) if pen.bars else (time,)


def _v1_line(view: CandidateView, pen: Pen) -> Line:
    """The engine's way back to the v1 protocol is told and never gone."""
    ended = [endpoint.ended for endpoint in view.endpoints if endpoint.endpoint.api == "v1" and endpoint.ended]
    if ended and all(end.outcome is Outcome.SKIPPED for end in ended):
        text = "not tried by the engine"
    else:
        text = "the old protocol: the engine tries it last, regtui never"
    return crop((Span("v1".ljust(LABEL), Role.DIM), Span(text, Role.DIM)), pen.width, pen.glyphs.ellipsis)


def _evidence(view: EndpointView, width: int, pen: Pen) -> tuple[Line, ...]:
    """What a person who opened the candidate wants to see: credentials, the long reason, each request."""
    lines: list[Line] = []
    if view.credential:
        lines.extend(wrap(f"credentials: {view.credential}", width, Role.DIM))
    if view.withheld:
        lines.extend(wrap(f"withheld: {view.withheld}", width, Role.WARN))
        from regtui.allowing import offer_of  # few walks have anything to allow, and none before the first paint

        if offer_of(view.withheld) is not None:
            lines.extend(wrap("A allows it for this session, after a question", width, Role.DIM))
    if view.ended is not None and view.ended.detail:
        lines.extend(wrap(view.ended.detail, width, Role.DIM))
    for request in view.requests:
        status = "no answer" if request.status is None else str(request.status)
        right = (Span(f"{status}  ", Role.TEXT), Span(duration(request.ms).rjust(TIME), Role.DIM))
        left = (span(f"{request.method} ", Role.DIM), span(request.url, Role.DIM))
        lines.append(spread(left, right, width, pen.glyphs.ellipsis))
    return tuple(lines)


def _found_lines(found: Found, view: CandidateView, pen: Pen) -> tuple[Line, ...]:
    """The image that is served; the digest is never cut, in a narrow row it loses its label instead."""
    label = 10
    digest: Line = (Span("digest".ljust(label), Role.DIM), span(found.digest, Role.STRONG))
    if line_width(digest) > pen.width:
        digest = (span(found.digest, Role.STRONG),)
    if line_width(digest) > pen.width:
        short: Line = (span(short_digest(found.digest), Role.STRONG), Span("  y copies all of it", Role.DIM))
        digest = crop(short, pen.width, pen.glyphs.ellipsis)
    served = view.endpoints[found.endpoint_index] if found.endpoint_index < len(view.endpoints) else None
    rows = [("endpoint", found.endpoint)] if served is None or _is_own(served, view) else []
    lines = [*_labelled(rows, label, pen), digest]
    rows = [("type", found.media_type)]
    if found.platforms:
        rows.append(("platforms", ", ".join(found.platforms)))
    if found.size is not None:
        rows.append(("size", size(found.size)))
    return (*lines, *_labelled(rows, label, pen))


def _labelled(rows: list[tuple[str, str]], label: int, pen: Pen) -> list[Line]:
    lines: list[Line] = []
    for name, value in rows:
        told = wrap(value, pen.width - label)
        lines.append((Span(name.ljust(label), Role.DIM), *told[0]))
        lines.extend(indent(told[1:], label))
    return lines
