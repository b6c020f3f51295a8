"""What to say where a registry lists no repositories, and what works there instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.browse.models import ListingEnded
from regtui.browse.searching import can_search
from regtui.outcome import Outcome
from regtui.registry.errors import AnswerRefused, TokenError
from regtui.registry.replies import reason_of

if TYPE_CHECKING:
    from regtui.browse.browser import PlaceBrowser
    from regtui.browse.models import Place
    from regtui.registry.errors import RegistryError
    from regtui.registry.replies import Reply

NO_CATALOG = frozenset({401, 403, 404, 405, 501})
"""Statuses of a registry that has no catalog, or none for this user."""

_KNOWN = {
    "docker.io": ("Docker Hub offers no catalog", "type a repository, such as library/debian"),
    "ghcr.io": ("ghcr.io offers no catalog", "type a repository: OWNER/NAME"),
    "registry.gitlab.com": ("GitLab lists no catalog for its users", "type a repository: GROUP/PROJECT"),
    "public.ecr.aws": ("public.ecr.aws offers no catalog", "type a repository: ALIAS/NAME"),
}
_HARBOR = "harbor-registry"
_TYPE = "type a repository name, its tags are listed all the same"
_SEARCH = "or the beginning of one, to search for it"


def is_no_catalog(error: RegistryError, browser: PlaceBrowser) -> bool:
    """Say whether an error means that there is no catalog for this user, and not that the login itself is refused."""
    match error:
        case AnswerRefused():
            return error.answer.status in NO_CATALOG and "/_catalog" in error.answer.asked
        case TokenError():
            return error.answer.status in NO_CATALOG and not browser.has_login
        case _:
            return False


def instead(error: RegistryError, browser: PlaceBrowser) -> ListingEnded:
    """Return the end of a listing that is not offered: a plain sentence, and what works."""
    place = browser.place
    answer: Reply | None = getattr(error, "answer", None)
    known = None if place.mirror else _KNOWN.get(place.registry)
    if known is not None:
        sentence, works = known
    elif browser.service == _HARBOR:
        sentence, works = f"{place.title} lists its catalog to administrators alone, as Harbor does", _TYPE
    else:
        why = reason_of(answer) if answer is not None else str(browser.explained(error))
        sentence, works = f"{place.title} offers no catalog ({why})", _TYPE
    if can_search(place):
        works = f"{works}, {_SEARCH}"
    withheld = error.withheld if isinstance(error, TokenError) else ""
    login = "" if known is not None else browser.login
    parts = [part for part in (f"{sentence}: {works}", withheld, login) if part]
    return ListingEnded(False, "; ".join(parts), _outcome(answer), offered=False)


def _outcome(answer: Reply | None) -> Outcome:
    match answer.status if answer is not None else 0:
        case 401:
            return Outcome.UNAUTHORIZED
        case 403:
            return Outcome.DENIED
        case _:
            return Outcome.NOT_FOUND


def is_known(place: Place) -> bool:
    """Say whether the registry is known to have no catalog for anybody."""
    return not place.mirror and place.registry in _KNOWN
