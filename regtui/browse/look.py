"""One manifest in detail: what it is, its platforms, the image behind it, and what refers to it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.browse.browser import opened
from regtui.browse.charts import CONFIG, read_chart
from regtui.browse.facts import AT_ONCE
from regtui.browse.images import entry_for, is_for, is_index, read_image
from regtui.browse.models import BrowseError, Details, PlatformDetails
from regtui.browse.order import KINDS, Attached
from regtui.browse.referring import Referring, read_referrers
from regtui.browse.where import is_hub
from regtui.outcome import Outcome
from regtui.registry.errors import RegistryError
from regtui.registry.image_config import join_layers
from regtui.registry.jsonbody import BodyError
from regtui.registry.manifests import Kind
from regtui.registry.names import fallback_tag, is_digest, is_repository, is_tag
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.browse.browser import PlaceBrowser
    from regtui.browse.charts import Chart
    from regtui.browse.images import Image
    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession
    from regtui.registry.browsing import Fetched
    from regtui.registry.manifests import Entry, Manifest

MOST_PLATFORMS = 24
"""Entries of an index whose manifests are asked for; official images have a dozen."""


async def details(
    session: BrowseSession,
    place: Place,
    repository: str,
    reference: str,
    *,
    everything: bool | None = None,
    attached: bool = False,
) -> Details:
    """Return the manifest of a tag or digest with what belongs to it; BrowseError.

    `everything` also asks for the manifests of all platforms, for their sizes, and for what refers to the image. By
    default that is so but on a mirror, which would fetch and store it, and on Docker Hub, which counts manifests as
    pulls and is asked for referrers alone. An index inside an index is listed and not asked for. `attached` also asks,
    with HEAD, for the tags that cosign writes; who has the list of tags knows them from there.
    """
    if not is_repository(repository) or not (is_tag(reference) or is_digest(reference)):
        name = printable(f"{repository}:{reference}", 200)
        raise BrowseError(f"{name} names no image: it is REPOSITORY:TAG or REPOSITORY@DIGEST", Outcome.INVALID)
    browser = await opened(session, place)
    looked_at = _Look(session, browser, repository)
    refers = everything is True or not place.caches
    sizes = refers and (everything is True or (everything is None and not is_hub(place)))
    try:
        fetched = await looked_at.fetch(reference)
        async with asyncio.TaskGroup() as group:
            referring = group.create_task(looked_at.referring(fetched.manifest.digest, wanted=refers))
            image = group.create_task(looked_at.image(fetched.manifest, sizes=sizes))
            tags = [group.create_task(looked_at.tag(fetched, kind)) for kind in KINDS if refers and attached]
    except RegistryError as error:
        raise browser.explained(error) from error
    found = looked_at.assembled(reference, fetched, image.result(), referring.result())
    return replace(found, attached=tuple(tag for task in tags if (tag := task.result()) is not None))


async def manifest_of(
    session: BrowseSession, place: Place, repository: str, reference: str, *, of_platform: bool = False
) -> Fetched:
    """Return the manifest of a tag or digest as it was sent, with nothing else asked for; BrowseError.

    `of_platform`: of an index the manifest of the session's platform.
    """
    browser = await opened(session, place)
    try:
        fetched = await _Look(session, browser, repository).fetch(reference)
        if not of_platform or fetched.manifest.kind is not Kind.INDEX:
            return fetched
        entry = entry_for(fetched.manifest, session.platform)
        if entry is None or not is_for(entry, session.platform):
            raise BrowseError(f"{place.title}: it has no image for {session.platform}", Outcome.NOT_FOUND)
        return await browser.content(repository, entry.descriptor.digest)
    except RegistryError as error:
        raise browser.explained(error) from error


class _Look:
    """One look at one manifest: what was found on the way, and what was odd."""

    def __init__(self, session: BrowseSession, browser: PlaceBrowser, repository: str) -> None:
        self._platform = session.platform
        self._browser = browser
        self._repository = repository
        self._notes: list[str] = []
        self._chosen: Entry | None = None
        self._children: dict[str, Manifest] = {}
        self._image_body = b""
        self._chart: Chart | None = None

    async def fetch(self, reference: str) -> Fetched:
        """Return the manifest; on Docker Hub a HEAD tells its digest first: the cache may have it without a pull."""
        wanted = reference
        if not is_digest(reference) and is_hub(self._browser.place):
            reply = await self._browser.head(self._repository, reference)
            wanted = reply.digest if is_digest(reply.digest) else reference
        fetched = await self._browser.content(self._repository, wanted)
        if wanted != reference and not fetched.claimed:  # from the cache: the answer to HEAD named it
            fetched = replace(fetched, claimed=wanted)
        manifest = fetched.manifest
        if fetched.is_misnamed:
            claimed = printable(fetched.claimed, 80)
            self._notes.append(f"DIGEST MISMATCH: the header says {claimed}, the content is {manifest.digest}")
        if manifest.note:
            self._notes.append(manifest.note)
        return fetched

    async def referring(self, digest: str, *, wanted: bool) -> Referring:
        """Return what refers to the manifest."""
        if not wanted:
            return Referring((), "a mirror is not asked what refers to an image")
        try:
            return await read_referrers(self._browser, self._repository, digest)
        except RegistryError as error:
            return Referring((), f"what refers to the image cannot be told: {error}")

    async def tag(self, fetched: Fetched, kind: str) -> Attached | None:
        """Return the tag of a signature or the like, None where there is none or nobody can tell."""
        if self._browser.held:
            return None
        tag = f"{fallback_tag(fetched.manifest.digest)}.{kind}"
        try:
            await self._browser.head(self._repository, tag)
        except RegistryError:
            return None
        return Attached(kind, tag)

    async def image(self, manifest: Manifest, *, sizes: bool) -> Image | None:
        """Return the image that is shown: of an index the platform's; with `sizes` the others are fetched too."""
        if manifest.kind is not Kind.INDEX:
            await self._read_chart(manifest)
            return await read_image(self._browser, self._repository, manifest)
        self._chosen = entry_for(manifest, self._platform)
        if self._chosen is not None and not is_for(self._chosen, self._platform):
            shown = self._chosen.platform or "its first entry"
            self._notes.append(f"it has no image for {self._platform}: {shown} is shown")
        wanted = [self._chosen] if self._chosen else []
        wanted += [entry for entry in manifest.entries if sizes and not entry.attests and not is_index(entry)]
        digests = list(dict.fromkeys(entry.descriptor.digest for entry in wanted))
        if len(digests) > MOST_PLATFORMS:
            self._notes.append(f"the first {MOST_PLATFORMS} of {len(digests)} entries were asked for their sizes")
        limit = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for digest in digests[:MOST_PLATFORMS]:
                group.create_task(self._child(digest, limit))
        child = self._children.get(self._chosen.descriptor.digest) if self._chosen else None
        return await read_image(self._browser, self._repository, child) if child is not None else None

    async def _child(self, digest: str, limit: asyncio.Semaphore) -> None:
        async with limit:
            try:
                fetched = await self._browser.content(self._repository, digest)
            except RegistryError as error:
                self._notes.append(f"one entry cannot be had: {error}")
            else:
                self._children[digest] = fetched.manifest
                if self._chosen is not None and digest == self._chosen.descriptor.digest:
                    self._image_body = fetched.body

    async def _read_chart(self, manifest: Manifest) -> None:
        if manifest.config is None or manifest.config.media_type != CONFIG:
            return
        try:
            self._chart = read_chart(await self._browser.config_blob(self._repository, manifest.config))
        except (RegistryError, BodyError) as error:
            self._notes.append(f"what the chart says of itself cannot be had: {error}")

    def assembled(self, reference: str, fetched: Fetched, image: Image | None, referring: Referring) -> Details:
        """Put everything together."""
        manifest = fetched.manifest
        platforms = tuple(self._platform_details(entry) for entry in manifest.entries)
        notes = [*self._notes, image.trouble if image else "", _history_note(image), referring.note]
        if manifest.invalid:
            notes.append(f"{manifest.invalid} entries of the index are unusable or beyond the limit")
        parts = [self._children.get(each.digest) for each in platforms if not each.attests] or [manifest]
        known = [part for part in parts if part is not None]
        return Details(
            place=self._browser.place,
            repository=self._repository,
            reference=reference,
            digest=manifest.digest,
            claimed=printable(fetched.claimed, 200),
            manifest=manifest,
            body=fetched.body,
            verified=not fetched.is_misnamed,
            platform=self._chosen.platform if self._chosen else (image.platform if image else ""),
            platforms=platforms,
            image=image.manifest if image else None,
            config=image.config if image else None,
            created=image.created if image else None,
            layers=join_layers(image.manifest.layers, image.config.history if image.config else ()) if image else (),
            referrers=referring.entries,
            size=image.manifest.content_size if image else None,
            total_size=_total(known) if len(known) == len(parts) else None,
            chart=self._chart.fields if self._chart else (),
            image_body=self._image_body,
            config_body=image.config.body if image and image.config else (self._chart.body if self._chart else b""),
            notes=tuple(note for note in notes if note),
        )

    def _platform_details(self, entry: Entry) -> PlatformDetails:
        child = self._children.get(entry.descriptor.digest)
        size = child.content_size if child is not None else None
        names = entry.descriptor.platform
        version = names.os_version if names is not None and not entry.attests else ""
        digest = entry.descriptor.digest
        return PlatformDetails(entry.platform, digest, entry.attests, size, child, version, is_index(entry))


def _history_note(image: Image | None) -> str:
    """Say that steps and layers do not go together, where a builder wrote a history of another number of layers."""
    if image is None or image.config is None or not image.config.history:
        return ""
    told, layers = sum(not step.empty for step in image.config.history), len(image.manifest.layers)
    if told == layers:
        return ""
    return f"layers: {layers}, steps of the history that make one: {told}; which step made which is a guess"


def _total(manifests: list[Manifest]) -> int | None:
    """Return the bytes of all contents, each counted once; None where a manifest gives no sizes."""
    if any(manifest.content_size is None for manifest in manifests):
        return None
    parts = (part for manifest in manifests for part in (*manifest.layers, manifest.config) if part is not None)
    return sum({part.digest: part.size for part in parts}.values())
