"""Docker's first schema, for browsing: its layers, and the configuration and history that it carries in itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.gojson import signed_payload
from regtui.registry.descriptors import Descriptor, ManifestError, read_descriptor, text_of
from regtui.registry.image_config import MOST_STEPS, ImageConfig, Step, config_of
from regtui.registry.jsonbody import BodyError, load_object

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY_LAYER = "sha256:a3ed95caeb02ffe68cdd9fd84406680ae93d633cb16422d00e8a7c22955b46d4"
"""The layer of a step that made none (distribution, digestSHA256GzippedEmptyTar)."""


def payload_of(body: bytes) -> bytes:
    """Return what the digest of a manifest of schema 1 is of: the body without its signatures, where it has any.

    A registry signs anew for each answer, so the body's own digest is never twice the same.
    """
    try:
        signatures = load_object(body).get("signatures")
    except BodyError:
        return body
    payload = None if signatures is None else signed_payload(body, signatures)
    return body if payload is None else payload


def read_schema1(fields: dict[str, object], most: int) -> tuple[tuple[Descriptor, ...], ImageConfig]:
    """Return layers, oldest first and without those of steps that made none, and the configuration; ManifestError.

    The manifest tells no sizes: those of the layers are 0. At most `most` layers are read.
    """
    listed = fields.get("fsLayers")
    if not isinstance(listed, list) or len(listed) > most:
        raise ManifestError("its field fsLayers is no list of layers")
    layers = []
    for number, value in enumerate(reversed(listed), 1):  # schema 1 lists the newest layer first
        digest = value.get("blobSum") if isinstance(value, dict) else None
        layers.append(read_descriptor({"digest": digest, "size": 0}, f"layer {number}"))
    told = list(_compatibilities(fields))
    steps = tuple(_step(each) for each in reversed(told))
    newest = told[0] if told else {}
    if len(steps) == len(layers):
        steps = tuple(
            Step(step.created_by, step.created, step.comment, step.empty or layer.digest == EMPTY_LAYER)
            for step, layer in zip(steps, layers, strict=True)
        )
        layers = [layer for step, layer in zip(steps, layers, strict=True) if not step.empty]
    return tuple(layers), config_of({"architecture": fields.get("architecture"), **newest}, steps)


def _compatibilities(fields: dict[str, object]) -> Iterator[dict[str, object]]:
    """Yield what each entry of the history holds as JSON in a text, newest first; nothing for one that cannot be read.

    The newest one's is the image's own configuration.
    """
    listed = fields.get("history")
    for entry in listed[:MOST_STEPS] if isinstance(listed, list) else ():
        text = entry.get("v1Compatibility") if isinstance(entry, dict) else None
        try:
            yield load_object(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else {}
        except BodyError:
            yield {}


def _step(fields: dict[str, object]) -> Step:
    inner = fields.get("container_config")
    command = inner.get("Cmd") if isinstance(inner, dict) else None
    words = [word for word in command if isinstance(word, str)] if isinstance(command, list) else []
    made = text_of({"Cmd": " ".join(words)}, "Cmd", 2000)
    return Step(made, text_of(fields, "created", 64), text_of(fields, "comment"), fields.get("throwaway") is True)
