"""How docker/distribution unmarshals a manifest: by Content-Type, with Go's error texts.

Sources: manifests.go (UnmarshalManifest), manifest/{schema1,schema2,manifestlist,ocischema} of docker/distribution,
libtrust's ParsePrettySignature, and mime.ParseMediaType.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from regtui.engines.distribution import GoError, other
from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, kind, signed_payload, unmarshal
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer, Platform

SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json"
SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
SCHEMA2 = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}", re.ASCII)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Child:
    """One entry of an index: the digest of a manifest and the platform that it is for; size in bytes."""

    digest: str
    os: str
    architecture: str
    variant: str
    size: int

    @property
    def platform(self) -> str:
        """`linux/arm64/v8`, as people write it."""
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True, slots=True)
class Unmarshalled:
    """A manifest that the engine could read: `digest` is the body's own, `size` the sum of config and layers."""

    media_type: str
    digest: str
    is_index: bool = False
    children: tuple[Child, ...] = ()
    size: int | None = None

    def child_for(self, platform: Platform, *, variant: bool = False) -> Child | None:
        """Return the first entry for the platform; the fork compares os and architecture alone (pull_v2.go)."""
        matching = [c for c in self.children if (c.os, c.architecture) == (platform.os, platform.architecture)]
        if variant and platform.variant:
            matching.sort(key=lambda child: child.variant != platform.variant)
        return matching[0] if matching else None


def unmarshal_manifest(answer: HttpAnswer, *, oci: bool) -> Unmarshalled | GoError:
    """Return the manifest of a 200 answer, or the engine's error; `oci` is False for Docker 1.13.1, which has none."""
    media_type = _media_type(answer.content_type)
    if isinstance(media_type, GoError):
        return media_type
    indexes = {MANIFEST_LIST} | ({OCI_INDEX} if oci else set())
    images = {SCHEMA2: "schema2.Manifest"} | ({OCI_MANIFEST: "ocischema.Manifest"} if oci else {})
    if media_type not in images and media_type not in indexes:
        return _schema1(answer)  # the default for a type that is not registered
    try:
        document = unmarshal(answer.body)
    except GoJsonError as error:
        return other(str(error))
    if document is not None and not isinstance(document, dict):
        name = images.get(media_type, "manifestlist.ManifestList")
        return other(f"json: cannot unmarshal {kind(document)} into Go value of type {name}")
    fields = document or {}
    if media_type in indexes:
        return Unmarshalled(media_type, body_digest(answer.body), is_index=True, children=_children(fields))
    return Unmarshalled(media_type, body_digest(answer.body), size=_total(fields))


def body_digest(body: bytes) -> str:
    """Return the sha256 digest of a body in the registry's notation."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def is_digest(text: str) -> bool:
    """Whether the text has the grammar of a digest, so that it may stand in a URL."""
    return _DIGEST.fullmatch(text) is not None


def _media_type(content_type: str) -> str | GoError:
    """Return what mime.ParseMediaType gives without the parameters."""
    if not content_type:
        return ""
    base = content_type.split(";", 1)[0].strip().lower()
    if not base:
        return other("mime: no media type")
    first = _TOKEN.match(base)
    if first is None:
        return other("mime: no media type")
    rest = base[first.end() :]
    if rest and not rest.startswith("/"):
        return other("mime: expected slash after first token")
    if rest:
        second = _TOKEN.match(rest, 1)
        if second is None:
            return other("mime: expected token after slash")
        if second.end() != len(rest):
            return other("mime: unexpected content after media subtype")
    return base


def _children(fields: dict[str, object]) -> tuple[Child, ...]:
    entries = fields.get("manifests")
    children = []
    for entry in entries[:10_000] if isinstance(entries, list) else ():
        if not isinstance(entry, dict):
            continue
        digest, platform, size = entry.get("digest"), entry.get("platform"), entry.get("size")
        if not isinstance(digest, str) or not is_digest(digest):
            continue
        names = platform if isinstance(platform, dict) else {}
        os_name, architecture, variant = (_word(names.get(key)) for key in ("os", "architecture", "variant"))
        children.append(Child(digest, os_name, architecture, variant, size if isinstance(size, int) else 0))
    return tuple(children)


def _word(value: object) -> str:
    return printable(value, 64) if isinstance(value, str) else ""


def _total(fields: dict[str, object]) -> int:
    layers = fields.get("layers")
    parts = [fields.get("config"), *(layers if isinstance(layers, list) else ())]
    sizes = [part.get("size") for part in parts if isinstance(part, dict)]
    return sum(size for size in sizes if isinstance(size, int) and size > 0)


def _schema1(answer: HttpAnswer) -> Unmarshalled | GoError:
    """Read a signed schema 1 manifest as libtrust does; its digest is that of the payload without the signatures."""
    try:
        document = unmarshal(answer.body)
    except GoJsonError as error:
        return other(f"error unmarshalling content: {error}")
    if document is not None and not isinstance(document, dict):
        wanted = "map[string]json.RawMessage"
        cause = f"json: cannot unmarshal {kind(document)} into Go value of type {wanted}"
        return other(f"error unmarshalling content: {cause}")
    signatures = (document or {}).get("signatures")
    if signatures is None:
        return other("missing signature key")
    payload = signed_payload(answer.body, signatures)
    if payload is None:
        return other("error unmarshalling signatures: invalid signature")
    return Unmarshalled(SCHEMA1_SIGNED, body_digest(payload))
