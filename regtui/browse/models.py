"""What browsing shows, as data: where, pages of names, facts of tags, an image in detail. No I/O, nothing imported."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from regtui.browse.order import Attached
    from regtui.engines.base import Endpoint
    from regtui.registry.image_config import ImageConfig, Layer
    from regtui.registry.manifests import Entry, Manifest
    from regtui.registry.quota import RateLimit


MOST_TOLD = 8
"""Annotations of a thing that refers to an image that are told beside it; signatures have three or four."""


class Origin(StrEnum):
    """Where a page of names comes from."""

    SCAN = "scan"
    SEEK = "seek"
    CACHE = "cache"
    SEARCH = "search"


class BrowseError(Exception):
    """Nothing could be shown: `str()` is a clean sentence for a person, without secrets.

    `retry_after` is what a busy registry asks to wait, in seconds, None where it does not say. `body` is what was sent
    in place of a manifest that can be shown, to be looked at as it is; empty for any other error.
    """

    def __init__(self, sentence: str, outcome: Outcome, *, retry_after: float | None = None, body: bytes = b"") -> None:
        super().__init__(sentence)
        self.outcome = outcome
        self.retry_after = retry_after
        self.body = body


@dataclass(frozen=True, slots=True)
class Place:
    """Where to browse: a registry by the name that the host has for it, or a mirror of it.

    `endpoint` is the first URL that is asked; `others` are what a pull would try next (http of an insecure registry).
    `caches` names the registry that the server is a mirror of: `registry` itself for a mirror, another one where the
    server of a listed registry is a mirror too, empty for none. What is asked of a mirror may be fetched and stored.
    """

    registry: str
    endpoint: Endpoint
    mirror: bool = False
    others: tuple[Endpoint, ...] = ()
    caches: str = ""

    @property
    def title(self) -> str:
        """`quay.io`, or `mirror http://cache.example.com of docker.io`."""
        return f"mirror {self.endpoint.url} of {self.registry}" if self.mirror else self.registry

    @property
    def note(self) -> str:
        """What the catalog of the place is, where it is not everything: `cached names only`."""
        if self.mirror:
            return "cached names only"
        return f"also a mirror of {self.caches}: cached names only" if self.caches else ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a place so far, without a packet: the URL that answers, the login, the limits.

    `login` says which credential is used and where it comes from, or why none is; `withheld` is a sentence about a
    secret that was kept back. `retry_after` is what is left to wait after a 429, in seconds.
    """

    url: str
    login: str
    user: str = ""
    withheld: str = ""
    rate_limit: RateLimit | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """Repositories, in the registry's order; every name has the grammar.

    `invalid` counts entries of this page that are no names, of which `examples` shows the first, cleaned; they are
    never asked for. `total_so_far` counts the names of all pages that were yielded, `scanned` those that were looked
    at to find them (a prefix leaves most out). `age` is in seconds for a page from the cache.
    """

    names: tuple[str, ...]
    invalid: int = 0
    total_so_far: int = 0
    source: Origin = Origin.SCAN
    age: float = 0.0
    scanned: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagsPage:
    """Tags of a repository; the fields as those of `CatalogPage`."""

    names: tuple[str, ...]
    invalid: int = 0
    total_so_far: int = 0
    source: Origin = Origin.SCAN
    age: float = 0.0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListingEnded:
    """The last that a listing yields: whether all names came, and why not.

    `outcome` is FOUND unless something failed; what came before stays true. `retry_after` as in `BrowseError`.
    `offered` is False where the registry lists nothing, to nobody or not to this user: no failure, `reason` says what
    works instead.
    """

    complete: bool
    reason: str = ""
    outcome: Outcome = Outcome.FOUND
    retry_after: float | None = None
    offered: bool = True


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What a tag's manifest says. Nothing is known where a field is empty or None.

    `size` is in bytes: config and layers of the image, of an index those of the image for this host's platform.
    `claimed`: the digest is what a header says, no body was seen. `trouble` is a sentence where asking failed, or only
    the configuration could not be had.
    """

    tag: str
    digest: str = ""
    created: datetime | None = None
    size: int | None = None
    platforms: tuple[str, ...] = ()
    media_type: str = ""
    kind: str = ""
    claimed: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class PlatformDetails:
    """One manifest of an index. `attests` names the image whose BuildKit attestation it is.

    `size` is in bytes, None where the manifest was not asked for; `manifest` likewise. `os_version` is what an index
    with several images for Windows tells them apart by; `is_index` says that the entry is an index itself.
    """

    platform: str
    digest: str
    attests: str = ""
    size: int | None = None
    manifest: Manifest | None = None
    os_version: str = ""
    is_index: bool = False

    @property
    def name(self) -> str:
        """The platform in words: `windows/amd64 10.0.20348.2113`, or that there is none."""
        if self.platform:
            return f"{self.platform} {self.os_version}".rstrip()
        return "another index, not looked into" if self.is_index else "no platform named"


def platform_names(platforms: tuple[PlatformDetails, ...]) -> tuple[str, ...]:
    """Return what each entry of an index is, in words; BuildKit's attestations as such, with what they are for."""
    names = {one.digest: one.name for one in platforms if not one.attests}
    return tuple(
        f"BuildKit attests {names.get(one.attests) or one.attests[:19]}" if one.attests else one.name
        for one in platforms
    )


