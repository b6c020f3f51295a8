"""Small images for scripted registries: manifests, configurations and indexes with the digests that they must have."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regtui.registry.manifests import OCI_INDEX, OCI_MANIFEST
from tests.registry_net import reply

if TYPE_CHECKING:
    from tests.registry_net import Answer

CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(body: bytes) -> str:
    """Return the digest of some bytes."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class Picture:
    """A manifest's bytes, its type, and the blobs that it needs."""

    body: bytes
    media_type: str = OCI_MANIFEST
    blobs: tuple[bytes, ...] = ()
    platform: dict[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The digest of the body."""
        return digest_of(self.body)

    @property
    def config_digest(self) -> str:
        """The digest of the configuration."""
        return digest_of(self.blobs[0])

    @property
    def size(self) -> int:
        """Bytes of configuration and layers."""
        document = json.loads(self.body)
        return sum(part["size"] for part in (document["config"], *document["layers"]))

    @property
    def descriptor(self) -> dict[str, Any]:
        """The descriptor by which an index has it."""
        return {
            "mediaType": self.media_type,
            "digest": self.digest,
            "size": len(self.body),
            **({"platform": self.platform} if self.platform else {}),
        }


def layer(number: int, **more: Any) -> dict[str, Any]:
    """Return the descriptor of a layer that nobody pulls."""
    return {"mediaType": LAYER, "digest": digest_of(b"layer %d" % number), "size": 1000 * number, **more}


def manifest(config: bytes, *layers: dict[str, Any], **more: Any) -> Picture:
    """Return the manifest of an image with this configuration."""
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": CONFIG, "digest": digest_of(config), "size": len(config)},
        "layers": list(layers),
        **more,
    }
    return Picture(json.dumps(document).encode(), OCI_MANIFEST, (config,))


def image(architecture: str, created: str = "2025-01-01T00:00:00Z", *layers: dict[str, Any], **more: Any) -> Picture:
    """Return an image for linux on an architecture; `more` goes into its configuration."""
    config = {"os": "linux", "architecture": architecture, "created": created, **more}
    made = manifest(json.dumps(config).encode(), *(layers or (layer(1),)))
    return Picture(made.body, made.media_type, made.blobs, {"os": "linux", "architecture": architecture})


def index_of(*pictures: Picture, entries: tuple[dict[str, Any], ...] = ()) -> Picture:
    """Return an index of the images, and of entries as they are given."""
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [*(picture.descriptor for picture in pictures), *entries],
    }
    return Picture(json.dumps(document).encode(), OCI_INDEX)


def answer(picture: Picture, **headers: str) -> bytes:
    """Return the answer that holds a manifest, as Docker Hub gives it."""
    usual = {"Content_Type": picture.media_type, "Docker_Content_Digest": picture.digest}
    limits = {"RateLimit_Limit": "100;w=21600", "RateLimit_Remaining": "76;w=21600"}
    return reply(200, picture.body, **{**usual, **limits, **headers})


def served(repository: str, *pictures: Picture, tag: str = "") -> dict[str, Answer]:
    """Return the paths below which a registry has the pictures, the first one with the tag."""
    paths: dict[str, Answer] = {f"/v2/{repository}/manifests/{tag}": answer(pictures[0])} if tag else {}
    for picture in pictures:
        paths[f"/v2/{repository}/manifests/{picture.digest}"] = answer(picture)
        paths |= {f"/v2/{repository}/blobs/{digest_of(blob)}": reply(200, blob) for blob in picture.blobs}
    return paths
