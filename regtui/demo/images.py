"""Builds realistic images from short recipes, byte for byte the same in every run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from regtui.demo.content import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_LAYER,
    OCI_MANIFEST,
    Manifest,
    blob_of,
    digest_of,
    manifest_of,
)

AMD64, ARM64 = "linux/amd64", "linux/arm64"
S390X, PPC64LE, ARMV7 = "linux/s390x", "linux/ppc64le", "linux/arm/v7"
_PROVENANCE = "https://slsa.dev/provenance/v0.2"
_SPREAD = 16  # layers of other platforms and versions differ in size by up to one part in this


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a history; a size of 0 bytes is a step without a layer. `seed` is what makes its layer its own."""

    created_by: str
    size: int = 0
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """An image before it is built: `created` in UTC, `steps` from the base up, `runtime` the config's `config`."""

    title: str
    version: str
    created: datetime
    steps: tuple[Step, ...]
    runtime: tuple[tuple[str, object], ...]
    platforms: tuple[str, ...] = (AMD64, ARM64)
    docker_types: bool = False
    attested: bool = True

    @property
    def seed(self) -> str:
        """Return what tells this image's layers from all others."""
        return f"{self.title} {self.version}"


def build(recipe: Recipe) -> Manifest:
    """Return an index of one image a platform with their attestations; one plain manifest for a single platform."""
    images = [_image(recipe, platform) for platform in recipe.platforms]
    if len(images) == 1 and not recipe.attested:
        return images[0]
    entries = [
        {**descriptor(image), "platform": _platform(platform)}
        for image, platform in zip(images, recipe.platforms, strict=True)
    ]
    attestations = [_attestation(image, recipe) for image in images] if recipe.attested else []
    for image, attestation in zip(images, attestations, strict=False):
        annotations = {
            "vnd.docker.reference.digest": image.digest,
            "vnd.docker.reference.type": "attestation-manifest",
        }
        unknown = {"architecture": "unknown", "os": "unknown"}
        entries.append({**descriptor(attestation), "annotations": annotations, "platform": unknown})
    media_type = DOCKER_LIST if recipe.docker_types else OCI_INDEX
    document = {"schemaVersion": 2, "mediaType": media_type, "manifests": entries}
    return manifest_of(media_type, to_json(document), holds=(*images, *attestations))


def descriptor(manifest: Manifest) -> dict[str, object]:
    """Return the descriptor that points at a manifest."""
    return {"mediaType": manifest.media_type, "digest": manifest.digest, "size": len(manifest.body)}


def to_json(document: object) -> bytes:
    """Return the bytes of a document: compact, for an encoder that indents is ten times slower."""
    return json.dumps(document, separators=(",", ":")).encode()


def varied(size: int, seed: str) -> int:
    """Return the size with a difference that the seed decides."""
    spread = max(size // _SPREAD, 1)
    return size + int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4], "big") % spread


def _image(recipe: Recipe, platform: str) -> Manifest:
    config = blob_of(to_json(_config(recipe, platform)))
    layer_type, config_type, media_type = (
        (DOCKER_LAYER, DOCKER_CONFIG, DOCKER_MANIFEST) if recipe.docker_types else (OCI_LAYER, OCI_CONFIG, OCI_MANIFEST)
    )
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": {"mediaType": config_type, "digest": config.digest, "size": len(config.content)},
        "layers": [
            {"mediaType": layer_type, "digest": digest_of(seed.encode()), "size": varied(step.size, seed)}
            for step, seed in _layers(recipe, platform)
        ],
    }
    return manifest_of(media_type, to_json(document), blobs=(config,))


def _layers(recipe: Recipe, platform: str) -> list[tuple[Step, str]]:
    return [
        (step, f"{platform} {step.seed or recipe.seed} {number}")
        for number, step in enumerate(recipe.steps)
        if step.size
    ]


def _config(recipe: Recipe, platform: str) -> dict[str, object]:
    begin = recipe.created - timedelta(seconds=7 * len(recipe.steps))
    history = []
    for number, step in enumerate(recipe.steps):
        entry: dict[str, object] = {
            "created": _timestamp(begin + timedelta(seconds=7 * number)),
            "created_by": step.created_by,
        }
        if step.created_by.endswith("# buildkit"):
            entry["comment"] = "buildkit.dockerfile.v0"
        if not step.size:
            entry["empty_layer"] = True
        history.append(entry)
    return {
        **_platform(platform),
        "config": dict(recipe.runtime),
        "created": _timestamp(recipe.created),
        "history": history,
        "rootfs": {
            "type": "layers",
            "diff_ids": [digest_of(b"unpacked " + seed.encode()) for _, seed in _layers(recipe, platform)],
        },
    }


def _attestation(image: Manifest, recipe: Recipe) -> Manifest:
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": _PROVENANCE,
        "subject": [{"name": f"pkg:docker/{recipe.title}@{recipe.version}", "digest": {"sha256": image.digest[7:]}}],
        "predicate": {"buildType": "https://mobyproject.org/buildkit@v1", "metadata": {"completeness": {}}},
    }
    provenance = blob_of(to_json(statement))
    config = blob_of(
        to_json(
            {
                "architecture": "unknown",
                "os": "unknown",
                "config": {},
                "rootfs": {"type": "layers", "diff_ids": [provenance.digest]},
            }
        )
    )
    layer = {
        "mediaType": "application/vnd.in-toto+json",
        "digest": provenance.digest,
        "size": len(provenance.content),
        "annotations": {"in-toto.io/predicate-type": _PROVENANCE},
    }
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": OCI_CONFIG, "digest": config.digest, "size": len(config.content)},
        "layers": [layer],
    }
    return manifest_of(OCI_MANIFEST, to_json(document), blobs=(config, provenance))


def _platform(platform: str) -> dict[str, str]:
    system, architecture, *variant = platform.split("/")
    return {"architecture": architecture, "os": system} | ({"variant": variant[0]} if variant else {})


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
