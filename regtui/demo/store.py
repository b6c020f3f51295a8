"""What one host holds, indexed for its API: repositories, manifests by tag and digest, blobs, referrers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regtui.demo.content import Manifest
    from regtui.demo.spec import Repository


@dataclass(slots=True)
class Shelf:
    """One repository's content; a pull-through cache adds to it."""

    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def add(self, manifest: Manifest) -> None:
        """Hold a manifest with everything that it brings along."""
        self.manifests[manifest.digest] = manifest
        self.blobs.update((blob.digest, blob.content) for blob in manifest.blobs)
        for held in manifest.holds:
            self.add(held)

    def find(self, reference: str) -> Manifest | None:
        """Return the manifest of a tag or a digest."""
        return self.manifests.get(self.tags.get(reference, reference))


class Store:
    """All repositories of a host, by name."""

    def __init__(self, repositories: Iterable[Repository]) -> None:
        self._shelves: dict[str, Shelf] = {}
        for repository in repositories:
            shelf = self._shelves.setdefault(repository.name, Shelf())
            for tag, manifest in repository.tags:
                shelf.tags[tag] = manifest.digest
                shelf.add(manifest)
            for manifest in repository.untagged:
                shelf.add(manifest)

    def names(self) -> list[str]:
        """Return the names of all repositories, sorted as the catalog lists them."""
        return sorted(self._shelves)

    def shelf(self, name: str) -> Shelf | None:
        """Return a repository's content."""
        return self._shelves.get(name)

    def keep(self, name: str, tag: str, manifest: Manifest) -> None:
        """Store a manifest that came from elsewhere; an empty tag stores it by digest alone."""
        shelf = self._shelves.setdefault(name, Shelf())
        shelf.add(manifest)
        if tag:
            shelf.tags[tag] = manifest.digest

    def keep_blob(self, name: str, digest: str, content: bytes) -> None:
        """Store a blob that came from elsewhere."""
        self._shelves.setdefault(name, Shelf()).blobs[digest] = content


def referrers(shelf: Shelf | None, digest: str) -> list[dict[str, object]]:
    """Return the descriptors of all manifests whose `subject` is the digest (distribution-spec, Listing Referrers)."""
    found: list[dict[str, object]] = []
    for manifest in sorted(shelf.manifests.values(), key=lambda each: each.digest) if shelf else ():
        document = _document(manifest)
        subject = document.get("subject")
        if not isinstance(subject, dict) or subject.get("digest") != digest:
            continue
        descriptor: dict[str, object] = {
            "mediaType": manifest.media_type,
            "digest": manifest.digest,
            "size": len(manifest.body),
        }
        if artifact_type := _artifact_type(document):
            descriptor["artifactType"] = artifact_type
        if annotations := document.get("annotations"):
            descriptor["annotations"] = annotations
        found.append(descriptor)
    return found


def _document(manifest: Manifest) -> dict[str, object]:
    try:
        document = json.loads(manifest.body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _artifact_type(document: dict[str, object]) -> str:
    config = document.get("config")
    fallback = config.get("mediaType", "") if isinstance(config, dict) else ""
    return str(document.get("artifactType") or fallback)
