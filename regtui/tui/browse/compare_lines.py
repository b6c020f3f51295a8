"""Two images side by side, and one name in every registry, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.browse.difference import Change, apart, shared, size_change
from regtui.outcome import Outcome
from regtui.text import size
from regtui.tui.browse.details_lines import SIZE, section
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, span, wrap
from regtui.tui.words import outcome_role, outcome_sign, outcome_word, short_digest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regtui.browse.difference import Difference, FieldChange, LayerChange
    from regtui.browse.models import Elsewhere
    from regtui.tui.glyphs import Glyphs

_SIGNS = {
    Change.SAME: ("=", Role.DIM),
    Change.REMOVED: ("-", Role.BAD),
    Change.ADDED: ("+", Role.OK),
    Change.CHANGED: ("~", Role.WARN),
}
WIDEST_NAME = 24
"""Cells of a name up to which all values begin in one column; labels have longer ones."""
LONG = 60
"""Cells of a value beyond which the two sides stand below each other."""


def difference_lines(names: tuple[str, str], found: Difference, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return what is different: platforms, layers, config, labels, annotations."""
    before, after = names
    head: list[Line] = [
        crop((Span("- ", Role.BAD), span(before)), width, glyphs.ellipsis),
        crop((Span("+ ", Role.OK), span(after)), width, glyphs.ellipsis),
    ]
    if found.same:
        return (*head, EMPTY, (Span(f"{glyphs.ok} the same image: the digests are equal", Role.OK),))
    if found.types[0] != found.types[1]:
        head += indent(wrap(f"type {found.types[0]}, then {found.types[1]}", width - 2), 2)
    if text := size_change(found):
        head.append((Span("  size ", Role.DIM), Span(text)))
    if text := apart(found):
        head += wrap(f"{glyphs.warn} {text}", width, Role.WARN)
    return (
        *head,
        *section("Platforms", _fields(found.platforms, width, glyphs, digests=True)),
        *section("Layers", tuple(_layer(change, width, glyphs) for change in found.layers), shared(found)),
        *section("Config", _fields(found.config, width, glyphs)),
        *section("Labels", _fields(found.labels, width, glyphs)),
        *section("Annotations", _fields(found.annotations, width, glyphs)),
    )


def _layer(change: LayerChange, width: int, glyphs: Glyphs) -> Line:
    sign, role = _SIGNS[change.change]
    layer = change.layer
    weight = size(layer.descriptor.size) if layer.descriptor is not None else glyphs.none
    text = layer.step.words if layer.step is not None else ""
    if layer.step is None and layer.descriptor is not None:
        text = layer.file or short_digest(layer.descriptor.digest)
    shown = Role.DIM if change.change is Change.SAME else Role.TEXT
    return crop(
        (Span(f"{sign} ", role), Span(weight.rjust(SIZE) + "  ", shown), span(text, shown)), width, glyphs.ellipsis
    )


def _fields(changes: Sequence[FieldChange], width: int, glyphs: Glyphs, *, digests: bool = False) -> tuple[Line, ...]:
    lines: list[Line] = []
    widest = min(max((span(change.name).width for change in changes), default=0), WIDEST_NAME)
    for change in changes:
        sign, role = _SIGNS[change.change]
        name = span(change.name, Role.DIM if change.change is Change.SAME else Role.TEXT)
        head: Line = (Span(f"{sign} ", role), name, Span(" " * max(0, widest - name.width)))
        before, after = (short_digest(text) if digests else text for text in (change.before, change.after))
        match change.change:
            case Change.SAME:
                lines.append(crop((*head, Span("  the same", Role.DIM)), width, glyphs.ellipsis))
            case Change.CHANGED if len(before) + len(after) <= LONG:
                told = (Span("  "), span(before), Span(f" {glyphs.arrow} ", Role.DIM), span(after))
                lines.append(crop((*head, *told), width, glyphs.ellipsis))
            case Change.CHANGED:
                lines += [crop(head, width, glyphs.ellipsis)]
                lines += indent(wrap(f"- {before}", width - 4), 4)
                lines += indent(wrap(f"+ {after}", width - 4), 4)
            case _:
                lines.append(crop((*head, Span("  "), span(before or after)), width, glyphs.ellipsis))
    return tuple(lines)


def elsewhere_lines(
    name: str, answers: Sequence[Elsewhere], width: int, glyphs: Glyphs, *, asking: bool
) -> tuple[Line, ...]:
    """Return a row for each registry that answered: its digest and whether that is the same, or what it said."""
    lines: list[Line] = [crop((span(name, Role.STRONG),), width, glyphs.ellipsis), EMPTY]
    widest = max((span(answer.registry).width for answer in answers), default=0)
    for answer in answers:
        found = answer.outcome is Outcome.FOUND
        role = outcome_role(answer.outcome)
        head: Line = (Span(f"{outcome_sign(answer.outcome, glyphs)} ", role), span(answer.registry))
        gap = Span(" " * (widest - head[1].width + 2))
        if found and answer.digest:
            same = Span("the same   ", Role.OK) if answer.same else Span("different  ", Role.WARN)
            lines.append(crop((*head, gap, same, span(short_digest(answer.digest), Role.DIM)), width, glyphs.ellipsis))
        else:
            lines.append(crop((*head, gap, Span(outcome_word(answer.outcome), role)), width, glyphs.ellipsis))
            lines += indent(wrap(answer.text, width - 4, Role.DIM), 4) if answer.text else ()
    if asking:
        return (*lines, (Span("asking", Role.DIM),))
    return (*lines, EMPTY, (Span(_conclusion(answers), Role.STRONG),))


def _conclusion(answers: Sequence[Elsewhere]) -> str:
    digests = [answer.digest for answer in answers if answer.digest]
    if len(digests) < 2:
        return "one registry holds it" if digests else "nobody has it"
    images = len(set(digests))
    told = "the same image in all of them" if images == 1 else f"{images} different images"
    return f"{len(digests)} registries hold it: {told}"
