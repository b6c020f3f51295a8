"""An image in detail, drawn: what it is, its platforms, each layer with the step that made it, config, texts around."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from regtui.browse.models import MOST_TOLD, platform_names
from regtui.text import size
from regtui.tui.browse.lines import moment_text, number
from regtui.tui.cells import EMPTY, Line, Role, Span, crop, indent, pad, span, wrap
from regtui.tui.words import count, short_digest

if TYPE_CHECKING:
    from regtui.browse.models import Details
    from regtui.browse.order import Attached
    from regtui.tui.glyphs import Glyphs

SIZE = 9
"""Cells of a size at the right of its column."""
SHORT_DIGEST = 19
"""Cells of `sha256:` and twelve digits."""
LABEL = 11
"""Cells of a field's name."""


def section(title: str, lines: tuple[Line, ...], told: str = "") -> tuple[Line, ...]:
    """Return lines below their title, with a blank line before; nothing where there are none."""
    if not lines:
        return ()
    head: Line = (Span(title, Role.STRONG), *((Span(f"  {told}", Role.DIM),) if told else ()))
    return (EMPTY, head, *lines)


def field(name: str, text: str, width: int, role: Role = Role.TEXT) -> tuple[Line, ...]:
    """Return a text beside its name, nothing for an empty one."""
    if not text:
        return ()
    told = wrap(text, max(10, width - LABEL), role)
    return ((Span(f"{name:<{LABEL}}", Role.DIM), *told[0]), *indent(told[1:], LABEL))


