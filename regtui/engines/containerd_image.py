"""What containerd makes of a manifest: its descriptor from the headers, its children from the body.

Sources: images/image.go (Children, validateMediaType), images/handlers.go (LimitManifests) of containerd 1.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regtui.engines.containerd_errors import NOT_FOUND
from regtui.engines.unmarshal import (
    MANIFEST_LIST,
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA1_SIGNED,
    SCHEMA2,
    body_digest,
    is_digest,
)
from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, kind, signed_payload, unmarshal
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer, Platform

INDEXES = frozenset({MANIFEST_LIST, OCI_INDEX})
IMAGES = frozenset({SCHEMA2, OCI_MANIFEST})
MANIFESTS = INDEXES | IMAGES | {SCHEMA1_SIGNED}
EMPTY = "unable to fetch descriptor ({}) which reports content size of zero: invalid argument"


class ImageError(ValueError):
    """containerd cannot use the manifest; `str()` is its error, `sentence` a person's words."""

    def __init__(self, text: str, sentence: str) -> None:
        super().__init__(text)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a name, or an index, leads to: a digest, its media type and size as they were said, and by which host."""

    digest: str
    media_type: str
    size: int
    host: int = 0


def media_type(answer: HttpAnswer) -> str:
    """Return the content type without parameters; plain text counts as schema 1 (getManifestMediaType)."""
    base = answer.content_type.partition(";")[0]
    return SCHEMA1_SIGNED if base == "text/plain" else base


def choose_child(answer: HttpAnswer, kind_of_manifest: str, platform: Platform, digest: str = "") -> Resolved | None:
    """Return the platform's image of an index, None for anything else. Raises ImageError.

    `digest` is the index's own.
    """
    if kind_of_manifest not in INDEXES:
        return None
    fields = _fields(answer, kind_of_manifest)
    entries = [entry for entry in _entries(fields, "manifests") if is_digest(str(entry.get("digest")))]
    fitting = [entry for entry in entries if _fits(entry, platform)]
    if not fitting:
        has = ", ".join(platforms(answer, kind_of_manifest)) or "nothing"
        text = f"no match for platform in manifest {digest}: {NOT_FOUND}"
        raise ImageError(text, f"the index has no {platform.os}/{platform.architecture} (it has {has})")
    fitting.sort(key=lambda entry: _rank(entry, platform))
    return Resolved(str(fitting[0]["digest"]), _text(fitting[0], "mediaType"), _size(fitting[0]))


def image_of(answer: HttpAnswer, kind_of_manifest: str) -> int | None:
    """Return the bytes of an image's configuration and layers, None where they are not told. Raises ImageError."""
    if kind_of_manifest not in IMAGES:
        return None
    fields = _fields(answer, kind_of_manifest)
    config = fields.get("config")
    parts = [config if isinstance(config, dict) else {}, *_entries(fields, "layers")]
    for part in parts:
        check_size(_text(part, "digest"), _size(part))
    return sum(max(_size(part), 0) for part in parts)


def check_size(digest: str, size: int) -> None:
    """Raise ImageError for what is said to be empty, which containerd does not fetch (remotes/handlers.go)."""
    if not size:
        raise ImageError(EMPTY.format(printable(digest)), "what it names is said to be empty")


def without_signatures(body: bytes) -> bytes:
    """Return what a signed manifest of schema 1 signs. Raises ImageError (schema1/converter.go, stripSignature)."""
    sentence = "the manifest of schema 1 has no signature that can be read"
    try:
        document = unmarshal(body)
    except GoJsonError as error:
        raise ImageError(str(error), sentence) from None
    if document is not None and not isinstance(document, dict):
        text = f"json: cannot unmarshal {kind(document)} into Go value of type schema1.signature"
        raise ImageError(text, sentence)
    signatures = (document or {}).get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise ImageError("no signatures", sentence)
    payload = signed_payload(body, signatures)
    if payload is None:
        raise ImageError("invalid signature", sentence)
    return payload


