"""An image behind a manifest: which entry of an index is meant, its configuration, its size and its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.browse.times import read_time
from regtui.frozen import dataclass
from regtui.registry.descriptors import ManifestError
from regtui.registry.errors import RegistryError
from regtui.registry.manifests import DOCKER_LIST, OCI_INDEX, Kind

if TYPE_CHECKING:
    from datetime import datetime

    from regtui.browse.browser import PlaceBrowser
    from regtui.engines.base import Platform
    from regtui.registry.image_config import ImageConfig
    from regtui.registry.manifests import Entry, Manifest

CREATED = "org.opencontainers.image.created"


@dataclass(frozen=True, slots=True)
class Image:
    """A manifest with its configuration; `trouble` says why there is none, empty where there should be none."""

    manifest: Manifest
    config: ImageConfig | None = None
    trouble: str = ""

    @property
    def created(self) -> datetime | None:
        """When it was made, by its configuration or its annotations."""
        texts = (self.config.created if self.config else "", dict(self.manifest.annotations).get(CREATED, ""))
        return next((moment for text in texts if (moment := read_time(text)) is not None), None)

    @property
    def platform(self) -> str:
        """`linux/arm64/v8` as the configuration says, empty where it does not."""
        config = self.config
        return "/".join(filter(None, (config.os, config.architecture, config.variant))) if config else ""


def entry_for(manifest: Manifest, platform: Platform) -> Entry | None:
    """Return the entry of an index for a platform, its variant if there is one, else the first image; None without.

    Entries that are attestations, or indexes themselves, are no images.
    """
    images = [entry for entry in manifest.entries if not entry.attests and not is_index(entry)]
    fitting = [entry for entry in images if _fits(entry, platform)]
    exact = [entry for entry in fitting if (entry.descriptor.platform and entry.descriptor.platform.variant)]
    wanted = [entry for entry in exact if _variant(entry) == platform.variant]
    return next(iter([*wanted, *fitting, *images]), None)


def is_index(entry: Entry) -> bool:
    """Say whether an entry is an index itself, by its type."""
    return entry.descriptor.media_type in (OCI_INDEX, DOCKER_LIST)


def is_for(entry: Entry, platform: Platform) -> bool:
    """Say whether an entry of an index is for a platform; one without a variant is for all of them."""
    return _fits(entry, platform) and _variant(entry) in ("", platform.variant or _variant(entry))


def _fits(entry: Entry, platform: Platform) -> bool:
    names = entry.descriptor.platform
    return names is not None and (names.os, names.architecture) == (platform.os, platform.architecture)


def _variant(entry: Entry) -> str:
    return entry.descriptor.platform.variant if entry.descriptor.platform else ""


async def read_image(browser: PlaceBrowser, repository: str, manifest: Manifest) -> Image:
    """Return a manifest with its configuration, where it is an image's; a configuration that fails is told in words."""
    if manifest.inline is not None:
        return Image(manifest, manifest.inline)
    if manifest.kind is not Kind.IMAGE or manifest.config is None:
        return Image(manifest)
    try:
        return Image(manifest, await browser.image_config(repository, manifest.config))
    except (RegistryError, ManifestError) as error:
        return Image(manifest, None, f"its configuration cannot be had: {error}")
