"""Manifests that Docker Hub has given in this run: it counts every GET of one as a pull, and no HEAD."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.engines.base import HttpAnswer

MOST_BYTES = 16 * 1024 * 1024
"""Bytes of bodies in all; a manifest has some 2 KiB, and the oldest goes first."""


class SeenManifests:
    """Remembers answers by repository and digest, the digest being the body's own and nobody's claim."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], HttpAnswer] = {}
        self._tags: dict[tuple[str, str], tuple[str, str]] = {}
        self._bytes = 0

    def has(self, repository: str, tag: str) -> bool:
        """Whether the manifest of this tag was seen: then a HEAD tells whether the tag still means the same."""
        return self._tags.get((repository, tag)) in self._answers

    def answer(self, repository: str, digest: str) -> HttpAnswer | None:
        """Return the answer that held the manifest of this digest."""
        return self._answers.get((repository, digest))

    def remember(self, repository: str, wanted: str, answer: HttpAnswer) -> None:
        """Keep the 200 that a GET of a tag or digest got."""
        key = (repository, f"sha256:{hashlib.sha256(answer.body).hexdigest()}")
        self._tags.pop((repository, wanted), None)
        self._tags[repository, wanted] = key
        if key not in self._answers:
            self._answers[key] = answer
            self._bytes += len(answer.body)
        while self._bytes > MOST_BYTES:
            self._bytes -= len(self._answers.pop(next(iter(self._answers))).body)
        while len(self._tags) > 2 * len(self._answers) + 64:
            del self._tags[next(iter(self._tags))]
