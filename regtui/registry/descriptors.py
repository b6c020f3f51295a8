"""The parts that manifests are made of, read from untrusted JSON: descriptors, platforms, annotations."""

from __future__ import annotations

from itertools import islice

from regtui.frozen import dataclass
from regtui.registry.names import is_digest
from regtui.text import one_line, printable

MOST_ANNOTATIONS = 200
"""Annotations of one descriptor that are kept; build tools write a dozen."""
_LARGEST = 2**63 - 1  # int64 in every engine


class ManifestError(ValueError):
    """A body is no manifest that could be shown; `str()` is a short clean reason."""


@dataclass(frozen=True, slots=True)
class PlatformNames:
    """The platform that an index names for a manifest; cleaned, empty where it does not say."""

    os: str = ""
    architecture: str = ""
    variant: str = ""
    os_version: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A pointer to content: `digest` has the grammar and may stand in a URL, `size` is in bytes, texts are cleaned.

    `urls` are other places that offer the content; they are shown and never asked.
    """

    media_type: str
    digest: str
    size: int
    platform: PlatformNames | None = None
    artifact_type: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    urls: tuple[str, ...] = ()

    def annotation(self, key: str) -> str:
        """Return an annotation's value, empty where there is none."""
        return dict(self.annotations).get(key, "")


def read_descriptor(value: object, what: str) -> Descriptor:
    """Return the descriptor in a JSON value; raises ManifestError that names it as `what`."""
    if not isinstance(value, dict):
        raise ManifestError(f"{what} is no descriptor")
    digest, size = value.get("digest"), value.get("size")
    if not isinstance(digest, str) or not is_digest(digest):
        raise ManifestError(f"{what} has no valid digest")
    if type(size) is not int or not 0 <= size <= _LARGEST:
        raise ManifestError(f"{what} has no valid size")
    urls = value.get("urls")
    return Descriptor(
        text_of(value, "mediaType"),
        digest,
        size,
        _platform(value.get("platform")),
        text_of(value, "artifactType"),
        annotations_of(value),
        tuple(printable(url, 200) for url in urls[:10] if isinstance(url, str)) if isinstance(urls, list) else (),
    )


def text_of(fields: dict[str, object], key: str, limit: int = 200) -> str:
    """Return a text field, cleaned; empty where it is missing or no text."""
    value = fields.get(key)
    return one_line(value, limit) if isinstance(value, str) else ""


def annotations_of(fields: dict[str, object], key: str = "annotations") -> tuple[tuple[str, str], ...]:
    """Return a map of texts (annotations, labels) in its order, cleaned, at most MOST_ANNOTATIONS of them."""
    value = fields.get(key)
    if not isinstance(value, dict):
        return ()
    texts = islice(((name, text) for name, text in value.items() if isinstance(text, str)), MOST_ANNOTATIONS)
    return tuple((one_line(name, 200), one_line(text, 500)) for name, text in texts)


def _platform(value: object) -> PlatformNames | None:
    if not isinstance(value, dict):
        return None
    return PlatformNames(*(text_of(value, key, 64) for key in ("os", "architecture", "variant", "os.version")))
