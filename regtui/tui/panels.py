"""The small fixed lines of the home screen: title, refusal, axis of the bars, the words of an empty walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.engines.commands import halted, label_of, pull_on
from regtui.host.model import Severity
from regtui.tui.actions import by_id
from regtui.tui.bars import BAR_WIDTH, scale
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, line_width, span, spread, wrap
from regtui.tui.details import WIDE_ENOUGH_FOR_BARS
from regtui.tui.frames import INDENT
from regtui.tui.listing import summary
from regtui.tui.words import duration

if TYPE_CHECKING:
    from regtui.host.model import Finding, HostConfig
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import Walk

NEEDED = (60, 15)
"""Columns and rows below which a sentence takes the place of the screen."""


def title_line(config: HostConfig, place: str, width: int, glyphs: Glyphs) -> Line:
    """Return the first line: the program, the engine, where its configuration was read, what it found there."""
    left: Line = (
        Span("regtui", Role.STRONG),
        Span("  "),
        span(label_of(config), Role.ACCENT),
        Span(f" {glyphs.dot} ", Role.DIM),
        span(place),
    )
    return spread(left, summary(config), width, glyphs.ellipsis)


def frame_top(title: str, width: int, glyphs: Glyphs, *, focused: bool) -> Line:
    """Return a panel's upper edge. The edges are lines of their own, so that a change of focus repaints one row."""
    left, right = ("+", "+") if glyphs.plain else ("╭", "╮")
    role = Role.ACCENT if focused else Role.EDGE
    name: Line = (Span(f" {title} ", Role.STRONG if focused else Role.DIM),)
    rule = glyphs.rule * max(0, width - line_width(name) - 3)
    return (Span(left + glyphs.rule, role), *name, Span(rule + right, role))


def frame_bottom(told: Line, width: int, glyphs: Glyphs) -> Line:
    """Return a panel's lower edge with what it tells."""
    left, right = ("+", "+") if glyphs.plain else ("╰", "╯")
    inside = crop(told, max(0, width - 6), glyphs.ellipsis)
    name: Line = (Span(" "), *inside, Span(" ")) if inside else ()
    rule = glyphs.rule * max(0, width - line_width(name) - 3)
    return (Span(left + glyphs.rule, Role.EDGE), *name, Span(rule + right, Role.EDGE))


NOTES = 14
"""Lines of findings beside the walk; the rest is on the configuration screen."""


def notes_lines(config: HostConfig, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return what a roomy screen tells below the list: the insecure entries, then the findings, the worst first."""
    entries = ", ".join(entry.value for entry in config.insecure)
    lines: list[Line] = [EMPTY, *_hanging("insecure ", entries or "nothing", width, Role.DIM)]
    ordered = [
        one
        for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
        for one in config.findings
        if one.severity is severity
    ]
    for number, finding in enumerate(ordered):
        told = _note(finding, width, glyphs)
        if number and len(lines) + len(told) > NOTES:  # a sentence that is cut reads like another one
            lines += [
                EMPTY,
                (
                    Span(f"{by_id('configuration').shown} ", Role.ACCENT),
                    Span(f"shows {len(ordered) - number} more", Role.DIM),
                ),
            ]
            break
        lines += told
    return tuple(lines[: NOTES + 2])


def _note(finding: Finding, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    match finding.severity:
        case Severity.ERROR:
            sign, role = glyphs.bad, Role.BAD
        case Severity.WARNING:
            sign, role = glyphs.warn, Role.WARN
        case Severity.NOTE:
            sign, role = glyphs.dot, Role.DIM
    lines = (EMPTY, *_hanging(f"{sign} ", finding.message, width, role))
    if finding.source is None:
        return lines
    return (*lines, crop((Span("  "), span(finding.source, Role.DIM)), width, glyphs.ellipsis))


def _hanging(head: str, text: str, width: int, role: Role) -> tuple[Line, ...]:
    """Return a text that hangs beside its first word."""
    told = wrap(text, max(10, width - len(head)))
    return ((Span(head, role), *told[0]), *indent(told[1:], len(head)))


def refusal_lines(config: HostConfig, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return why the daemon would not start, in its own words, and where that was written."""
    if config.refusal is None:
        return ()
    message = wrap(config.refusal.message, width - 2, Role.BAD)
    first: Line = (Span(f"{glyphs.bad} {halted(config.engine)}", Role.BAD),)
    if config.refusal.source is not None:
        first = (*first, Span(": ", Role.BAD), span(config.refusal.source, Role.ACCENT))
    return (crop(first, width, glyphs.ellipsis), *indent(message, 2))


def axis_line(walk: Walk | None, width: int) -> Line:
    """Return what the bars below measure, as wide as a bar; nothing where there are none."""
    if walk is None or not walk.asked or width - INDENT < WIDE_ENOUGH_FOR_BARS:
        return EMPTY
    return (Span(f"0{duration(scale(walk)).rjust(BAR_WIDTH - 1)}", Role.DIM),)


def hint_lines(config: HostConfig, width: int) -> tuple[Line, ...]:
    """Return what stands where a walk will be."""
    question = "Which registries are asked for an image, in which order, what does each answer, and who serves it?"
    examples = ("etcd", "coreos/etcd:v3.5", "quay.io/coreos/etcd")
    lines = [EMPTY, *wrap(question, width - 2, Role.DIM), EMPTY]
    lines.append((Span("/ ", Role.ACCENT), Span(f"type a name as for {pull_on(config)}, for example", Role.DIM)))
    lines.extend((Span(f"    {example}"),) for example in examples)
    return indent(tuple(lines), 1)


def too_small_lines(width: int, height: int) -> tuple[Line, ...]:
    """Return the sentence for a terminal that is too small."""
    columns, rows = NEEDED
    text = f"regtui needs {columns}x{rows}, this is {width}x{height}. Make the terminal larger, or: regtui resolve NAME"
    return wrap(text, max(10, width))