def summary_lines(details: Details, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Say what it is, how large, and whether the content is what its digest says."""
    manifest = details.manifest
    lines = [*field("kind", str(manifest.kind), width), *field("type", manifest.media_type, width)]
    lines += field("artifact", manifest.artifact_type, width)
    lines += field("digest", details.digest, width, Role.ACCENT)
    lines += _proof(details, width, glyphs)
    lines += field("created", moment_text(details.created), width)
    lines += field("size", _size_text(details, glyphs), width)
    if manifest.subject is not None:
        lines += field("refers to", manifest.subject.digest, width)
    for note in details.notes:
        lines += wrap(f"{glyphs.warn} {note}", width, Role.BAD if "MISMATCH" in note else Role.WARN)
    return tuple(lines)


def _proof(details: Details, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    if not details.verified:
        return field("", f"{glyphs.bad} the registry says {details.claimed}", width, Role.BAD)
    if details.claimed or details.reference == details.digest:
        return field("", f"{glyphs.ok} the content has this digest", width, Role.OK)
    return field("", "computed from the content; the registry named none", width, Role.DIM)


def _size_text(details: Details, glyphs: Glyphs) -> str:
    pieces = []
    if details.size is not None:
        pieces.append(f"{size(details.size)}{f' for {details.platform}' if details.platform else ''}")
    if details.total_size is not None and len(details.platforms) > 1:
        pieces.append(f"{size(details.total_size)} for all platforms")
    return f" {glyphs.dot} ".join(pieces)


def platform_lines(details: Details, shown: str, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """List the manifests of an index; `shown` is the digest of the one whose layers are told below."""
    names = platform_names(details.platforms)
    widest = max((span(name).width for name in names), default=0)
    widest = max(0, min(widest, width - 3 - SIZE - 2 - 2 - SHORT_DIGEST))
    lines = []
    for named, one in zip(names, details.platforms, strict=True):
        mark = Span(f" {glyphs.marker} " if one.digest == shown else "   ", Role.ACCENT)
        weight = Span((size(one.size) if one.size is not None else "").rjust(SIZE) + "  ")
        name = pad(crop((span(named, Role.DIM if one.attests else Role.TEXT),), widest, glyphs.ellipsis), widest)
        digest = span(f"  {short_digest(one.digest)}", Role.DIM)
        lines.append(crop((mark, weight, *name, digest), width, glyphs.ellipsis))
    images = sum(not one.attests for one in details.platforms)
    told = f"{count(images, 'image')}; p shows the next" if images > 1 else count(images, "image")
    return section("Platforms", tuple(lines), told)


def layer_lines(details: Details, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """List the steps of the history with the size of each one's layer; a step without a layer is marked."""
    lines: list[Line] = []
    sizes: list[int] = []
    for layer in details.layers:
        made, step = layer.descriptor, layer.step
        weight = glyphs.none if made is None else (size(made.size) if details.is_sized else "?")
        role = Role.DIM if made is None or step is None else Role.TEXT
        if made is not None:
            sizes.append(made.size)
        text = "" if made is None else f"{layer.file or short_digest(made.digest)}  {made.media_type}"
        if step is not None:
            text = step.words
        lines.append(crop((Span(weight.rjust(SIZE) + "  ", role), span(text, role)), width, glyphs.ellipsis))
    known = size(sum(sizes)) if details.is_sized else "of sizes that schema 1 does not tell"
    told = f"{count(len(sizes), 'layer')}, {known}; {glyphs.none} makes none, oldest first"
    return section("Layers", tuple(lines), told)


def config_lines(details: Details, width: int) -> tuple[Line, ...]:
    """Tell what a container of the image starts with."""
    config = details.config
    if config is None:
        return ()
    platform = "/".join(part for part in (config.os, config.architecture, config.variant) if part)
    lines = [
        *field("platform", platform, width),
        *field("entrypoint", shlex.join(config.entrypoint), width),
        *field("command", shlex.join(config.command), width),
        *field("user", config.user, width),
        *field("folder", config.working_directory, width),
        *field("ports", " ".join(config.ports), width),
        *field("volumes", " ".join(config.volumes), width),
        *field("health", config.health, width),
        *field("stop", config.stop_signal, width),
        *field("author", config.author, width),
    ]
    for number_, variable in enumerate(config.environment):
        lines += field("variables" if number_ == 0 else "", variable, width)
    return section("Config", tuple(lines))


def pairs_lines(title: str, pairs: tuple[tuple[str, str], ...], width: int) -> tuple[Line, ...]:
    """List labels or annotations: the name, and its text below where both do not fit on a line."""
    lines: list[Line] = []
    for name, text in pairs:
        head, told = span(name, Role.DIM), span(text)
        if head.width + 2 + told.width <= width:
            lines.append((head, Span("  "), told))
        else:
            lines += [*wrap(name, width, Role.DIM), *indent(wrap(text, width - 2), 2)]
    return section(title, tuple(lines), number(len(pairs)))


def referrer_lines(
    details: Details, attached: tuple[Attached, ...], width: int, glyphs: Glyphs, *, to: str = "it"
) -> tuple[Line, ...]:
    """List what refers to the image: by the referrers API, by the tag that stands in for it, by cosign's tags."""
    blank = " " * (SIZE + 2)
    listed: list[Line] = []
    for descriptor in (entry.descriptor for entry in details.referrers):
        kind = span(descriptor.artifact_type or descriptor.media_type)
        weight, digest = size(descriptor.size).rjust(SIZE) + "  ", f"  {short_digest(descriptor.digest)}"
        listed.append((Span(weight), kind, span(digest, Role.DIM)))
        for name, text in descriptor.annotations[:MOST_TOLD]:
            listed.append((Span(blank), span(f"{name}  {text}", Role.DIM)))
    listed += [(Span(blank), span(f"tag {one.kind}"), span(f"  {one.tag}", Role.DIM)) for one in attached]
    lines = [crop(line, width, glyphs.ellipsis) for line in listed]
    return section(f"Refers to {to}", tuple(lines))


def main_lines(details: Details, image: Details, width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return what stands left, or first: the manifest, its platforms, the layers of the chosen image."""
    shown = image.digest if image is not details else (image.image.digest if image.image is not None else "")
    return (
        *summary_lines(details, width, glyphs),
        *platform_lines(details, shown, width, glyphs),
        *(section("This platform", summary_lines(image, width, glyphs)) if image is not details else ()),
        *layer_lines(image, width, glyphs),
    )


def more_lines(
    details: Details, image: Details, attached: tuple[Attached, ...], width: int, glyphs: Glyphs
) -> tuple[Line, ...]:
    """Return what stands right, or below: config, labels, annotations, what refers to it."""
    return (
        *config_lines(image, width),
        *section("Chart", tuple(line for name, text in image.chart for line in field(name, text, width))),
        *pairs_lines("Labels", image.labels, width),
        *pairs_lines("Annotations", details.annotations_with(image.image), width),
        *referrer_lines(details, attached, width, glyphs),
        *(referrer_lines(image, (), width, glyphs, to="this platform") if image is not details else ()),
    )
