"""From a registry's challenge to an Authorization header: what docker/distribution's client does, with a conscience."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from regtui.challenge import Challenge, parse_as_distribution, parse_challenges
from regtui.frozen import dataclass
from regtui.host.credentials import Secret
from regtui.registry.asking import peer_addresses
from regtui.registry.auth import (
    Authorization,
    AuthorizationKind,
    Granted,
    basic,
    can_prove,
    has_password,
    identity_of,
    secret_name,
)
from regtui.registry.challenges import realm_url, refused_realm
from regtui.registry.errors import ChallengeError, NetworkError, NoCredentials, TokenError
from regtui.registry.flights import Flights
from regtui.registry.realms import Pairs, RealmJudgement, RealmUse, judge, withheld_sentence
from regtui.registry.token_service import TokenQuestion, fetch_token, get_url
from regtui.registry.weburl import WebUrl, parse_url
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.registry.asking import Asker, RequestWatch
    from regtui.registry.credentials import CredentialStore, Stored
    from regtui.registry.places import Places
    from regtui.registry.replies import Reply
    from regtui.registry.target import Target
    from regtui.registry.tokens import Token

T = TypeVar("T")

EARLY = 5.0
"""Seconds before its end in which a token is not used any more."""
REJECTED = 30.0
"""Seconds for which browsing does not try a password again that was rejected: retries would lock the account."""
MOST_KEPT = 1000
"""Tokens, and rejections, that are kept; the oldest goes first."""


class Manner(StrEnum):
    """What an engine makes of several challenges.

    distribution: a bearer token, then basic instead of it (dockerd). first: the first that it knows
    (containers/image). containerd: bearer before basic, from the answer to any request.
    """

    DISTRIBUTION = "distribution"
    FIRST = "first"
    CONTAINERD = "containerd"


def chosen(offers: tuple[Challenge, ...], manner: Manner) -> tuple[Challenge, ...]:
    """Return the challenges that count for an engine."""
    if manner is Manner.DISTRIBUTION:
        return offers
    known = [offer for offer in offers if offer.scheme in ("basic", "bearer")]
    if manner is Manner.CONTAINERD:
        known.sort(key=lambda offer: offer.scheme != "bearer")
    return tuple(known[:1])


TokenKey = tuple[str, str, str, tuple[str, ...], str, bool]
"""Registry origin, realm, service, sorted scopes, identity; and whether browsing, whose tokens no engine may have."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be authorized: a target, the answer to its ping, the scopes, and in whose manner.

    `browsing` reads challenges and tokens tolerantly and spares a rejected password; else the engine's way is kept.
    `renew` does not take a token that was fetched before. `manner` is the engine's way with challenges.
    """

    target: Target
    ping: Reply
    scopes: tuple[str, ...]
    browsing: bool = False
    renew: bool = False
    manner: Manner = Manner.DISTRIBUTION

    @property
    def origin(self) -> str:
        """The origin that challenged: the target's own, or where its ping was redirected to."""
        url = parse_url(self.ping.url)
        return url.origin if url is not None else ""

    @property
    def offers(self) -> tuple[Challenge, ...]:
        """The challenges that count: docker/distribution keeps them by the URL that they came from, `.../v2/`."""
        is_ping = self.ping.url.partition("?")[0].endswith("/v2/")
        if self.ping.status != 401 or not (is_ping or self.manner is Manner.CONTAINERD):
            return ()
        if self.browsing:
            return parse_challenges(self.ping.challenges)
        return chosen(parse_as_distribution(self.ping.challenges), self.manner)

    @property
    def bearer(self) -> Challenge | None:
        """The first bearer challenge; of further ones the engine's token handler uses the first one's token too."""
        return next((offer for offer in self.offers if offer.scheme == "bearer"), None)


