"""The rows and the status of catalogs and tags, drawn: pure, from the states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from regtui.browse.models import Origin
from regtui.browse.order import LATEST, Order
from regtui.text import size
from regtui.tui.browse.filter import Form
from regtui.tui.browse.state import Phase
from regtui.tui.cells import Line, Role, Span, crop, line_width, pad, shorten, span, spread

if TYPE_CHECKING:
    from datetime import datetime

    from regtui.browse.models import TagFacts
    from regtui.tui.browse.names import Item, Names
    from regtui.tui.browse.state import Reading, Tags
    from regtui.tui.glyphs import Glyphs

UNIT = {"repositories": "repository", "tags": "tag"}
TAG_NARROWEST, TAG_WIDEST = 12, 40
DATE, SIZE = 10, 8
"""Cells of a date (`2025-04-28`) and of a size (`999.9 MB`)."""
WIDE = 100
"""Cells from which a tag's digest has a column."""
DIGEST = 12
ORDER_WORDS = {
    Order.SEMVER: "newest version first",
    Order.NAME: "by name",
    Order.DATE: "newest first",
    Order.SIZE: "largest first",
}


def number(value: int) -> str:
    """Return a number with its thousands apart: `12 300`."""
    return f"{value:,}".replace(",", " ")


def age_text(seconds: float) -> str:
    """Return an age for people: `40 s`, `5 min`, `3 h`, `2 days`."""
    for unit, length, limit in (("s", 1, 90), ("min", 60, 5400), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{max(1, round(seconds / length))} {unit}"
    return f"{round(seconds / 86_400)} days"


def status_line(
    reading: Reading, names: Names, kind: str, glyphs: Glyphs, *, note: str = "", wait: float | None = None
) -> Line:
    """Say how many names there are, whether that is all, and how many the filter finds; it never pretends.

    What changes stands first: where there is no room for all of it, what the place says of itself is cut.

    `kind` is `repositories` or `tags`, `note` what the place says of itself (`cached names only`), `wait` what is left
    of a wait that the registry asked for, in seconds.
    """
    pieces = [_completeness(reading, kind, glyphs), *(_matching(names) if reading.loaded else [])]
    if wait is not None and wait > 0:
        pieces.append(Span(f"asks for a pause, {age_text(wait)} left", Role.WARN))
    if reading.age is not None:
        pieces.append(Span(f"from the cache, {age_text(reading.age)} old; r reads it again", Role.WARN))
    if reading.invalid:
        pieces.append(Span(f"{number(reading.invalid)} left out, no names", Role.WARN))
    if note:
        pieces.append(span(note, Role.WARN))
    line: Line = ()
    for piece in pieces:
        line = (*line, Span(f" {glyphs.dot} ", Role.DIM), piece) if line else (piece,)
    return line


def _completeness(reading: Reading, kind: str, glyphs: Glyphs) -> Span:
    loaded = number(reading.loaded)
    if reading.origin is Origin.SEARCH:
        return Span(f"{loaded} search result{'s' if reading.loaded != 1 else ''}, not a catalog", Role.WARN)
    match reading.phase:
        case Phase.READING:
            reading_on = f"reading{glyphs.ellipsis if not glyphs.plain else '...'}"
            return Span(f"{loaded} loaded, {reading_on}" if reading.loaded else reading_on, Role.ACCENT)
        case Phase.COMPLETE:
            return Span(f"{loaded} {kind if reading.loaded != 1 else UNIT[kind]}, complete", Role.OK)
        case Phase.ENDED:
            return Span(f"{loaded} loaded, not all", Role.WARN)
        case Phase.FAILED if not reading.offered:
            return Span("no catalog here", Role.WARN)
        case Phase.FAILED:
            return Span("nothing could be read", Role.BAD)


def _matching(names: Names) -> list[Span]:
    wanted = names.wanted
    if wanted.form is Form.ALL:
        return []
    if wanted.form is Form.BROKEN:
        return [span(wanted.problem, Role.BAD)]
    if names.is_alike:
        return [Span(f"no match; {number(len(names))} alike", Role.WARN)]
    kind = "" if wanted.form is Form.SUBSTRING else f" ({wanted.form})"
    unfinished = "" if names.is_searched else " so far"
    return [Span(f"{number(names.matching)} match{kind}{unfinished}", Role.STRONG)]


def repository_line(item: Item, width: int, glyphs: Glyphs, *, found: str = "") -> Line:
    """Draw a repository or a namespace; `found` is lit in the name."""
    left: Line = (Span(" " * (1 + 2 * item.depth)),)
    if item.folder is not None:
        sign = glyphs.opened if item.folder.level is not None else glyphs.folded
        inside = Span(f"{number(len(item.folder.members))} ", Role.DIM)
        return spread((*left, Span(f"{sign} ", Role.ACCENT), span(item.name)), (inside,), width, glyphs.ellipsis)
    name = item.name
    shown = (Span("  "), *_lit(name, found)) if item.depth else _lit(name, found)
    right: Line = (Span("found ahead of the scan ", Role.DIM),) if item.ahead else ()
    return spread((*left, *shown), right, width, glyphs.ellipsis)


def _lit(name: str, found: str) -> Line:
    """Divide a name around the first place where what is looked for stands."""
    at = name.lower().find(found.lower()) if found else -1
    if at < 0:
        return (span(name),)
    end = at + len(found)
    pieces = (span(name[:at]), span(name[at:end], Role.ACCENT), span(name[end:]))
    return tuple(piece for piece in pieces if piece.text)


@dataclass(frozen=True, slots=True)
class TagColumns:
    """Where a tag's parts stand; all rows share them. `digest` and `platforms` are 0 where there is no room."""

    tag: int
    digest: int
    platforms: int


def tag_columns(width: int) -> TagColumns:
    """Return the columns for a width: the tag takes what the others leave."""
    digest = DIGEST + 2 if width >= WIDE else 0
    fixed = 3 + DATE + 2 + SIZE + 2 + digest
    tag = max(TAG_NARROWEST, min(TAG_WIDEST, (width - fixed) // 2))
    return TagColumns(tag, digest, max(0, width - fixed - tag))


def tag_heading(width: int, glyphs: Glyphs, order: Order) -> Line:
    """Return the names of the columns, with the order that they stand in."""
    columns = tag_columns(width)
    down = "v" if glyphs.plain else "↓"
    words = {
        "tag": f"tag {down}" if order in (Order.SEMVER, Order.NAME) else "tag",
        "date": f"created {down}" if order is Order.DATE else "created",
        "size": f"{down} size" if order is Order.SIZE else "size",
    }
    line = f"   {words['tag']:<{columns.tag}}{words['date']:<{DATE + 2}}{words['size']:>{SIZE}}  "
    if columns.digest:
        line += "digest".ljust(columns.digest)
    rest = "= the same image, attached, platforms"
    shown = rest if len(line) + len(rest) <= width else "platforms"
    return crop((Span(line + shown, Role.DIM),), width, glyphs.ellipsis)


def tag_line(tag: str, tags: Tags, width: int, glyphs: Glyphs, *, found: str = "", marked: bool = False) -> Line:
    """Draw a tag with what is known of it; what was not read yet is blank, what could not be read says so."""
    columns = tag_columns(width)
    facts = tags.facts.get(tag)
    head = Span(f" {glyphs.marker} " if marked else "   ", Role.ACCENT)
    role = Role.STRONG if tag == LATEST else Role.TEXT
    name = _lit(shorten(tag, columns.tag - 1, glyphs.ellipsis), found)
    shown = tuple(Span(piece.text, role if piece.role is Role.TEXT else piece.role) for piece in name)
    line: Line = (head, *pad(shown, columns.tag))
    if facts is None:
        return line
    if facts.trouble:
        return crop((*line, span(facts.trouble, Role.BAD)), width, glyphs.ellipsis)
    line = (*line, Span(date_text(facts.created).ljust(DATE + 2), Role.DIM))
    line = (*line, Span((size(facts.size) if facts.size is not None else "").rjust(SIZE) + "  "))
    if columns.digest:
        digits = facts.digest.rpartition(":")[2][:DIGEST] + ("?" if facts.claimed else "")
        line = (*line, span(digits.ljust(columns.digest), Role.DIM))
    rest = _notes(tag, tags, facts, glyphs, max(0, width - line_width(line)))
    return crop((*line, *rest), width, glyphs.ellipsis)


def _notes(tag: str, tags: Tags, facts: TagFacts, glyphs: Glyphs, room: int) -> Line:
    """Equal digests and attached things first: they are short; of the platforms there are as many as fit."""
    pieces: list[Span] = []
    others = tags.others(tag)
    if others:
        more = f" +{len(others) - 1}" if len(others) > 1 else ""
        pieces.append(span(f"= {others[0]}{more}", Role.ACCENT))
    kinds = dict.fromkeys(attached.kind for attached in tags.attached_to(tag))
    if kinds:
        pieces.append(span(" ".join(kinds), Role.OK))
    if facts.platforms:
        room -= sum(piece.width + 3 for piece in pieces)
        pieces.append(span(platforms_text(facts.platforms, room), Role.DIM))
    elif facts.kind and facts.kind not in ("image", "index"):
        pieces.append(span(facts.kind, Role.WARN))
    line: Line = ()
    for piece in pieces:
        line = (*line, Span(f" {glyphs.dot} ", Role.DIM), piece) if line else (piece,)
    return line


def platforms_text(platforms: tuple[str, ...], room: int) -> str:
    """Return as many platforms as fit, in short (`linux/` is left out), and how many more there are: `amd64 +3`."""
    names = [platform.removeprefix("linux/") for platform in platforms]
    for shown in range(len(names), 0, -1):
        more = f" +{len(names) - shown}" if shown < len(names) else ""
        text = " ".join(names[:shown]) + more
        if len(text) <= room:
            return text
    return f"+{len(names)}"


def date_text(created: datetime | None) -> str:
    """Return a day as people sort it, empty where it is not known; the zero date of reproducible images is said so."""
    if created is None:
        return ""
    return "no date" if created.year <= 1980 else f"{created:%Y-%m-%d}"


def moment_text(created: datetime | None) -> str:
    """Return a day with its time, as far as it is one."""
    if created is None or created.year <= 1980:
        return date_text(created)
    return f"{created.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def order_text(order: Order, tags: Tags, total: int) -> str:
    """Say what order the tags stand in; a date or a size can be sorted by only where it was read."""
    words = ORDER_WORDS[order]
    if order in (Order.SEMVER, Order.NAME):
        return words
    known = sum((facts.created if order is Order.DATE else facts.size) is not None for facts in tags.facts.values())
    if known >= total:
        return words
    read = sum(not facts.claimed and not facts.trouble for facts in tags.facts.values())
    return f"{words}, {number(known)} of {number(total)} known" + (": f reads more" if read < total else "")
