"""Two images compared, as lines of text and as a document: what `regtui inspect NAME OTHER` prints. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regtui.browse.difference import Change, apart, shared, size_change
from regtui.text import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.browse.difference import Difference, FieldChange, LayerChange

DIFFERENCE_SCHEMA = "regtui.difference/1"
SIGNS = {Change.SAME: "=", Change.REMOVED: "-", Change.ADDED: "+", Change.CHANGED: "~"}
_STYLES = {Change.SAME: "dim", Change.REMOVED: "bad", Change.ADDED: "good", Change.CHANGED: "warn"}
Line = tuple[str, str]
"""A style's name, empty for plain text, and the text."""


def difference_lines(names: tuple[str, str], found: Difference) -> Iterator[Line]:
    """Yield what is different between two images with these full names, cleaned."""
    yield "bad", f"- {names[0]}"
    yield "good", f"+ {names[1]}"
    if found.same:
        yield "good", "the same image: the digests are equal"
        return
    if found.types[0] != found.types[1]:
        yield "", f"  type {found.types[0]}, then {found.types[1]}"
    if text := size_change(found):
        yield "", f"  size {text}"
    if text := apart(found):
        yield "warn", f"  {text}"
    parts = (("platforms", found.platforms), ("configuration", found.config), ("labels", found.labels))
    for title, changes in (*parts, ("annotations", found.annotations)):
        yield from _section(title, [line for change in changes for line in _field(change)])
        if title == "platforms":
            yield from _section(f"layers  {shared(found)}", [_layer(change) for change in found.layers])


def difference_document(found: Difference) -> dict[str, Any]:
    """Return what is different for a document."""
    return {
        "same": found.same,
        "media_types": list(found.types),
        "compared_platforms": list(found.images),
        "sizes": [found.size_before, found.size_after],
        "platforms": [_field_document(change) for change in found.platforms],
        "layers": [_layer_document(change) for change in found.layers],
        "config": [_field_document(change) for change in found.config],
        "labels": [_field_document(change) for change in found.labels],
        "annotations": [_field_document(change) for change in found.annotations],
    }


def _section(title: str, lines: list[Line]) -> Iterator[Line]:
    if lines:
        yield "", ""
        yield "accent", title
        yield from lines


def _field(change: FieldChange) -> Iterator[Line]:
    sign, style = SIGNS[change.change], _STYLES[change.change]
    match change.change:
        case Change.SAME:
            yield style, f"  {sign} {change.name}  {change.before}"
        case Change.CHANGED:
            yield style, f"  {sign} {change.name}"
            yield "", f"      - {change.before}"
            yield "", f"      + {change.after}"
        case _:
            yield style, f"  {sign} {change.name}  {change.before or change.after}"


def _layer(change: LayerChange) -> Line:
    layer = change.layer
    length = size(layer.descriptor.size) if layer.descriptor is not None else "-"
    digest = layer.descriptor.digest[:19] if layer.descriptor is not None else ""
    told = layer.step.words if layer.step is not None else layer.file
    return _STYLES[change.change], f"  {SIGNS[change.change]} {length:>9}  {digest:19}  {told}".rstrip()


def _field_document(change: FieldChange) -> dict[str, Any]:
    sides = {"before": change.before or None, "after": change.after or None}
    return {"name": change.name, "change": change.change, **sides}


def _layer_document(change: LayerChange) -> dict[str, Any]:
    descriptor, step = change.layer.descriptor, change.layer.step
    return {
        "change": change.change,
        "digest": descriptor.digest if descriptor else None,
        "size": descriptor.size if descriptor else None,
        "instruction": step.instruction if step else None,
    }
