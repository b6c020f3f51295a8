"""A manifest in detail as lines of text: what `regtui inspect` prints. Pure; every line with the style that it has."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from regtui.browse.models import MOST_TOLD, platform_names
from regtui.browse.refusals import pulls_left
from regtui.text import size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regtui.browse.models import Details, Standing
    from regtui.registry.descriptors import Descriptor
    from regtui.registry.image_config import ImageConfig, Layer

Line = tuple[str, str]
"""The style's name, empty for plain text, and the text; what came from outside is clean already."""

_LABEL = 12


def details_lines(details: Details, standing: Standing, reference: str) -> Iterator[Line]:
    """Yield everything that is known of the manifest; `reference` is its full name."""
    yield "strong", reference
    yield from (_pair(name, text) for name, text in _summary(details, standing) if text)
    for note in details.notes:
        yield "warn", _pair("note", note)[1]
    yield from _section("platforms", _platforms(details))
    if details.config is not None:
        yield from _section("configuration", [_pair(name, text)[1] for name, text in _config(details.config)])
    yield from _section("chart", [_pair(name, text)[1] for name, text in details.chart])
    yield from _section("layers", [_layer(layer, sized=details.is_sized) for layer in details.layers])
    yield from _section("labels", [f"  {name} = {text}" for name, text in details.labels])
    yield from _section("annotations", [f"  {name} = {text}" for name, text in details.annotations])
    tags = [f"  tag {each.kind}  {each.tag}" for each in details.attached]
    yield from _section("referrers", [*_referrers([entry.descriptor for entry in details.referrers]), *tags])


def _summary(details: Details, standing: Standing) -> list[tuple[str, str]]:
    manifest = details.manifest
    digest = f"{details.digest}  ({_proof(details)})"
    artifact = f"  ({manifest.artifact_type})" if manifest.artifact_type else ""
    return [
        ("digest", digest),
        ("type", f"{manifest.kind}, {manifest.media_type}{artifact}"),
        ("platform", details.platform),
        ("created", f"{details.created:%Y-%m-%d %H:%M:%S %z}" if details.created else ""),
        ("size", _sizes(details)),
        ("from", f"{standing.url}{'  mirror' if details.place.mirror else ''}"),
        ("login", standing.login),
        ("withheld", standing.withheld),
        ("limit", pulls_left(standing.rate_limit)),
        ("subject", manifest.subject.digest if manifest.subject else ""),
    ]


def _proof(details: Details) -> str:
    if not details.verified:
        return f"of the content; the registry says {details.claimed}"
    return "verified" if details.claimed or details.reference == details.digest else "of the content"


def _sizes(details: Details) -> str:
    if details.size is None:
        return ""
    own = size(details.size)
    if not details.platforms:
        return own
    total = f", {size(details.total_size)} in all" if details.total_size is not None else ""
    return f"{own} for {details.platform or 'this platform'}{total}"


def _platforms(details: Details) -> list[str]:
    names = platform_names(details.platforms)
    width = max(map(len, names), default=0)
    return [
        f"  {name:{width}}  {each.digest}  {size(each.size) if each.size is not None else ''}".rstrip()
        for name, each in zip(names, details.platforms, strict=True)
    ]


def _config(config: ImageConfig) -> Iterable[tuple[str, str]]:
    values = [
        ("entrypoint", shlex.join(config.entrypoint)),
        ("command", shlex.join(config.command)),
        ("user", config.user),
        ("workdir", config.working_directory),
        ("health", config.health),
        ("stop signal", config.stop_signal),
        ("author", config.author),
        *(("env", text) for text in config.environment),
        *(("port", text) for text in config.ports),
        *(("volume", text) for text in config.volumes),
    ]
    return [(name, text) for name, text in values if text]


def _layer(layer: Layer, *, sized: bool) -> str:
    step, descriptor = layer.step, layer.descriptor
    length = "-" if descriptor is None else (size(descriptor.size) if sized else "?")
    known = f"{length:>9}  {descriptor.digest[:19] if descriptor else '':19}"
    named = "  ".join(filter(None, (layer.file, descriptor.media_type if descriptor else "")))
    told = step.words if step else named
    elsewhere = f"  (also offered by {', '.join(descriptor.urls)})" if descriptor and descriptor.urls else ""
    return f"  {known}  {told}{elsewhere}".rstrip()


def _referrers(referrers: list[Descriptor]) -> Iterator[str]:
    width = max((len(each.artifact_type or each.media_type) for each in referrers), default=0)
    for each in referrers:
        yield f"  {each.artifact_type or each.media_type:{width}}  {each.digest}  {size(each.size)}"
        for name, text in each.annotations[:MOST_TOLD]:
            yield f"    {name} = {text}"


def _section(title: str, lines: Iterable[str]) -> Iterator[Line]:
    listed = list(lines)
    if listed:
        yield "", ""
        yield "accent", title
        yield from (("", line) for line in listed)


def _pair(name: str, text: str) -> Line:
    return "", f"  {name:{_LABEL}}{text}"
