"""The realm of a bearer challenge, as a URL that may be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.gourl import GoUrlError
from regtui.host.gourl import parse_url as parse_as_go
from regtui.outcome import Stage, Trouble
from regtui.registry.errors import ChallengeError, NetworkError
from regtui.registry.weburl import WebUrl, parse_url, resolve
from regtui.text import go_quote, printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.challenge import Challenge
    from regtui.registry.realms import RealmJudgement


def realm_url(challenge: Challenge, base: str = "") -> WebUrl:
    """Return the realm; a relative one is resolved against `base`, where there is one.

    Raises ChallengeError for what the engine finds no realm in (session.go, fetchToken), NetworkError for a realm that
    it would ask and cannot, or that regtui does not ask.
    """
    realm = challenge.get("realm")
    if realm is None:
        go = "no realm specified for token auth challenge"
        raise ChallengeError("the registry asks for a token and does not say where to get one", go=go)
    shown = printable(strip_userinfo(realm), 200)
    try:
        scheme = parse_as_go(realm).scheme
    except GoUrlError as error:
        go = f"invalid token auth challenge realm: parse {shown}: {error}"
        raise ChallengeError(f"the registry names a token service that is no URL: {shown}", go=go) from None
    here = parse_url(base)
    url = resolve(here, realm) if here is not None and not scheme else parse_url(realm)
    if url is not None:
        return url
    known = scheme in ("http", "https")
    go = "malformed realm" if known else f"unsupported protocol scheme {go_quote(scheme)}"
    sentence = f"the registry names a token service that is no http or https URL: {shown}"
    raise NetworkError(Stage.AUTH, Trouble.PROTOCOL, sentence, go=go, own_limit=known).asked("GET", shown)


def refused_realm(registry: str, realm: WebUrl, judgement: RealmJudgement) -> NetworkError:
    """Return the error for a realm that is not even connected to."""
    sentence = f"{registry} names {realm.authority} as its token service, which {judgement.reason}; it was not asked"
    return NetworkError(Stage.AUTH, Trouble.REDIRECT, sentence, go=sentence, own_limit=True)
