"""What containers/image makes of a manifest's body, with its errors.

Sources: copy/copy.go, internal/image, manifest of containers/image 5.23. An image is taken apart only after policy.json
has accepted it, and a list before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regtui.engines.unmarshal import (
    MANIFEST_LIST,
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA1,
    SCHEMA1_SIGNED,
    SCHEMA2,
    body_digest,
    is_digest,
    unmarshal_manifest,
)
from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, kind, unmarshal
from regtui.text import go_quote, printable

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer, Platform

LISTS = frozenset({MANIFEST_LIST, OCI_INDEX})
_KNOWN = frozenset({SCHEMA1, SCHEMA1_SIGNED, SCHEMA2, OCI_MANIFEST, *LISTS})
_ESSENTIAL = ("config", "fsLayers", "history", "layers", "manifests")
_ALLOWED = {
    MANIFEST_LIST: ("manifests",),
    OCI_INDEX: ("manifests",),
    SCHEMA2: ("config", "layers"),
    OCI_MANIFEST: ("config", "layers"),
    SCHEMA1_SIGNED: ("fsLayers", "history"),
}
_VARIANTS = {"arm": ("v8", "v7", "v6", "v5"), "arm64": ("v8",)}
"""From the most to the least capable (internal/pkg/platform)."""
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
_TYPES = {
    **{
        (name, "schemaVersion"): ("number", "int")
        for name in ("Schema1", "Schema2", "OCI1", "Schema2List", "OCI1Index")
    },
    **{(name, "mediaType"): ("string", "string") for name in ("Schema2", "OCI1", "Schema2List", "OCI1Index")},
    ("Schema1", "fsLayers"): ("array", "[]manifest.Schema1FSLayers"),
    ("Schema1", "history"): ("array", "[]manifest.Schema1History"),
    ("Schema2", "config"): ("object", "manifest.Schema2Descriptor"),
    ("Schema2", "layers"): ("array", "[]manifest.Schema2Descriptor"),
    ("OCI1", "config"): ("object", "v1.Descriptor"),
    ("OCI1", "layers"): ("array", "[]v1.Descriptor"),
    ("Schema2List", "manifests"): ("array", "[]manifest.Schema2ManifestDescriptor"),
    ("OCI1Index", "manifests"): ("array", "[]v1.Descriptor"),
}
"""Structure and field -> what JSON must have there, and Go's type."""
_SCHEMA2_TYPES = frozenset(
    (
        MANIFEST_LIST,
        SCHEMA1,
        SCHEMA1_SIGNED,
        SCHEMA2,
        "application/vnd.docker.container.image.v1+json",
        "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    )
)


class ImageError(ValueError):
    """The library cannot use the manifest; `str()` is its text, which may quote the body."""


class ArtifactError(ImageError):
    """The manifest is read, and what it holds is no image."""


@dataclass(frozen=True, slots=True)
class Image:
    """The manifest of one image: `config` is the digest of its configuration, empty for schema 1."""

    media_type: str
    config: str = ""
    size: int | None = None
    config_type: str = ""


def media_type(answer: HttpAnswer) -> str:
    """Return the content type without parameters, empty for what is none (simplifyContentType)."""
    base = answer.content_type.split(";", 1)[0].strip().lower()
    main, slash, sub = base.partition("/")
    return base if not slash or (main and sub and " " not in base) else ""


def is_list(answer: HttpAnswer) -> bool:
    """Whether the answer says that it is an index; the body is not asked."""
    return media_type(answer) in LISTS


def manifest_digest(answer: HttpAnswer) -> str:
    """Return the digest by which the image is known; of schema 1 that of the signed part."""
    try:
        fields = unmarshal(answer.body)
    except GoJsonError:
        return body_digest(answer.body)
    if isinstance(fields, dict) and fields.get("schemaVersion") == 1 and fields.get("signatures") is not None:
        manifest = unmarshal_manifest(answer, oci=True)
        return getattr(manifest, "digest", "") or body_digest(answer.body)
    return body_digest(answer.body)


def choose_instance(answer: HttpAnswer, platform: Platform) -> str:
    """Return the digest of the platform's image in an index. Raises ImageError."""
    kind_of_list = media_type(answer)
    name = "Schema2List" if kind_of_list == MANIFEST_LIST else "OCI1Index"
    try:
        fields = _object(answer.body, f"manifest.{name}")
        _check_types(fields, name)
    except ImageError as error:
        raise ImageError(f"unmarshaling {name} {go_quote(answer.body)}: {error}") from None
    _check_unambiguous(fields, kind_of_list, kind_of_list)
    entries = [entry for entry in _entries(fields, "manifests") if is_digest(str(entry.get("digest")))]
    for variant in _wanted_variants(platform):
        wanted = (platform.os, platform.architecture, variant)
        for entry in entries:
            if _platform(entry) == wanted:
                return str(entry["digest"])
    if kind_of_list == OCI_INDEX:
        for entry in entries:
            if entry.get("platform") is None:
                return str(entry["digest"])
    where = "manifest list" if kind_of_list == MANIFEST_LIST else "image index"
    first = next(iter(_wanted_variants(platform)))
    arch = f"architecture {platform.architecture}, variant {go_quote(first)}, OS {platform.os}"
    raise ImageError(f"no image found in {where} for {arch}")


def platforms(answer: HttpAnswer) -> tuple[str, ...]:
    """Return what an index is for, as people write it."""
    try:
        fields = _object(answer.body, "")
    except ImageError:
        return ()
    found = (_platform(entry) for entry in _entries(fields, "manifests"))
    return tuple(dict.fromkeys("/".join(printable(part, 64) for part in each if part) for each in found if any(each)))


def read_image(answer: HttpAnswer) -> Image:
    """Return the image of an answer that is no list. Raises ImageError."""
    kind_of_image = media_type(answer)
    if kind_of_image == SCHEMA1 or kind_of_image not in _KNOWN:
        kind_of_image = SCHEMA1_SIGNED
    if kind_of_image == SCHEMA1_SIGNED:
        return _schema1(answer)
    fields = _object(answer.body, "manifest.Schema2" if kind_of_image == SCHEMA2 else "manifest.OCI1")
    _check_types(fields, "Schema2" if kind_of_image == SCHEMA2 else "OCI1")
    # The library names an index in the error about an OCI manifest.
    _check_unambiguous(fields, kind_of_image, OCI_INDEX if kind_of_image == OCI_MANIFEST else kind_of_image)
    if kind_of_image == SCHEMA2:
        layers = (entry.get("mediaType", "") for entry in _entries(fields, "layers"))
        for name in (fields.get("mediaType", ""), *layers):
            if name not in _SCHEMA2_TYPES:
                raise ImageError(f"unsupported docker v2s2 media type: {go_quote(str(name))}")
    config = fields.get("config") or {}
    digest = config.get("digest") if isinstance(config, dict) else None
    sizes = [entry.get("size") for entry in (config, *_entries(fields, "layers")) if isinstance(entry, dict)]
    size = sum(size for size in sizes if isinstance(size, int) and size > 0)
    named = digest if isinstance(digest, str) and is_digest(digest) else ""
    config_type = config.get("mediaType", "") if isinstance(config, dict) else ""
    return Image(kind_of_image, named, size, config_type if isinstance(config_type, str) else "")


def check_configuration(image: Image) -> None:
    """Refuse an OCI manifest whose configuration is not an image's. Raises ArtifactError."""
    if image.media_type == OCI_MANIFEST and image.config_type != OCI_CONFIG:
        kind_of_artifact = go_quote(image.config_type)
        raise ArtifactError(f"unsupported image-specific operation on artifact with type {kind_of_artifact}")


def _schema1(answer: HttpAnswer) -> Image:
    fields = _object(answer.body, "manifest.Schema1")
    _check_types(fields, "Schema1")
    version = fields.get("schemaVersion", 0)
    if version != 1:
        raise ImageError(f"unsupported schema version {version if isinstance(version, int) else 0}")
    _check_unambiguous(fields, SCHEMA1_SIGNED, SCHEMA1_SIGNED)
    layers, history = _entries(fields, "fsLayers"), _entries(fields, "history")
    if len(layers) != len(history):
        raise ImageError("length of history not equal to number of layers")
    if not layers:
        raise ImageError("no FSLayers in manifest")
    return Image(SCHEMA1_SIGNED)


def _object(body: bytes, go_type: str) -> dict[str, Any]:
    try:
        document = unmarshal(body)
    except GoJsonError as error:
        raise ImageError(str(error)) from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise ImageError(f"json: cannot unmarshal {kind(document)} into Go value of type {go_type}")
    return document


def _check_types(fields: dict[str, Any], structure: str) -> None:
    """Refuse a field of another type than the structure's, in encoding/json's words."""
    for name, value in fields.items():
        wanted, go_type = _TYPES.get((structure, name), ("", ""))
        if wanted and value is not None and not (kind(value) == wanted and not isinstance(value, float)):
            place = f"Go struct field {structure}.{name} of type {go_type}"
            raise ImageError(f"json: cannot unmarshal {kind(value)} into {place}")


def _entries(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = fields.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _check_unambiguous(fields: dict[str, Any], media_type: str, named: str) -> None:
    """Refuse a body that looks like two kinds of manifest (validateUnambiguousManifestFormat)."""
    present = {key.lower() for key, value in fields.items() if value is not None}
    unexpected = [name for name in _ESSENTIAL if name.lower() in present and name not in _ALLOWED[media_type]]
    if unexpected:
        listed = ", ".join(go_quote(name) for name in unexpected)
        raise ImageError(f"rejecting ambiguous manifest, unexpected fields []string{{{listed}}} in supposedly {named}")


def _wanted_variants(platform: Platform) -> tuple[str, ...]:
    known = _VARIANTS.get(platform.architecture, ())
    if not platform.variant:
        return ("", *known)
    start = known.index(platform.variant) if platform.variant in known else None
    return (*((platform.variant,) if start is None else known[start:]), "")


def _platform(entry: dict[str, Any]) -> tuple[str, str, str]:
    named = entry.get("platform")
    fields = named if isinstance(named, dict) else {}
    os_name, architecture, variant = (fields.get(key, "") for key in ("os", "architecture", "variant"))
    return (
        os_name if isinstance(os_name, str) else "",
        architecture if isinstance(architecture, str) else "",
        variant if isinstance(variant, str) else "",
    )
