"""Following a listing's pages without being led astray or round in circles: which page is next, and when to stop."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from regtui.frozen import dataclass
from regtui.registry.jsonbody import MOST_VALUES, BodyError, load_object, values_end
from regtui.registry.links import next_target
from regtui.registry.names import is_repository, is_tag
from regtui.registry.weburl import DEFAULT_PORTS, WebUrl, parse_url, resolve
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

TOO_MANY = f"has more than {MOST_VALUES:,} entries"
"""Of a page that is not read to its end."""
_WIDE = 1024 * 1024
"""Bytes of a page beyond which `?` stands for each that is not ASCII: no name has one, Python takes four for it."""
_ASCII = bytes(byte if byte < 0x80 else ord("?") for byte in range(256))
MOST_PAGES = 5_000
"""Pages of one listing: five million names of a registry that gives a thousand a page."""
MOST_NAMES = 2_000_000
"""Names of one listing; as text they take some 90 MB."""
MOST_BYTES = 256 * 1024 * 1024
"""Bytes of one listing's pages together, so that pages of garbage end before the names do."""
IDLE_PAGES = 2
"""Pages in a row without a new name after which a listing is taken to go round in circles."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one page that may be put into a URL, in the registry's order; `invalid` counts the others.

    `cut` says that the page had more entries than are read of one.
    """

    names: tuple[str, ...] = ()
    invalid: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Next:
    """The URL of the next page, on the origin and path of the one before."""

    url: str


@dataclass(frozen=True, slots=True)
class Stop:
    """There is no next page; `reason` is empty where the listing is complete, else why it is not followed."""

    reason: str = ""


def parse_catalog(body: bytes, *, truncated: bool = False) -> Names:
    """Return the repositories of a `_catalog` page, of a truncated one those that came whole; raises BodyError."""
    return names_in(page_document(body, truncated=truncated), "repositories")


def parse_tags(body: bytes, *, truncated: bool = False) -> Names:
    """Return the tags of a `tags/list` page, `null` being an empty list (Nexus); otherwise as `parse_catalog`.

    Digests among the tags (Artifactory, skopeo#2346) count as invalid: they name no tag.
    """
    return names_in(page_document(body, truncated=truncated), "tags")


@dataclass(frozen=True, slots=True)
class PageDocument:
    """The JSON object of a page; `cut` says that it had more entries than are read of one."""

    fields: dict[str, object]
    cut: bool = False


def page_document(body: bytes, *, truncated: bool = False) -> PageDocument:
    """Return the object of a page, of a truncated or too long one with the entries that came whole; BodyError."""
    if len(body) > _WIDE and not body.isascii():
        body = body.translate(_ASCII)
    end = values_end(body)
    if end == len(body):
        return PageDocument(load_object(_until(body, body.rfind(b'",') + 1) if truncated else body))
    try:
        return PageDocument(load_object(_until(body, body.rfind(b",", 0, end + 1))), cut=True)
    except BodyError:  # the comma stood inside an entry
        return PageDocument(load_object(_until(body, body.rfind(b'",', 0, end) + 1)), cut=True)


def _until(body: bytes, end: int) -> bytes:
    return body[: max(end, 0)] + b"]}"


def names_in(page: PageDocument, key: str) -> Names:
    """Return the names of a page, each looked at; raises BodyError where there is no list of them."""
    document = page.fields
    listed = document.get(key)
    if listed is None and (key in document or "errors" not in document):
        return Names()
    if not isinstance(listed, list):
        raise BodyError(f"it has no list of {key}")
    valid = is_repository if key == "repositories" else is_tag
    names = [name for name in listed if isinstance(name, str) and valid(name)]
    return Names(tuple(dict.fromkeys(names)), len(listed) - len(names), page.cut)


