"""Searching Docker Hub and quay.io by the public interfaces of their web sites: without a login, and labelled as that.

Sources: hub.docker.com/v2/search/repositories (as its web site and podman search ask it), quay.io's API reference
(api/v1/find/repositories). They are no part of the distribution API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from regtui.browse.listing import ended
from regtui.browse.models import CatalogPage, ListingEnded, Origin
from regtui.browse.refusals import explained
from regtui.frozen import dataclass
from regtui.outcome import Stage
from regtui.registry.asking import Errand
from regtui.registry.errors import AnswerRefused, RegistryError
from regtui.registry.jsonbody import BodyError, load_object
from regtui.registry.limits import MIB
from regtui.registry.names import is_repository
from regtui.registry.replies import reason_of
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession

LONGEST_QUERY = 200
"""Characters of what is searched for."""
ANSWER_BYTES = 2 * MIB
"""Bytes of a page of search results; Docker Hub's have some 30 KiB."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """A search: its host, the URL of a page (from 1), how a result is named, and how many pages are read at most."""

    host: str
    page: Callable[[str, int], str]
    name: Callable[[dict[str, object]], str]
    has_more: Callable[[dict[str, object]], bool]
    pages: int


def _hub_url(query: str, page: int) -> str:
    return (
        f"https://hub.docker.com/v2/search/repositories/?{urlencode({'query': query, 'page': page, 'page_size': 100})}"
    )


def _hub_name(result: dict[str, object]) -> str:
    name = str(result.get("repo_name") or "")
    return f"library/{name}" if name and "/" not in name else name


def _quay_url(query: str, page: int) -> str:
    return f"https://quay.io/api/v1/find/repositories?{urlencode({'query': query, 'page': page})}"


def _quay_name(result: dict[str, object]) -> str:
    namespace = result.get("namespace")
    return f"{namespace.get('name')}/{result.get('name')}" if isinstance(namespace, dict) else ""


_ENGINES = {
    "docker.io": _Engine("hub.docker.com", _hub_url, _hub_name, lambda answer: bool(answer.get("next")), 2),
    "quay.io": _Engine("quay.io", _quay_url, _quay_name, lambda answer: answer.get("has_additional") is True, 5),
}


def can_search(place: Place) -> bool:
    """Say whether the place has a public search."""
    return not place.mirror and place.registry in _ENGINES


async def search(session: BrowseSession, place: Place, query: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
    """Yield what the registry's public search finds, then an end that is never complete; it raises nothing.

    No credential is sent. At most a few pages are read, one after the other.
    """
    engine = _ENGINES[place.registry]
    wanted = printable(query.strip(), LONGEST_QUERY)
    total, more = 0, True
    try:
        for page in range(1, engine.pages + 1):
            answer = await _asked(session, engine, wanted, page)
            names, invalid = _names(answer, engine)
            total += len(names)
            more = engine.has_more(answer)
            if names or invalid:
                yield CatalogPage(names, invalid, total, Origin.SEARCH, scanned=total)
            if not more:
                break
    except RegistryError as error:
        failure = ended(explained(error, place))
        yield ListingEnded(False, f"the search of {engine.host} failed: {failure.reason}", failure.outcome)
        return
    if not total:
        yield ListingEnded(False, f"the search of {engine.host} finds nothing for {wanted}")
        return
    found = f"the first {total} that" if more else f"{total} that"
    yield ListingEnded(False, f"{found} the search of {engine.host} finds for {wanted}; it is no catalog")


async def _asked(session: BrowseSession, engine: _Engine, query: str, page: int) -> dict[str, object]:
    errand = Errand(
        engine.page(query, page),
        Stage.MANIFEST,
        headers=(("Accept", "application/json"),),
        body_limit=ANSWER_BYTES,
        follow=False,
    )
    reply = await session.asker().ask(errand)
    if reply.status != 200:
        raise AnswerRefused(f"{engine.host} answered {reason_of(reply)}", answer=reply)
    try:
        return load_object(reply.body)
    except BodyError as error:
        raise AnswerRefused(f"the answer of {engine.host} cannot be read: {error}", answer=reply) from None


def _names(answer: dict[str, object], engine: _Engine) -> tuple[tuple[str, ...], int]:
    listed = answer.get("results")
    results = listed if isinstance(listed, list) else []
    names = [engine.name(result) if isinstance(result, dict) else "" for result in results]
    valid = tuple(dict.fromkeys(name for name in names if is_repository(name)))
    return valid, sum(not is_repository(name) for name in names)
