"""Why a registry shows nothing: errors as one sentence for a person, with what is known of that registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.browse.models import BrowseError
from regtui.outcome import Outcome, Trouble
from regtui.registry.errors import (
    AnswerRefused,
    CertificatesError,
    ChallengeError,
    DigestMismatch,
    NameRefused,
    NetworkError,
    NoCredentials,
    RegistryError,
    TokenError,
)
from regtui.registry.replies import reason_of

if TYPE_CHECKING:
    from regtui.browse.models import Place
    from regtui.registry.quota import RateLimit
    from regtui.registry.replies import Reply

_TLS = frozenset(
    {Trouble.CERTIFICATE, Trouble.CLIENT_CERTIFICATE, Trouble.TLS, Trouble.PLAIN_HTTP, Trouble.TLS_TIMEOUT}
)

_NOT_INSECURE = "http is asked only where the host's configuration has the registry as insecure"
_SAME_ANSWER = "it answers so for a private repository and for one that does not exist"
_RED_HAT = "it gives images to nobody without a login, which is that of a Red Hat account or a service account's token"
_ECR = "a login of ECR ends after 12 hours; aws ecr get-login-password gives the next password"
_HABITS = {
    "docker.io": ((401, 403), _SAME_ANSWER),
    "quay.io": ((401,), _SAME_ANSWER),
    "ghcr.io": ((401, 403), _SAME_ANSWER),
    "gcr.io": ((401, 403), _SAME_ANSWER),
    "registry.gitlab.com": ((401, 403), _SAME_ANSWER),
    "public.ecr.aws": ((401, 403), _SAME_ANSWER),
    "azurecr.io": ((401,), _SAME_ANSWER),
    "registry.redhat.io": ((401, 403), _RED_HAT),
    "amazonaws.com": ((401, 403), _ECR),
}
"""Registry, or the domain of a cloud's registries -> statuses, and what it means by them."""
_DOMAINS = {".gcr.io": "gcr.io", ".pkg.dev": "gcr.io", ".azurecr.io": "azurecr.io", ".amazonaws.com": "amazonaws.com"}
"""End of a registry's name -> whose habits it has."""


def explained(error: RegistryError, place: Place, login: str = "") -> BrowseError:
    """Return the error for a person; `login` says as whom the registry was asked, empty where that is not known."""
    match error:
        case NetworkError():
            plain = error.trouble is Trouble.PLAIN_HTTP and place.endpoint.url.startswith("https:") and not place.mirror
            hint = _NOT_INSECURE if plain else ""
            return BrowseError(_joined(_named(place, _with_detail(error)), hint), _network_outcome(error))
        case CertificatesError():
            return BrowseError(f"{place.title}: {error}", Outcome.TLS_FAILED)
        case NoCredentials():
            return BrowseError(_joined(str(error), error.withheld), Outcome.UNAUTHORIZED)
        case TokenError():
            refused = error.answer.status in (401, 403)
            outcome = _outcome_of(error.answer) if refused or error.answer.status >= 400 else Outcome.INVALID
            habit = _joined(_habit(place, error.answer.status), login) if refused else ""
            told = _joined(str(error), habit, error.withheld)
            return BrowseError(told, outcome, retry_after=_wait(error.answer))
        case DigestMismatch():
            return BrowseError(f"DIGEST MISMATCH: {error}", Outcome.INVALID, body=error.answer.body)
        case AnswerRefused():
            return _refusal(error, place, login)
        case ChallengeError() | NameRefused():
            return BrowseError(str(error), Outcome.INVALID)
        case _:
            return BrowseError(str(error), Outcome.SERVER_ERROR)


def countdown(seconds: float) -> str:
    """Return a wait for a sentence: `12 s`, `5 min`, `1 h 30 min`."""
    whole = max(1, round(seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min".replace(" 0 min", "")


def pulls_left(limit: RateLimit | None) -> str:
    """Return what is left of a pull limit, and for whom it is counted; empty where the registry does not say."""
    if limit is None or limit.remaining is None:
        return ""
    most = f" of {limit.limit}" if limit.limit is not None else ""
    window = f" in {countdown(limit.window)}" if limit.window else ""
    counted = f", counted for {limit.source}" if limit.source else ""
    return f"{limit.remaining}{most} pulls{window} left{counted}"


def _refusal(error: AnswerRefused, place: Place, login: str) -> BrowseError:
    reply = error.answer
    outcome = _outcome_of(reply)
    match outcome:
        case Outcome.RATE_LIMITED:
            said = f"{place.title} says that too much was asked: {reason_of(reply)}"
            sentence = _joined(said, pulls_left(reply.rate_limit), _again(reply))
        case Outcome.UNAUTHORIZED | Outcome.DENIED:
            sentence = _joined(str(error), _habit(place, reply.status), login)
        case Outcome.NOT_FOUND:
            sentence = _joined(str(error), _habit(place, reply.status))
        case _:
            is_page = reply.media_type == "text/html" and "text/html" not in str(error)
            sentence = _joined(str(error), "a web page was sent" if is_page else "", _again(reply))
    body = reply.body if reply.status == 200 and reply.media_type != "text/html" else b""
    return BrowseError(sentence, outcome, retry_after=_wait(reply), body=body)


def _outcome_of(reply: Reply) -> Outcome:
    match reply.status:
        case 200:
            return Outcome.INVALID
        case 401:
            return Outcome.UNAUTHORIZED
        case 403 | 407 | 451:
            return Outcome.DENIED
        case 404 | 410:
            return Outcome.NOT_FOUND
        case 429:
            return Outcome.RATE_LIMITED
        case status if status >= 500:
            return Outcome.SERVER_ERROR
        case _:
            return Outcome.INVALID


def _network_outcome(error: NetworkError) -> Outcome:
    if error.own_limit:
        return Outcome.UNDECIDED
    if error.trouble in _TLS:
        return Outcome.TLS_FAILED
    return Outcome.NOT_A_REGISTRY if error.trouble is Trouble.PROTOCOL else Outcome.UNREACHABLE


def _with_detail(error: NetworkError) -> str:
    return f"{error} ({error.detail})" if error.detail else str(error)


def _named(place: Place, sentence: str) -> str:
    """Return the sentence with the registry's name before it, where it is not in it."""
    return sentence if place.registry in sentence else f"{place.title}: {sentence}"


def _habit(place: Place, status: int) -> str:
    registry = place.registry
    of = next((owner for end, owner in _DOMAINS.items() if registry.endswith(end)), registry)
    statuses, meaning = _HABITS.get(of, ((), ""))
    return f"{registry}: {meaning}" if status in statuses and not place.mirror else ""


def _again(reply: Reply) -> str:
    wait = _wait(reply)
    return f"again in {countdown(wait)}" if wait else ""


def _wait(reply: Reply) -> float | None:
    return reply.retry_after if reply.status in (429, 503) else None


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)