def refuses_page_size(status: int, body: bytes) -> bool:
    """Say whether an answer refuses the number of names asked for (`n`), so that asking without one may help.

    distribution answers 400 with PAGINATION_NUMBER_INVALID; ECR says 400 or 405 with a text of its own, and others
    400 or 422 with none.
    """
    if status not in (400, 405, 422):
        return False
    try:
        errors = load_object(body[: 64 * 1024]).get("errors")
    except BodyError:
        return status != 405
    codes = [entry.get("code") for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
    return not codes or "PAGINATION_NUMBER_INVALID" in codes or (status != 405 and "UNSUPPORTED" not in codes)


def next_page(request_url: str, link_values: tuple[str, ...], visited: AbstractSet[str] = frozenset()) -> Next | Stop:
    """Return where a page's Link header leads.

    Followed is a link to the same host and the same path, of which the query alone is taken: the origin and path of
    the request stay. So `http://` from a proxy that ends TLS does not downgrade, and nothing is asked that was not
    asked for (GHSA-h7vf-4x9w-h99v). `visited` holds the URLs asked before.
    """
    target = next_target(link_values)
    if target is None:
        return Stop()
    here = parse_url(request_url)
    there = resolve(here, _one_question_mark(target)) if here is not None else None
    if here is None or there is None or there.userinfo:
        return Stop("the registry's link to the next page is malformed")
    if there.host != here.host or (there.port != here.port and not _both_default(here, there)):
        shown = printable(there.authority, 100)
        return Stop(f"the registry's link to the next page leads to another host, {shown}, which is not asked")
    if not _same_listing(here.path, there.path):
        return Stop("the registry's link to the next page leads to another path")
    url = str(replace(here, query=there.query))
    if url in visited or url == str(here):
        return Stop("the registry's link to the next page leads back to an earlier page")
    return Next(url)


def _one_question_mark(target: str) -> str:
    """Return the target with further `?` read as `&` (cloudflare/serverless-registry#75)."""
    path, mark, query = target.partition("?")
    return path + mark + query.replace("?", "&")


def _both_default(here: WebUrl, there: WebUrl) -> bool:
    return here.port == DEFAULT_PORTS[here.scheme] and there.port == DEFAULT_PORTS[there.scheme]


def _same_listing(here: str, there: str) -> bool:
    """Compare paths from `/v2/` on: a proxy may put a prefix before it that the registry does not know."""
    suffix = unquote(here[here.rfind("/v2/") :] if "/v2/" in here else here)
    return unquote(there).endswith(suffix)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing: the names that are new, how many entries were no names, and where it goes on."""

    names: tuple[str, ...]
    invalid: int
    onward: Next | Stop


class Listing:
    """The state of one listing across its pages: what was asked, how much came, and whether it still brings news."""

    def __init__(self) -> None:
        self.pages = 0
        self.names = 0
        self._bytes = 0
        self._idle = 0
        self._last = ""
        self._visited: set[str] = set()
        self._seen: set[int] = set()  # hashes of whole pages: a set of millions of names would cost too much

    def take(self, page: Names, size: int, url: str, link_values: tuple[str, ...]) -> Page:
        """Count a page of `size` bytes, asked for as `url`, in, and return what of it is new and where to go on.

        New are all names but a page that came before, and a first name that ended the page before (a registry
        that takes `last` as inclusive).
        """
        print_ = hash(page.names)
        names = () if print_ in self._seen else page.names
        if names and names[0] == self._last:
            names = names[1:]
        self._last = names[-1] if names else self._last
        self._seen.add(print_)
        self._visited.add(url)
        self._idle = 0 if names else self._idle + 1
        self.pages += 1
        self.names += len(names)
        self._bytes += size
        return Page(names, page.invalid, self._onward(next_page(url, link_values, self._visited)))

    def _onward(self, onward: Next | Stop) -> Next | Stop:
        if isinstance(onward, Stop):
            return onward
        if self._idle >= IDLE_PAGES:
            return Stop("the registry's pages bring no new names")
        if self.pages >= MOST_PAGES or self.names >= MOST_NAMES or self._bytes >= MOST_BYTES:
            return Stop(f"the first {self.names} names in {self.pages} pages are shown; the registry has more")
        return onward
