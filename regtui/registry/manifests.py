"""What a manifest is, for browsing: an image, an index of platforms, a chart, a signature, or nothing that it may be.

What an engine makes of a manifest is the business of `regtui.engines`; here everything that a registry may hold is
told apart, and what two readers could take for two different things is refused (CVE-2021-41190).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.descriptors import (
    Descriptor,
    ManifestError,
    annotations_of,
    read_descriptor,
    text_of,
)
from regtui.registry.jsonbody import BodyError, load_object
from regtui.registry.names import digest_of
from regtui.registry.schema1 import payload_of, read_schema1
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.registry.image_config import ImageConfig

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"

BROWSE_ACCEPT = (OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST, OCI_ARTIFACT, DOCKER_SCHEMA1_SIGNED)
"""Media types that browsing asks for, everything that is read here."""

MOST_BYTES = 4 * 1024 * 1024
"""A manifest's limit (distribution-spec, and every client that has one)."""
MOST_ENTRIES = 5_000
"""Entries of an index, or layers of an image, that are kept; the rest is counted."""


class Kind(StrEnum):
    """What a manifest describes."""

    IMAGE = "image"
    INDEX = "index"
    SCHEMA1 = "schema 1 image"
    CHART = "Helm chart"
    SIGNATURE = "signature"
    ATTESTATION = "attestation"
    AI_MODEL = "AI model"
    ARTIFACT = "artifact"
    UNKNOWN = "manifest of an unknown type"


@dataclass(frozen=True, slots=True)
class Entry:
    """One manifest of an index; `attests` is the digest of the image that it is BuildKit's attestation for."""

    descriptor: Descriptor
    attests: str = ""

    @property
    def platform(self) -> str:
        """`linux/arm64/v8`, `attestation`, or empty where the index does not say."""
        return "attestation" if self.attests else str(self.descriptor.platform or "")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest in one shape for all kinds. Texts are cleaned, digests have the grammar.

    `digest` is the body's own (of schema 1, that of the part without signatures), `size` the body's bytes. An image or
    artifact has `layers` and mostly a `config`; an index has `entries`, and `invalid` counts those that are no
    descriptors or beyond the limit. An image of schema 1 has its configuration in itself, `inline`, and tells no sizes.
    `note` says what is odd about it, empty otherwise.
    """

    kind: Kind
    media_type: str
    digest: str
    size: int
    artifact_type: str = ""
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    entries: tuple[Entry, ...] = ()
    invalid: int = 0
    subject: Descriptor | None = None
    annotations: tuple[tuple[str, str], ...] = ()
    note: str = ""
    inline: ImageConfig | None = None

    @property
    def content_size(self) -> int | None:
        """Bytes of config and layers, what a pull transfers; None for an index, and where none are told."""
        if self.kind in (Kind.INDEX, Kind.SCHEMA1, Kind.UNKNOWN):
            return None
        total: int = sum(part.size for part in (*self.layers, *((self.config,) if self.config else ())))
        return total

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms of an index in its order, attestations left out."""
        return tuple(dict.fromkeys(entry.platform for entry in self.entries if entry.platform and not entry.attests))


_SHAPES = {
    DOCKER_MANIFEST: Kind.IMAGE,
    OCI_MANIFEST: Kind.IMAGE,
    DOCKER_LIST: Kind.INDEX,
    OCI_INDEX: Kind.INDEX,
    DOCKER_SCHEMA1: Kind.SCHEMA1,
    DOCKER_SCHEMA1_SIGNED: Kind.SCHEMA1,
    OCI_ARTIFACT: Kind.ARTIFACT,
}
_FOREIGN_FIELDS = {
    Kind.IMAGE: ("fsLayers", "history", "manifests"),
    Kind.INDEX: ("config", "fsLayers", "history", "layers"),
    Kind.SCHEMA1: ("config", "layers", "manifests"),
    Kind.ARTIFACT: ("config", "fsLayers", "history", "layers", "manifests"),
    Kind.UNKNOWN: (),
}
"""Fields that make a manifest ambiguous (containers/image, internal/manifest, ValidateUnambiguousManifestFormat)."""

