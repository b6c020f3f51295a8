"""Tiny images as an OCI layout, for skopeo to push."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write_layout(folder: Path) -> None:
    """Write an OCI layout with three tiny images: `single`, `index` (two platforms), `foreign` (an index for s390x)."""
    blobs = folder / "blobs/sha256"
    blobs.mkdir(parents=True)

    def add(media_type: str, data: bytes, **more: Any) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {
            "mediaType": f"application/vnd.oci.image.{media_type}",
            "digest": f"sha256:{digest}",
            "size": len(data),
            **more,
        }

    def image(architecture: str) -> dict[str, Any]:
        tar = _one_file_tar(architecture)
        platform = {"os": "linux", "architecture": architecture}
        diff_id = f"sha256:{hashlib.sha256(tar).hexdigest()}"
        config = {**platform, "config": {}, "rootfs": {"type": "layers", "diff_ids": [diff_id]}}
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": add("config.v1+json", _json(config)),
            "layers": [add("layer.v1.tar+gzip", gzip.compress(tar, mtime=0))],
        }
        return add("manifest.v1+json", _json(manifest), platform=platform)

    def index(*architectures: str) -> dict[str, Any]:
        manifests = [image(architecture) for architecture in architectures]
        media_type = "application/vnd.oci.image.index.v1+json"
        return add("index.v1+json", _json({"schemaVersion": 2, "mediaType": media_type, "manifests": manifests}))

    images = {"single": image("amd64"), "index": index("amd64", "arm64"), "foreign": index("s390x")}
    names = [{**entry, "annotations": {"org.opencontainers.image.ref.name": name}} for name, entry in images.items()]
    (folder / "index.json").write_bytes(_json({"schemaVersion": 2, "manifests": names}))
    (folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))


def _one_file_tar(text: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        entry = tarfile.TarInfo("etc/arch")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
    return buffer.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()
