"""What stands around a list of names: where one is, as whom one asks, what is selected, why there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.outcome import Outcome
from regtui.text import size
from regtui.tui.browse.filter import Form
from regtui.tui.browse.lines import UNIT, age_text, date_text, number
from regtui.tui.browse.state import Phase
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, span, spread, wrap

if TYPE_CHECKING:
    from regtui.browse.models import Place, Standing
    from regtui.tui.browse.filter import Filter
    from regtui.tui.browse.state import Reading, Tags
    from regtui.tui.glyphs import Glyphs

GAUGE = 10
"""Cells of the rate limit's gauge."""


def title_line(place: Place, path: tuple[str, ...], standing: Standing | None, width: int, glyphs: Glyphs) -> Line:
    """Return the first line: where one is, and at its end what Docker Hub still allows where that is known."""
    line: Line = (Span("regtui", Role.STRONG), Span("  "), span(place.title, Role.ACCENT))
    for part in path:
        line = (*line, Span(f" {glyphs.marker if glyphs.plain else glyphs.folded} ", Role.DIM), span(part))
    return spread(line, gauge(standing, glyphs), width, glyphs.ellipsis)


def gauge(standing: Standing | None, glyphs: Glyphs) -> Line:
    """Draw what is left of a pull limit where it is known: `pulls left ━━━━━━╸    76 of 100`."""
    limit = standing.rate_limit if standing is not None else None
    if limit is None or limit.remaining is None:
        return ()
    if not limit.limit:
        return (Span(f"{number(limit.remaining)} pulls left", Role.DIM),)
    left = min(max(limit.remaining / limit.limit, 0.0), 1.0)
    full = round(left * GAUGE)
    role = Role.OK_BAR if left > 0.2 else Role.BAD_BAR
    bar = (Span(glyphs.bar[0] * full, role), Span(glyphs.none * (GAUGE - full), Role.DIM))
    return (Span("pulls left ", Role.DIM), *bar, Span(f" {number(limit.remaining)} of {number(limit.limit)}"))


def login_lines(standing: Standing | None, width: int, role: Role = Role.DIM) -> tuple[Line, ...]:
    """Say which credential is used and where it comes from, and what was kept back."""
    if standing is None or not standing.login:
        return ()
    lines = wrap(standing.login, width, role)
    return (*lines, *wrap(standing.withheld, width, Role.WARN)) if standing.withheld else lines


def below_line(standing: Standing | None, selected: str, width: int, glyphs: Glyphs) -> Line:
    """Return the one line that a small screen has for what a large one tells beside the list."""
    login = standing.login if standing is not None else ""
    if standing is not None and standing.withheld:
        return crop((span(standing.withheld, Role.WARN),), width, glyphs.ellipsis)
    return crop((span(login or selected, Role.DIM),), width, glyphs.ellipsis)


def below_lines(
    standing: Standing | None, selected: str, width: int, glyphs: Glyphs, *, cut: str = ""
) -> tuple[Line, ...]:
    """Return the lines below a list on a small screen: one, or the whole sentence about a secret that was kept back.

    That sentence ends with how to allow it, which must not be cut off. `cut` is the selected name where its row has no
    room for all of it.
    """
    named = wrap(cut, width) if cut else ()
    if standing is not None and standing.withheld:
        return (*wrap(standing.withheld, width, Role.WARN), *named)
    return named or (below_line(standing, selected, width, glyphs),)


def odd_text(reading: Reading, kind: str, wait: float | None) -> str:
    """Return why not all names came, and what was left out; empty where there is nothing of both.

    Where nothing came at all the reason stands in the place of the names, and while a pause is counted down it would
    say another number of seconds.
    """
    told = [reading.reason] if reading.phase is Phase.ENDED and reading.reason and not wait else []
    if reading.invalid:
        more = reading.invalid - len(reading.examples)
        named = ", ".join(reading.examples) + (f" and {number(more)} more" if more else "")
        none = f"entry that is no {UNIT[kind]} was" if reading.invalid == 1 else f"entries that are no {kind} were"
        told.append(f"{number(reading.invalid)} {none} left out" + (f": {named}" if reading.examples else ""))
    return "; ".join(told)