_IMAGE_CONFIGS = {
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
}
_CONTENT_KINDS = (  # the beginning of an artifact's, config's or layer's type
    ("application/vnd.cncf.helm.", Kind.CHART),
    ("application/vnd.docker.ai.", Kind.AI_MODEL),
    ("application/vnd.dev.cosign.simplesigning.", Kind.SIGNATURE),
    ("application/vnd.dev.cosign.artifact.sig.", Kind.SIGNATURE),
    ("application/vnd.cncf.notary.signature", Kind.SIGNATURE),
    ("application/vnd.dev.sigstore.bundle", Kind.SIGNATURE),
    ("application/vnd.dsse.envelope.", Kind.ATTESTATION),
    ("application/vnd.in-toto+json", Kind.ATTESTATION),
)
_OPEN_TYPES = {"", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"}
_VENDOR = re.compile(r"application/vnd\.[a-z0-9!#$&^_.+-]{1,100}", re.ASCII)
"""Types that a manifest may have without being known here; what a proxy or a login page sends is none of them."""
_UNKNOWN = "its type is not known to regtui: what can be shown is its JSON"
_ATTESTED = "vnd.docker.reference.digest"


def read_manifest(body: bytes, content_type: str) -> Manifest:
    """Return what the body of a 200 is; raises ManifestError.

    The Content-Type counts (its parameters do not); where it says nothing, the body's own mediaType or its fields do. A
    body that names another type than it was sent with is refused (distribution-spec, Pulling manifests).
    """
    if len(body) > MOST_BYTES:
        raise ManifestError("it is larger than 4 MiB")
    fields = _fields(body)
    media_type, note = _media_type(fields, content_type.partition(";")[0].strip().lower())
    shape = _SHAPES.get(media_type, Kind.UNKNOWN)
    named = named_content(body, media_type)
    if named is not body:  # what nobody signed is not what the digest is of
        fields = _fields(named)
    for field in _FOREIGN_FIELDS[shape]:
        if field in fields:
            raise ManifestError(f"it is ambiguous: {media_type} with the field {field}")
    match shape:
        case Kind.INDEX:
            manifest = _index(fields, media_type)
        case Kind.SCHEMA1:
            manifest = _schema1(fields, media_type)
        case Kind.UNKNOWN:
            manifest = Manifest(shape, media_type, "", 0, note=_UNKNOWN)
        case _:
            manifest = _image(fields, media_type)
    return _with_body(manifest, named, body, fields, note)


def _fields(body: bytes) -> dict[str, object]:
    try:
        return load_object(body)
    except BodyError as error:
        raise ManifestError(str(error)) from None


def named_content(body: bytes, content_type: str) -> bytes:
    """Return the bytes that a manifest's digest names: all of them, but of schema 1 what is signed."""
    shape = _SHAPES.get(content_type.partition(";")[0].strip().lower())
    return payload_of(body) if shape is Kind.SCHEMA1 else body


def _media_type(fields: dict[str, object], sent: str) -> tuple[str, str]:
    said = fields.get("mediaType")
    own = said if isinstance(said, str) else ""
    if sent in _OPEN_TYPES:
        guessed = own or _guessed(fields)
        if guessed not in _SHAPES and not _VENDOR.fullmatch(guessed):
            raise ManifestError(f"it is of no known type ({printable(guessed or sent or 'none given', 100)})")
        return guessed, f"sent as {sent or 'no type at all'}"
    if sent not in _SHAPES and not _VENDOR.fullmatch(sent):
        raise ManifestError(f"it is of no known type ({printable(sent, 100)})")
    if own and own != sent and _SHAPES.get(sent) is not Kind.SCHEMA1:
        raise ManifestError(f"it was sent as {sent} and says that it is {printable(own, 100)}")
    return sent, ""


def _guessed(fields: dict[str, object]) -> str:
    """Return the type that the fields of a manifest without one have (OCI made mediaType optional)."""
    if fields.get("schemaVersion") == 1:
        return DOCKER_SCHEMA1_SIGNED if "signatures" in fields else DOCKER_SCHEMA1
    if "manifests" in fields:
        return OCI_INDEX
    return OCI_MANIFEST if "config" in fields and "layers" in fields else ""


def _index(fields: dict[str, object], media_type: str) -> Manifest:
    listed = fields.get("manifests")
    if not isinstance(listed, list):
        raise ManifestError("its field manifests is no list")
    entries = []
    for value in listed[:MOST_ENTRIES]:
        try:
            descriptor = read_descriptor(value, "an entry")
        except ManifestError:
            continue
        entries.append(Entry(descriptor, _attested(descriptor)))
    return Manifest(Kind.INDEX, media_type, "", 0, entries=tuple(entries), invalid=len(listed) - len(entries))


def _attested(descriptor: Descriptor) -> str:
    """Return whose attestation an entry is; BuildKit gives it the platform unknown/unknown and two annotations."""
    if descriptor.annotation("vnd.docker.reference.type") != "attestation-manifest":
        return ""
    return descriptor.annotation(_ATTESTED) or "unknown"


def _image(fields: dict[str, object], media_type: str) -> Manifest:
    listed = fields.get("blobs" if media_type == OCI_ARTIFACT else "layers", [])
    if not isinstance(listed, list):
        raise ManifestError("its field layers is no list")
    if len(listed) > MOST_ENTRIES:
        raise ManifestError(f"it has {len(listed)} layers")
    layers = tuple(read_descriptor(value, f"layer {number}") for number, value in enumerate(listed, 1))
    config = None if media_type == OCI_ARTIFACT else read_descriptor(fields.get("config"), "its config")
    artifact_type = text_of(fields, "artifactType")
    if not artifact_type and config is not None and config.media_type not in _IMAGE_CONFIGS:
        artifact_type = config.media_type  # distribution-spec, Listing Referrers
    kind = _content_kind(artifact_type, config, layers)
    note = "docker pull does not take an AI model" if kind is Kind.AI_MODEL else ""
    return Manifest(kind, media_type, "", 0, artifact_type, config, layers, note=note)


def _content_kind(artifact_type: str, config: Descriptor | None, layers: tuple[Descriptor, ...]) -> Kind:
    types = (artifact_type, config.media_type if config else "", *(layer.media_type for layer in layers[:20]))
    for beginning, kind in _CONTENT_KINDS:
        if any(media_type.startswith(beginning) for media_type in types):
            return kind
    return Kind.ARTIFACT if artifact_type or config is None else Kind.IMAGE


def _schema1(fields: dict[str, object], media_type: str) -> Manifest:
    layers, config = read_schema1(fields, MOST_ENTRIES)
    note = "schema 1, which today's engines refuse"
    return Manifest(Kind.SCHEMA1, media_type, "", 0, layers=layers, inline=config, note=note)


def _with_body(manifest: Manifest, named: bytes, body: bytes, fields: dict[str, object], note: str) -> Manifest:
    subject = fields.get("subject")
    return Manifest(
        manifest.kind,
        manifest.media_type,
        digest_of(named),
        len(body),
        manifest.artifact_type or text_of(fields, "artifactType"),
        manifest.config,
        manifest.layers,
        manifest.entries,
        manifest.invalid,
        None if subject is None else read_descriptor(subject, "its subject"),
        annotations_of(fields),
        "; ".join(part for part in (note, manifest.note) if part),
        manifest.inline,
    )