class Authorizer:
    """Grants authorizations; keeps tokens until shortly before their end, and fetches each once at a time."""

    def __init__(
        self,
        asker: Asker,
        places: Places,
        store: CredentialStore,
        *,
        allowed: Pairs,
        program: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`program` is who would have sent a secret that is withheld (`dockerd`), for the sentence about it."""
        self._asker = asker
        self._places = places
        self._store = store
        self._allowed = allowed
        self._program = program
        self._clock = clock
        self._tokens: dict[TokenKey, tuple[Token, float]] = {}
        self._rejected: dict[TokenKey, tuple[TokenError, float]] = {}
        self._flights: Flights[Token] = Flights()

    def allow(self, pairs: Pairs) -> None:
        """Let secrets go to the hosts of these pairs, too; as `normal_pairs` gives them."""
        self._allowed = self._allowed | pairs

    def forget(self) -> None:
        """Drop tokens and rejections: a person asked for another try."""
        self._tokens.clear()
        self._rejected.clear()

    async def grant(self, asked: Asked, watch: RequestWatch | None) -> Granted:
        """Return the authorization that the answer to a ping asks for; `RegistryClient.authorize` tells the errors.

        As docker/distribution's endpointAuthorizer: a bearer challenge first, whose token a basic challenge then
        overrides. Browsing is content with the bearer token.
        """
        offers, bearer = asked.offers, asked.bearer
        granted = Granted(Authorization.none())
        if bearer is not None:
            granted = await self._bearer(asked, bearer, watch)
            if asked.browsing:
                return granted
        if any(offer.scheme == "basic" for offer in offers):
            return await self._basic(asked)
        if offers and bearer is None and asked.browsing:
            schemes = ", ".join(sorted({printable(offer.scheme, 20) for offer in offers}))
            raise ChallengeError(f"{asked.target.authority} asks for {schemes}, which no engine speaks", go="")
        return granted

    async def realm(self, asked: Asked) -> WebUrl | None:
        """Return the token service that may be connected to ahead of a grant, None where there is none."""
        if asked.bearer is None:
            return None
        try:
            url = realm_url(asked.bearer, asked.ping.url if asked.browsing else "")
            judged = await self._judge(asked, url)
        except (ChallengeError, NetworkError):
            return None
        return None if judged.use is RealmUse.REFUSED else url

    async def _basic(self, asked: Asked) -> Granted:
        stored = await self._store.of(asked.target)
        place = asked.target.authority
        credential = stored.credential
        if credential is None or not has_password(credential):
            asks = f"{place} asks for a user name and a password"
            raise NoCredentials(asks, helper=stored.words, failed=stored.failed)
        if asked.origin != asked.target.origin:
            redirected = f"{secret_name(credential)} for {place} was not sent to {printable(asked.origin, 200)}"
            raise NoCredentials(f"{place} redirects to another server that asks for a password", withheld=redirected)
        if not asked.target.may_send_secrets:
            sentence = (
                f"{secret_name(credential)} was not sent to {place}, because it is plain HTTP and the registry is not "
                f"listed as insecure; {self._program} would have sent it"
            )
            raise NoCredentials(f"{place} asks for a password over plain HTTP", withheld=sentence)
        return Granted(basic(asked.origin, credential), words=stored.words)

    async def _bearer(self, asked: Asked, offer: Challenge, watch: RequestWatch | None) -> Granted:
        realm = realm_url(offer, asked.ping.url if asked.browsing else "")
        stored = await self._store.of(asked.target)
        question = TokenQuestion(
            realm, offer.get("service") or "", asked.scopes, asked.target.tls, tolerant=asked.browsing
        )
        try:
            judged = await self._judge(asked, realm)
        except NetworkError as error:
            raise error.asked("GET", get_url(question)) from error
        if judged.use is RealmUse.REFUSED:
            raise refused_realm(asked.target.authority, realm, judged).asked("GET", get_url(question))
        question = self._with_credential(asked, question, stored, judged)
        user = printable(question.credential.username, 100) if question.credential else ""
        try:
            token, fresh = await self._token(asked, question, watch)
        except TokenError as error:
            error.user, error.words = user, stored.words
            raise
        value = Secret(f"Bearer {token.value.reveal()}")
        proof = Authorization(AuthorizationKind.BEARER, asked.origin, value, user, fresh)
        return Granted(proof, question.withheld, stored.words)

    async def _judge(self, asked: Asked, realm: WebUrl) -> RealmJudgement:
        registry = parse_url(asked.ping.url)
        if registry is None:
            return RealmJudgement(RealmUse.REFUSED, "is named by a server without a URL")
        return judge(
            registry,
            realm,
            () if registry.place == realm.place else await self._places.of(realm),
            self._allowed,
            insecure=asked.target.may_send_secrets,
            registry_addresses=peer_addresses(asked.ping),
        )

    def _with_credential(
        self, asked: Asked, question: TokenQuestion, stored: Stored, judged: RealmJudgement
    ) -> TokenQuestion:
        """Give the question the stored credential, or the sentence about why not."""
        credential = stored.credential
        if credential is None or not can_prove(credential):
            return question
        if asked.origin != asked.target.origin:
            judged = RealmJudgement(RealmUse.ANONYMOUS, "is asked for by a server that the registry redirects to")
        if judged.use is RealmUse.SECRET:
            return question.with_credential(credential)
        realm = str(question.realm)
        secret = secret_name(credential)
        return question.withholding(withheld_sentence(secret, asked.target.base, realm, judged, self._program))

    async def _token(self, asked: Asked, question: TokenQuestion, watch: RequestWatch | None) -> tuple[Token, bool]:
        """Return a token that was kept, or a new one and True."""
        key = (
            asked.origin,
            str(question.realm),
            question.service,
            tuple(sorted(question.scopes)),
            identity_of(question.credential),
            asked.browsing,
        )
        now = self._clock()
        kept = self._tokens.get(key)
        if kept is not None and now < kept[1] and not asked.renew:
            return kept[0], False
        rejected = self._rejected.get(key)
        if rejected is not None and now < rejected[1] and asked.browsing:
            raise rejected[0].with_traceback(None)
        token = await self._flights.join(key, lambda: self._fetch(key, question, watch))
        return token, True

    async def _fetch(self, key: TokenKey, question: TokenQuestion, watch: RequestWatch | None) -> Token:
        try:
            token = await fetch_token(self._asker, question, watch)
        except TokenError as error:
            if question.credential is not None and error.answer.status in (401, 403):
                _keep(self._rejected, key, (error, self._clock() + REJECTED))
            raise
        self._rejected.pop(key, None)
        _keep(self._tokens, key, (token, self._clock() + token.lifetime - EARLY))
        return token


def _keep(kept: dict[TokenKey, T], key: TokenKey, value: T) -> None:
    """Keep a value as the newest, and no more than MOST_KEPT."""
    kept.pop(key, None)
    kept[key] = value
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
