"""What an embedded registry stores: manifests and blobs with the digests that name them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
SIGNED_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest_of(content: bytes) -> str:
    """Return `sha256:HEX` of the content."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


@dataclass(frozen=True, slots=True)
class Blob:
    """A config, an attestation or a layer, by its digest."""

    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or an index: its exact bytes, what else its repository must hold for it, and its digest.

    `holds` are the manifests that an index lists, `blobs` the blobs that exist (layers may be left out: nobody
    pulls them). The digest is that of the body, save for a signed schema 1 manifest, whose digest leaves its
    signatures out.
    """

    media_type: str
    body: bytes
    digest: str
    holds: tuple[Manifest, ...] = ()
    blobs: tuple[Blob, ...] = ()


def blob_of(content: bytes) -> Blob:
    """Return the content as a blob."""
    return Blob(digest_of(content), content)


def manifest_of(
    media_type: str, body: bytes, *, holds: tuple[Manifest, ...] = (), blobs: tuple[Blob, ...] = ()
) -> Manifest:
    """Return a manifest whose digest is that of its body."""
    return Manifest(media_type, body, digest_of(body), holds, blobs)
