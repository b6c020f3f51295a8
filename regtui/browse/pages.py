"""Pages of names: read without a look at each single name, and followed to the end of the listing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from regtui.frozen import dataclass
from regtui.registry.errors import AnswerRefused
from regtui.registry.jsonbody import BodyError, off_loop
from regtui.registry.limits import MIB, PAGE_BYTES
from regtui.registry.names import LONGEST_REPOSITORY, is_repository, is_tag
from regtui.registry.pagination import (
    TOO_MANY,
    Listing,
    Names,
    Next,
    Page,
    names_in,
    page_document,
    refuses_page_size,
)
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from regtui.registry.replies import Reply

REPOSITORIES, TAGS = "repositories", "tags"
FIRST_SIZE, SIZE = 100, 1000
"""Names of the first page, which should be on the screen at once, and of those after it: the most that ECR gives."""
LONGEST_TAG = 128
"""Characters of a tag (distribution-spec, Pulling manifests)."""
MOST_EXAMPLES = 3
"""Entries that are no names and are shown all the same, for whoever runs the registry."""
PAGE_MIB = PAGE_BYTES // MIB

_LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"
_OF_REPOSITORIES = _LETTERS + b"._/-\n"
_OF_TAGS = _LETTERS + b"ABCDEFGHIJKLMNOPQRSTUVWXYZ._-\n"
_FIRST = "0"  # no tag is empty or begins with a period or a hyphen, which alone of a tag's characters sort before it
# Every separator, and the ends of a name, as one character: two in a row are worth a second look.
_SEPARATORS = bytes(ord(".") if character in b"._/-\n" else ord("a") for character in range(256))


@dataclass(frozen=True, slots=True)
class ReadPage:
    """The names of a page that are new, how many entries were no names and the first of those, cleaned."""

    names: tuple[str, ...]
    invalid: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """There are no more pages; `reason` is empty where all names came."""

    reason: str = ""


def read_names(body: bytes, key: str, *, truncated: bool = False) -> Names:
    """Return the names of a page as `pagination` reads them; a page without an odd name takes a fifth of the time."""
    page = page_document(body, truncated=truncated)
    names = _plain_names(page.fields.get(key), key)
    return names_in(page, key) if names is None else Names(names, cut=page.cut)


def _plain_names(names: object, key: str) -> tuple[str, ...] | None:
    """Return the names where a look at the whole page shows that each has the grammar and none comes twice."""
    if not isinstance(names, list) or not names:
        return None  # null and nothing are for `pagination` to judge
    try:
        joined = "\n".join([*names, ""])
    except TypeError:
        return None
    return tuple(names) if len(set(names)) == len(names) and lines_are_names(joined, names, key) else None


def lines_are_names(joined: str, names: Sequence[str], key: str) -> bool:
    """Say whether each name has the grammar, by a look at all of them joined, each with a line end.

    False may be wrong for rare names (`a--b`): those take the long way.
    """
    if not joined.isascii() or joined.count("\n") != len(names):
        return False
    text = b"\n" + joined.encode("ascii")
    if key == REPOSITORIES:
        if text.translate(None, _OF_REPOSITORIES) or b".." in text.translate(_SEPARATORS):
            return False
        longest = LONGEST_REPOSITORY
    else:
        if text.translate(None, _OF_TAGS) or min(names, default=_FIRST) < _FIRST:
            return False
        longest = LONGEST_TAG
    return max(map(len, names), default=0) <= longest


def grammar_of(key: str) -> Callable[[str], bool]:
    """Return what says whether a single name of the listing has the grammar."""
    return is_repository if key == REPOSITORIES else is_tag


def odd_entries(body: bytes, key: str) -> tuple[str, ...]:
    """Return the first entries of a page that are no names, fit to be shown."""
    try:
        listed = page_document(body).fields.get(key)
    except BodyError:
        return ()
    valid = grammar_of(key)
    odd = (entry for entry in (listed if isinstance(listed, list) else ()) if not _is_name(entry, valid))
    return tuple(printable(_as_sent(entry), 60) for entry, _ in zip(odd, range(MOST_EXAMPLES), strict=False))


def _as_sent(entry: object) -> str:
    """Return an entry as it stands in the page, of nested ones the brackets."""
    match entry:
        case str():
            return entry or '""'
        case None | bool():
            return {None: "null", True: "true", False: "false"}[entry]
        case dict():
            return "{...}"
        case list():
            return "[...]"
        case _:
            return str(entry)


def _is_name(entry: object, valid: Callable[[str], bool]) -> bool:
    return isinstance(entry, str) and valid(entry)


class Walk:
    """One listing from its first page on: `ask` gets the answer at a URL, a 200, or raises."""

    def __init__(
        self, ask: Callable[[str], Awaitable[Reply]], base: str, key: str, who: str, **parameters: str
    ) -> None:
        """`base` is the listing's URL without a query, `parameters` what the first page is asked with (`last`).

        `who` is the registry's name for sentences.
        """
        self._ask = ask
        self._base = base
        self._key = key
        self._who = who
        self._parameters = parameters
        self._listing = Listing()
        self._cut = ""

    async def pages(self) -> AsyncGenerator[ReadPage | Ended, None]:
        """Yield the pages and then how it ended; the errors of `ask`, and AnswerRefused for a page that is no list."""
        url, reply = await self._first()
        names = await self._read(reply)
        page = self._listing.take(names, len(reply.body), url, reply.links)
        yield await self._shown(page, reply)
        onward = page.onward
        if isinstance(onward, Next) and len(names.names) + names.invalid == FIRST_SIZE:
            larger = await self._larger()
            if larger is not None:
                url, reply = larger
                first = set(names.names)
                names = await self._read(reply)
                rest = replace(names, names=tuple(name for name in names.names if name not in first))
                page = self._listing.take(rest, len(reply.body), url, reply.links)
                yield await self._shown(page, reply)
                onward = page.onward
        while isinstance(onward, Next):
            reply = await self._ask(onward.url)
            page = self._listing.take(await self._read(reply), len(reply.body), onward.url, reply.links)
            yield await self._shown(page, reply)
            onward = page.onward
        yield Ended(onward.reason or (f"a page {self._cut}: its end is missing" if self._cut else ""))

    async def _first(self) -> tuple[str, Reply]:
        """Return the first page, with its URL: a small one, or whatever a registry gives that refuses the size."""
        small = self._url(n=FIRST_SIZE)
        try:
            return small, await self._ask(small)
        except AnswerRefused as error:
            if not refuses_page_size(error.answer.status, error.answer.body):
                raise
        plain = self._url()
        return plain, await self._ask(plain)

    async def _larger(self) -> tuple[str, Reply] | None:
        """Return a larger page from the same start, whose link leads to large pages; None where it is refused.

        The link of the small page is left as it is: registries refuse, or loop on, links that clients have changed.
        """
        large = self._url(n=SIZE)
        try:
            return large, await self._ask(large)
        except AnswerRefused:
            return None

    async def _read(self, reply: Reply) -> Names:
        read = partial(read_names, reply.body, self._key, truncated=reply.truncated)
        try:
            names = await off_loop(len(reply.body), read)
        except BodyError as error:
            if reply.truncated:
                sentence = f"{self._who} answered with a page larger than {PAGE_MIB} MiB, the start of which is no list"
                raise AnswerRefused(f"{sentence} of {self._key}", answer=reply) from None
            shown = printable(reply.media_type, 60) or "no type"
            sentence = f"{self._who} answered with {shown} that is no list of {self._key}: {error}"
            raise AnswerRefused(sentence, answer=reply) from None
        if reply.truncated or names.cut:
            self._cut = TOO_MANY if names.cut else f"was larger than {PAGE_MIB} MiB"
        return names

    async def _shown(self, page: Page, reply: Reply) -> ReadPage:
        if not page.invalid:
            return ReadPage(page.names)
        odd = await off_loop(len(reply.body), partial(odd_entries, reply.body, self._key))
        return ReadPage(page.names, page.invalid, odd)

    def _url(self, **more: int) -> str:
        query = urlencode({**self._parameters, **more})
        return f"{self._base}?{query}" if query else self._base
