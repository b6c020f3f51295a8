"""What is different between two images: platforms, layers, configuration, labels. Pure."""

from __future__ import annotations

import shlex
from collections import Counter
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.text import size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from regtui.browse.models import Details, PlatformDetails
    from regtui.registry.image_config import ImageConfig, Layer

MOST_COMPARED = 1000
"""Layers of each side that are compared for moves; beyond it only what both begin and end with is found."""


class Change(StrEnum):
    """What became of a part."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A named value on both sides, empty where a side does not have it."""

    name: str
    change: Change
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class LayerChange:
    """A layer or a step without one; what is the same stands in both."""

    change: Change
    layer: Layer


@dataclass(frozen=True, slots=True)
class Difference:
    """Two images side by side. Of platforms, the values are digests; `config`, `labels` and `annotations` leave out
    what is the same. Sizes are in bytes, None where a side does not know its own. `types` and `images` are both sides'
    media types, and the platforms whose layers and configuration are compared.
    """

    same: bool
    types: tuple[str, str] = ("", "")
    images: tuple[str, str] = ("", "")
    platforms: tuple[FieldChange, ...] = ()
    layers: tuple[LayerChange, ...] = ()
    config: tuple[FieldChange, ...] = ()
    labels: tuple[FieldChange, ...] = ()
    annotations: tuple[FieldChange, ...] = ()
    size_before: int | None = None
    size_after: int | None = None


def diff(before: Details, after: Details) -> Difference:
    """Return what is different; `same` where the digests are equal, and then nothing is listed as changed."""
    return Difference(
        before.digest == after.digest,
        (before.manifest.media_type, after.manifest.media_type),
        (before.platform, after.platform),
        tuple(_fields(_platforms(before), _platforms(after), keep_same=True)),
        tuple(_layers(before.layers, after.layers)),
        tuple(_fields(_config(before.config), _config(after.config))),
        tuple(_fields(before.labels, after.labels)),
        tuple(_fields(before.annotations, after.annotations)),
        before.size,
        after.size,
    )


def size_change(found: Difference) -> str:
    """Return how the size changed, empty where a side does not know its own."""
    if found.size_before is None or found.size_after is None:
        return ""
    grown = found.size_after - found.size_before
    change = "the same" if not grown else f"{size(abs(grown))} {'more' if grown > 0 else 'less'}"
    return f"{size(found.size_before)}, then {size(found.size_after)}: {change}"


def shared(found: Difference) -> str:
    """Return how many layers both sides have, and for which platform; that is left out where they are two."""
    same = [change.layer.descriptor for change in found.layers if change.change is Change.SAME]
    sizes = [descriptor.size for descriptor in same if descriptor is not None]
    ours, theirs = found.images
    told = f"{len(sizes)} layer{'' if len(sizes) == 1 else 's'} shared, {size(sum(sizes))}"
    return f"{told}, for {ours}" if ours and ours == theirs else told


def apart(found: Difference) -> str:
    """Say that layers and configuration of two platforms stand beside each other; empty where it is one."""
    ours, theirs = (name or "no platform" for name in found.images)
    return "" if ours == theirs else f"layers and config of {ours} are compared with those of {theirs}"


def _platforms(details: Details) -> list[tuple[str, str]]:
    """Return platforms with digests, each name once: of Windows the release counts, and not its updates."""
    listed = [(_release(each), each.digest) for each in details.platforms if not each.attests]
    seen: Counter[str] = Counter()
    named = []
    for name, digest in listed or [(details.platform or "no platform named", details.digest)]:
        seen[name] += 1
        named.append((f"{name} ({seen[name]})" if seen[name] > 1 else name, digest))
    return named


def _release(one: PlatformDetails) -> str:
    version = ".".join(one.os_version.split(".")[:3])
    return f"{one.platform} {version}".rstrip() if one.platform else one.name


def _fields(
    before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]], *, keep_same: bool = False
) -> Iterator[FieldChange]:
    old, new = dict(before), dict(after)
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield FieldChange(name, Change.REMOVED, before=old[name])
        elif name not in old:
            yield FieldChange(name, Change.ADDED, after=new[name])
        elif old[name] != new[name]:
            yield FieldChange(name, Change.CHANGED, old[name], new[name])
        elif keep_same:
            yield FieldChange(name, Change.SAME, old[name], new[name])


def _config(config: ImageConfig | None) -> list[tuple[str, str]]:
    """Return a configuration as named values: each variable, port and volume is one of its own."""
    if config is None:
        return []
    values = [
        ("created", config.created),
        ("author", config.author),
        ("platform", "/".join(part for part in (config.os, config.architecture, config.variant) if part)),
        ("user", config.user),
        ("working directory", config.working_directory),
        ("health", config.health),
        ("stop signal", config.stop_signal),
        ("entrypoint", shlex.join(config.entrypoint)),
        ("command", shlex.join(config.command)),
        *((f"env {name}", value) for name, _, value in (text.partition("=") for text in config.environment)),
        *((f"port {port}", "exposed") for port in config.ports),
        *((f"volume {volume}", "declared") for volume in config.volumes),
    ]
    return [(name, value) for name, value in values if value]


def _layers(before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[LayerChange]:
    old, new = [_key(layer) for layer in before], [_key(layer) for layer in after]
    first = _common(old, new)
    last = _common(old[first:][::-1], new[first:][::-1])
    yield from (LayerChange(Change.SAME, layer) for layer in after[:first])
    yield from _between(before[first : len(old) - last], after[first : len(new) - last])
    yield from (LayerChange(Change.SAME, layer) for layer in after[len(new) - last :])


def _between(before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[LayerChange]:
    if len(before) > MOST_COMPARED or len(after) > MOST_COMPARED:
        yield from (LayerChange(Change.REMOVED, layer) for layer in before)
        yield from (LayerChange(Change.ADDED, layer) for layer in after)
        return
    old, new = [_key(layer) for layer in before], [_key(layer) for layer in after]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            yield from (LayerChange(Change.SAME, layer) for layer in after[j1:j2])
        else:
            yield from (LayerChange(Change.REMOVED, layer) for layer in before[i1:i2])
            yield from (LayerChange(Change.ADDED, layer) for layer in after[j1:j2])


def _key(layer: Layer) -> tuple[str, str]:
    """Return what makes two layers the same: the content, or the instruction of a step that has none."""
    if layer.descriptor is not None:
        return layer.descriptor.digest, ""
    return "", layer.step.created_by if layer.step is not None else ""


def _common(old: Sequence[object], new: Sequence[object]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count
