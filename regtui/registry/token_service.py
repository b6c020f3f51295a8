"""The requests to a token service: GET with a password or anonymously, POST with an identity token."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from regtui.frozen import dataclass
from regtui.outcome import Stage, Trouble
from regtui.registry import limits
from regtui.registry.asking import Errand
from regtui.registry.auth import Authorization, basic, has_password, secret_name
from regtui.registry.errors import NetworkError, TokenError
from regtui.registry.redirects import is_redirect
from regtui.registry.replies import reason_of
from regtui.registry.tokens import Token, TokenAnswerError, read_token
from regtui.registry.weburl import WebUrl, with_query
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.host.credentials import Credential
    from regtui.registry.asking import Asker, RequestWatch
    from regtui.registry.replies import Reply
    from regtui.registry.tls import TlsRules

CLIENT_ID = "docker"
"""What docker calls itself to a token service (registry/auth.go, AuthClientID)."""
_NO_POST = frozenset({400, 401, 404, 405})
"""What services answer that know no POST: 404 by the documentation, ACR 400, Artifactory 401, others 405."""
_TOKEN_USER = "<token>"  # noqa: S105 - the user name that stands for an identity token, no secret


@dataclass(frozen=True, slots=True)
class TokenQuestion:
    """What a token is asked for. `credential` is one that may be sent to the realm, `withheld` why none may.

    `tolerant` reads the answer as a person would, and falls back from POST to GET.
    """

    realm: WebUrl
    service: str
    scopes: tuple[str, ...]
    tls: TlsRules
    credential: Credential | None = None
    withheld: str = ""
    tolerant: bool = False

    def with_credential(self, credential: Credential) -> TokenQuestion:
        """Return the question asked with a credential."""
        return replace(self, credential=credential)

    def withholding(self, sentence: str) -> TokenQuestion:
        """Return the question asked anonymously, with the sentence about what is kept back."""
        return replace(self, withheld=sentence)


async def fetch_token(asker: Asker, question: TokenQuestion, watch: RequestWatch | None) -> Token:
    """Return a token; raises NetworkError or TokenError.

    Sources: client/auth/session.go of docker/distribution (fetchTokenWithBasicAuth, fetchTokenWithOAuth), and the
    documentation in its auth/token.md and auth/oauth.md. A redirect is followed for an anonymous question alone.
    """
    credential = question.credential
    if credential is None or not credential.identity_token:
        return _token(await _get(asker, question, watch), question)
    reply = await _post(asker, question, credential.identity_token.reveal(), watch)
    may_fall_back = question.tolerant and credential.username != _TOKEN_USER and has_password(credential)
    if reply.status in _NO_POST and may_fall_back:
        return _token(await _get(asker, question, watch), question)
    return _token(reply, question)


def get_url(question: TokenQuestion) -> str:
    """Return the URL of the GET, as Go writes it."""
    parameters = [("service", question.service)] if question.service else []
    parameters += [("scope", scope) for scope in question.scopes]
    if question.credential is not None and has_password(question.credential):
        parameters.append(("account", question.credential.username))
    return str(with_query(question.realm, tuple(parameters)))


async def _get(asker: Asker, question: TokenQuestion, watch: RequestWatch | None) -> Reply:
    credential = question.credential
    proof = Authorization.none()
    if credential is not None and has_password(credential):
        proof = basic(question.realm.origin, credential)
    return await _ask(asker, Errand(get_url(question), Stage.AUTH, authorization=proof), question, watch)


async def _post(asker: Asker, question: TokenQuestion, identity_token: str, watch: RequestWatch | None) -> Reply:
    fields = {
        "client_id": CLIENT_ID,
        "grant_type": "refresh_token",
        "refresh_token": identity_token,
        "scope": " ".join(question.scopes),
        "service": question.service,
    }
    errand = Errand(
        str(question.realm),
        Stage.AUTH,
        "POST",
        (("Content-Type", "application/x-www-form-urlencoded"),),
        body=urlencode(fields, errors="surrogateescape").encode("ascii"),
    )
    return await _ask(asker, errand, question, watch)


async def _ask(asker: Asker, errand: Errand, question: TokenQuestion, watch: RequestWatch | None) -> Reply:
    errand = replace(errand, tls=question.tls, body_limit=limits.TOKEN_BYTES, follow=question.credential is None)
    reply = await asker.ask(errand, watch)
    if not errand.follow and is_redirect(reply.status, reply.location):
        shown = printable(strip_userinfo(reply.location or ""), 200)
        secret = secret_name(question.credential) if question.credential else "a secret"
        sentence = f"{question.realm.authority} redirects to {shown}, and {secret} is not sent on to there"
        error = NetworkError(Stage.AUTH, Trouble.REDIRECT, sentence, go=sentence, own_limit=True)
        raise error.asked(errand.method, errand.url)
    return reply


def _token(reply: Reply, question: TokenQuestion) -> Token:
    place = f"the token service {question.realm.authority}"
    if not reply.is_success:
        raise TokenError(f"{place} answered {reason_of(reply)}", answer=reply, withheld=question.withheld)
    if reply.truncated:
        sentence = f"{place} answered with more than {limits.TOKEN_BYTES} bytes"
        go = "unable to decode token response: unexpected EOF"
        raise TokenError(sentence, answer=reply, go=go, withheld=question.withheld)
    try:
        posted = reply.method == "POST"
        return read_token(reply.body, datetime.now(UTC), posted=posted, tolerant=question.tolerant)
    except TokenAnswerError as error:
        raise TokenError(f"{place}: {error}", answer=reply, go=error.go, withheld=question.withheld) from None