@dataclass(frozen=True, slots=True)
class Details:
    """One manifest with everything around it. Texts are clean, `body` is as sent.

    `digest` is the body's own (of schema 1 without its signatures), `claimed` what the registry's header said of it and
    `verified` whether that is the same. For an index, `platform` names the
    entry whose `image`, `config` and `layers` are here (this host's, else the first), `platforms` lists all;
    for an image `image` is `manifest`. `size` is config and layers of that image in bytes, `total_size` those of all
    platforms, each content counted once, None where not all are known. `notes` are sentences about what is odd or
    could not be had. `attached` are cosign's tags, where they were asked for. `chart` is what a Helm chart says of
    itself. `image_body` is the manifest of an index' platform, and `config_body` the configuration of the image or
    chart, as sent; empty where there is none.
    """

    place: Place
    repository: str
    reference: str
    digest: str
    claimed: str
    manifest: Manifest
    body: bytes = field(repr=False)
    verified: bool = True
    platform: str = ""
    platforms: tuple[PlatformDetails, ...] = ()
    image: Manifest | None = None
    config: ImageConfig | None = None
    created: datetime | None = None
    layers: tuple[Layer, ...] = ()
    referrers: tuple[Entry, ...] = ()
    size: int | None = None
    total_size: int | None = None
    notes: tuple[str, ...] = ()
    attached: tuple[Attached, ...] = ()
    chart: tuple[tuple[str, str], ...] = ()
    image_body: bytes = field(default=b"", repr=False)
    config_body: bytes = field(default=b"", repr=False)

    @property
    def is_sized(self) -> bool:
        """Whether the layers' sizes are known: schema 1 tells none."""
        return self.image is None or self.image.inline is None

    @property
    def labels(self) -> tuple[tuple[str, str], ...]:
        """The labels of the image's configuration."""
        return self.config.labels if self.config else ()

    @property
    def annotations(self) -> tuple[tuple[str, str], ...]:
        """The annotations of the manifest, then those of the platform's that it does not have."""
        return self.annotations_with(self.image)

    def annotations_with(self, image: Manifest | None) -> tuple[tuple[str, str], ...]:
        """Return the annotations of the manifest, then those of an image of its that it does not have."""
        own = self.manifest.annotations
        inner = image.annotations if image is not None and image is not self.manifest else ()
        names = {name for name, _ in own}
        return (*own, *((name, text) for name, text in inner if name not in names))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same name in a registry of the host: its digest, or what came of asking. `same`: the digest is equal.

    `mirror` is the URL of a mirror of the registry that was asked in its place, empty for the registry itself.
    `order` is its number among those that are asked, in the engine's order: answers come in any.
    """

    registry: str
    digest: str | None
    outcome: Outcome
    text: str
    same: bool = False
    mirror: str = ""
    order: int = 0
