"""What refers to an image: by the referrers API page by page, else by the tag that stands in for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.registry.descriptors import ManifestError
from regtui.registry.errors import AnswerRefused
from regtui.registry.jsonbody import off_loop
from regtui.registry.manifests import OCI_INDEX, Kind, read_manifest
from regtui.registry.names import fallback_tag
from regtui.registry.pagination import Next, next_page

if TYPE_CHECKING:
    from regtui.browse.browser import PlaceBrowser
    from regtui.registry.manifests import Entry, Manifest
    from regtui.registry.replies import Reply

MOST_PAGES = 20
"""Pages of what refers to an image; real ones have one."""
MOST_ENTRIES = 2000
"""Things that refer to one image: signatures, attestations, lists of materials."""
_NO_API = frozenset({400, 403, 404, 405, 500, 501})
"""Statuses of registries without the API; the specification knows 404 alone, the others are seen in the field."""


@dataclass(frozen=True, slots=True)
class Referring:
    """The descriptors of what refers to an image, and a sentence where they are not all."""

    entries: tuple[Entry, ...] = ()
    note: str = ""


async def read_referrers(browser: PlaceBrowser, repository: str, digest: str) -> Referring:
    """Return what refers to a digest. An answer that is no index means that nothing does (distribution-spec)."""
    try:
        return await _by_pages(browser, repository, digest)
    except AnswerRefused as error:
        if error.answer.status not in _NO_API:
            return Referring((), f"what refers to the image cannot be told: {error}")
    try:
        fetched = await browser.manifest(repository, fallback_tag(digest))
    except AnswerRefused as error:
        return Referring((), "" if error.answer.status == 404 else f"what refers to the image cannot be told: {error}")
    manifest = fetched.manifest
    return Referring(manifest.entries, _unusable(manifest.invalid)) if manifest.kind is Kind.INDEX else Referring()


async def _by_pages(browser: PlaceBrowser, repository: str, digest: str) -> Referring:
    url = browser.url_of(f"{repository}/referrers/{digest}")
    visited: set[str] = set()
    entries: dict[str, Entry] = {}
    invalid = 0
    while True:
        reply = await browser.referrers_page(repository, digest, url)
        visited.add(url)
        try:
            index = await _index(reply)
        except ManifestError as error:
            return Referring(tuple(entries.values()), f"what refers to the image cannot be read: {error}")
        if index is not None:
            entries.update((entry.descriptor.digest, entry) for entry in index.entries)
            invalid += index.invalid
        onward = next_page(url, reply.links, visited)
        why = "" if isinstance(onward, Next) else onward.reason
        if isinstance(onward, Next) and (len(visited) >= MOST_PAGES or len(entries) >= MOST_ENTRIES):
            why = f"the first {len(entries)} that refer to the image are shown"
        if why or not isinstance(onward, Next):
            return Referring(tuple(entries.values()), "; ".join(filter(None, (why, _unusable(invalid)))))
        url = onward.url


async def _index(reply: Reply) -> Manifest | None:
    """Return a page of referrers, None for what is none: a web page, another manifest. ManifestError for a broken one.

    What is sent as an index shall be one; of anything else the specification says that nothing refers to the image.
    """
    try:
        index = await off_loop(len(reply.body), partial(read_manifest, reply.body, reply.content_type))
    except ManifestError:
        if reply.media_type == OCI_INDEX:
            raise
        return None
    return index if index.kind is Kind.INDEX else None


def _unusable(count: int) -> str:
    return f"{count} entries of what refers to the image are unusable or beyond the limit" if count else ""
