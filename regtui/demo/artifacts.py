"""Builds what lies in registries and is no image: signatures, attestations, charts, and one very old image."""

from __future__ import annotations

import base64
import json
from importlib import resources
from typing import TYPE_CHECKING

from regtui.demo.content import OCI_MANIFEST, SIGNED_SCHEMA1, Manifest, blob_of, digest_of, manifest_of
from regtui.demo.images import descriptor, to_json, varied

if TYPE_CHECKING:
    from regtui.demo.content import Blob

_EMPTY = blob_of(b"{}")
_EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
_COSIGN = {
    "sig": "application/vnd.dev.cosign.simplesigning.v1+json",
    "att": "application/vnd.dsse.envelope.v1+json",
    "sbom": "text/spdx+json",
}


def cosign_tags(image: Manifest, repository: str, suffixes: tuple[str, ...]) -> tuple[tuple[str, Manifest], ...]:
    """Return the tags that cosign keeps beside an image: `sha256-HEX.sig`, `.att`, `.sbom`."""
    stem = image.digest.replace(":", "-")
    return tuple((f"{stem}.{suffix}", _cosign(image, repository, suffix)) for suffix in suffixes)


def _cosign(image: Manifest, repository: str, suffix: str) -> Manifest:
    payload = blob_of(
        to_json(
            {
                "critical": {
                    "identity": {"docker-reference": repository},
                    "image": {"docker-manifest-digest": image.digest},
                    "type": "cosign container image signature" if suffix == "sig" else suffix,
                },
                "optional": None,
            }
        )
    )
    annotations = {}
    if suffix == "sig":
        annotations["dev.cosignproject.cosign/signature"] = base64.b64encode(payload.digest.encode()).decode()
    config = blob_of(b'{"architecture":"","created":"0001-01-01T00:00:00Z","os":"","rootfs":{"type":"layers"}}')
    return _artifact("application/vnd.oci.image.config.v1+json", config, _COSIGN[suffix], payload, annotations)


def _artifact(
    config_type: str, config: Blob, layer_type: str, layer: Blob, layer_notes: dict[str, str], **more: object
) -> Manifest:
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        **more,
        "config": {"mediaType": config_type, "digest": config.digest, "size": len(config.content)},
        "layers": [
            {
                "mediaType": layer_type,
                "digest": layer.digest,
                "size": len(layer.content),
                **({"annotations": layer_notes} if layer_notes else {}),
            }
        ],
    }
    return manifest_of(OCI_MANIFEST, to_json(document), blobs=(config, layer))


def referrer(image: Manifest, artifact_type: str, content: str, created: str) -> Manifest:
    """Return an artifact whose subject is the image (image-spec 1.1): found by the referrers API, without a tag."""
    layer = blob_of(content.encode())
    return _artifact(
        _EMPTY_TYPE,
        _EMPTY,
        artifact_type,
        layer,
        {"org.opencontainers.image.title": f"{artifact_type.rpartition('.')[2]}.json"},
        artifactType=artifact_type,
        subject=descriptor(image),
        annotations={"org.opencontainers.image.created": created},
    )


def helm_chart(name: str, version: str, created: str) -> Manifest:
    """Return a Helm chart as `helm push` stores it."""
    chart = {
        "name": name,
        "version": version,
        "apiVersion": "v2",
        "description": f"{name} for Kubernetes",
        "type": "application",
        "appVersion": version,
    }
    config = blob_of(to_json(chart))
    seed = f"{name} {version} chart"
    document = {
        "schemaVersion": 2,
        "config": {
            "mediaType": "application/vnd.cncf.helm.config.v1+json",
            "digest": config.digest,
            "size": len(config.content),
        },
        "layers": [
            {
                "mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                "digest": digest_of(seed.encode()),
                "size": varied(14_000, seed),
            }
        ],
        "annotations": {
            "org.opencontainers.image.created": created,
            "org.opencontainers.image.title": name,
            "org.opencontainers.image.version": version,
            "org.opencontainers.image.description": chart["description"],
        },
    }
    return manifest_of(OCI_MANIFEST, to_json(document), blobs=(config,))


def schema1_image() -> Manifest:
    """Return the shipped schema 1 manifest of `legacy/billing:2014.11` with its JSON web signature."""
    return signed_schema1(resources.files("regtui.demo").joinpath("schema1.json").read_bytes())


def signed_schema1(body: bytes) -> Manifest:
    """Return a signed schema 1 manifest; its digest leaves the signatures out (distribution, manifest-v2-1.md)."""
    protected = json.loads(_decode(json.loads(body)["signatures"][0]["protected"]))
    payload = body[: protected["formatLength"]] + _decode(protected["formatTail"])
    return Manifest(SIGNED_SCHEMA1, body, digest_of(payload))


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "===")