def place_lines(place: Place, standing: Standing | None, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Tell of the registry: the URL that answers, the login, the limit."""
    url = standing.url if standing is not None else place.endpoint.url
    lines: list[Line] = [*wrap(url, width, Role.ACCENT)]
    if place.endpoint.why is not None:
        lines.append(crop((span(place.endpoint.why, Role.DIM),), width, glyphs.ellipsis))
    lines += [EMPTY, *login_lines(standing, width)]
    limit = standing.rate_limit if standing is not None else None
    if limit is not None:
        lines.append(crop(gauge(standing, glyphs), width, glyphs.ellipsis))
        if limit.window:
            told = f"in {age_text(limit.window)}" + (f", counted for {limit.source}" if limit.source else "")
            lines += wrap(told, width, Role.DIM)
    return tuple(lines)


def tag_lines(tag: str, tags: Tags, width: int) -> tuple[Line, ...]:
    """Tell all that is known of a tag."""
    facts = tags.facts.get(tag)
    if facts is None:
        return wrap("not read yet; f reads it", width, Role.DIM)
    if facts.trouble:
        return wrap(facts.trouble, width, Role.BAD)
    lines: list[Line] = [*wrap(facts.digest, width, Role.DIM)]
    if facts.claimed:
        lines += wrap("as the registry's header claims; nothing was read to prove it", width, Role.WARN)
    if facts.created is not None:
        lines.append((Span("created  ", Role.DIM), span(date_text(facts.created))))
    if facts.size is not None:
        lines.append((Span("size     ", Role.DIM), span(size(facts.size))))
    if facts.kind:
        lines.append((Span("kind     ", Role.DIM), span(facts.kind)))
    for place, platform in enumerate(facts.platforms):
        lines.append((Span("         " if place else "platform ", Role.DIM), span(platform)))
    others = tags.others(tag)
    if others:
        lines += [EMPTY, *wrap(f"the same image: {', '.join(others[:8])}", width, Role.ACCENT)]
    for attached in tags.attached_to(tag):
        lines += wrap(f"{attached.kind}: {attached.tag[:20]}", width, Role.OK)
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Void:
    """Why no name is shown; `shown` is how many are, and nothing is said where there are any."""

    reading: Reading
    wanted: Filter
    shown: int
    searched: bool
    kind: str
    where: str


def empty_lines(void: Void, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Say why no name is shown, in the place where names would be, and what to do."""
    if void.shown:
        return ()
    reading, wanted, width = void.reading, void.wanted, width - 1
    lines: list[Line]
    if wanted.form is Form.BROKEN:
        lines = [*wrap(f"{glyphs.bad} {wanted.problem}", width, Role.BAD)]
    elif wanted.form is not Form.ALL and reading.loaded:
        lines = [*_unmatched(void, width)]
    elif reading.phase is Phase.READING:
        lines = [*wrap(f"asking {void.where} for its {void.kind}", width, Role.DIM)]
    elif reading.phase is Phase.FAILED:
        if reading.offered and reading.outcome is not Outcome.FOUND:
            lines = [*wrap(f"{glyphs.bad} {reading.reason or 'nothing came'}", width, Role.BAD)]
        else:
            lines = [*wrap(reading.reason or "nothing came", width, Role.WARN)]
        if void.kind == "repositories":
            lines += [EMPTY, (Span("/ ", Role.ACCENT), Span("type a repository, enter opens it", Role.DIM))]
        lines.append((Span("r ", Role.ACCENT), Span("ask again", Role.DIM)))
    elif reading.invalid:
        lines = [*wrap(f"{void.where} lists {void.kind}, and none by a name that can be asked for", width, Role.WARN)]
    else:
        lines = [*wrap(f"{void.where} has no {void.kind}, or shows none to you", width, Role.WARN)]
    return (EMPTY, *indent(tuple(lines), 1))


def _unmatched(void: Void, width: int) -> tuple[Line, ...]:
    loaded = number(void.reading.loaded)
    if not void.searched:
        return wrap(f"looking among {loaded} {void.kind}", width, Role.DIM)
    still = "; more are being read" if void.reading.phase is Phase.READING else ""
    lines = wrap(f"none of {loaded} {void.kind} matches {void.wanted.text}{still}", width, Role.WARN)
    if void.kind != "repositories" or void.wanted.form is not Form.SUBSTRING:
        return lines
    return (*lines, EMPTY, (Span("enter ", Role.ACCENT), Span("opens it as a repository all the same", Role.DIM)))