def check_schema1(body: bytes) -> None:
    """Raise ImageError for a manifest of schema 1 that cannot be turned into an image (Converter.Handle)."""
    try:
        document = unmarshal(without_signatures(body))
    except GoJsonError as error:
        raise ImageError(str(error), "the manifest of schema 1 cannot be read") from None
    fields = document if isinstance(document, dict) else {}
    layers, history = _entries(fields, "fsLayers"), _entries(fields, "history")
    if len(layers) != len(history):
        text = "invalid schema 1 manifest, history and layer mismatch"
        raise ImageError(text, "the manifest of schema 1 has not as many layers as steps")
    if not layers:
        raise ImageError("schema 1 conversion failed: no history", "the manifest of schema 1 has no layers")


def platforms(answer: HttpAnswer, kind_of_manifest: str) -> tuple[str, ...]:
    """Return what an index is for, as people write it."""
    if kind_of_manifest not in INDEXES:
        return ()
    try:
        fields = _fields(answer, kind_of_manifest)
    except ImageError:
        return ()
    found = (_platform(entry) for entry in _entries(fields, "manifests"))
    return tuple(dict.fromkeys("/".join(printable(part, 64) for part in each if part) for each in found if any(each)))


def _fields(answer: HttpAnswer, kind_of_manifest: str) -> dict[str, Any]:
    """Return the body's fields where they suit the media type (validateMediaType)."""
    invalid = f"children: invalid desc {body_digest(answer.body)}: "
    sentence = "the manifest cannot be read"
    try:
        document = unmarshal(answer.body)
    except GoJsonError as error:
        raise ImageError(f"{invalid}{error}", f"{sentence}: {printable(str(error), 200)}") from None
    if document is not None and not isinstance(document, dict):
        text = f"json: cannot unmarshal {kind(document)} into Go value of type images.unknownDocument"
        raise ImageError(invalid + text, sentence)
    fields: dict[str, Any] = document or {}
    said = fields.get("mediaType")
    if "fsLayers" in fields:
        raise ImageError(f"{invalid}media-type: schema 1 not supported", "the body is a manifest of schema 1")
    if kind_of_manifest in IMAGES and ("manifests" in fields or said in INDEXES):
        text = f"{invalid}media-type: expected manifest but found index ({kind_of_manifest})"
        raise ImageError(text, "the body is an index, and the answer calls it an image's manifest")
    if kind_of_manifest in INDEXES and ("config" in fields or "layers" in fields or said in IMAGES):
        text = f"{invalid}media-type: expected index but found manifest ({kind_of_manifest})"
        raise ImageError(text, "the body is an image's manifest, and the answer calls it an index")
    return fields


def _entries(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = fields.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _platform(entry: dict[str, Any]) -> tuple[str, str, str]:
    named = entry.get("platform")
    fields = named if isinstance(named, dict) else {}
    return _text(fields, "os"), _text(fields, "architecture"), _text(fields, "variant")


def _size(fields: dict[str, Any]) -> int:
    value = fields.get("size")
    return value if isinstance(value, int) else 0


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _fits(entry: dict[str, Any], platform: Platform) -> bool:
    if entry.get("platform") is None:
        return True
    os_name, architecture, variant = _normal(*_platform(entry))
    wanted = _normal(platform.os, platform.architecture, platform.variant)
    if (os_name, architecture) != wanted[:2]:
        return wanted[1] == "arm64" and architecture == "arm" and os_name == wanted[0]
    return _level(variant) <= _level(wanted[2])


def _rank(entry: dict[str, Any], platform: Platform) -> tuple[bool, bool, int]:
    """The nearest variant first; an entry without a platform is the last choice."""
    _os, architecture, variant = _normal(*_platform(entry))
    return (entry.get("platform") is None, architecture != platform.architecture, -_level(variant))


def _normal(os_name: str, architecture: str, variant: str) -> tuple[str, str, str]:
    """Return a platform with the variants that mean the same (platforms.Normalize)."""
    if architecture == "arm64" and variant in ("8", "v8", ""):
        variant = "v8"
    elif architecture == "arm" and variant in ("", "7"):
        variant = "v7"
    elif architecture == "amd64" and variant == "v1":
        variant = ""
    return os_name, architecture, variant


def _level(variant: str) -> int:
    digits = variant.removeprefix("v")
    return int(digits) if digits.isdecimal() and len(digits) < 3 else 0
