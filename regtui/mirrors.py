"""What became of each mirror in a walk: it served the image, did not have it, or was bypassed, and why."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.kept import kept_words
from regtui.outcome import Outcome, Stage
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.engines.base import Endpoint, Found
    from regtui.host.model import MirrorService, Setting, Source
    from regtui.report import CandidateRecord, EndpointRecord, Resolution

HUB = "docker.io"
_OPTION = "registry-mirror"
"""dockerd's own option; other engines name the registry or the prefix that a mirror is for in its place."""


class Use(StrEnum):
    """What a pull gets out of a mirror."""

    USED = "used"
    MISSED = "missed"
    BYPASSED = "bypassed"


class Why(StrEnum):
    """Why it is so. All but the first two are ways to be bypassed."""

    SERVES = "serves it"
    HAS_NOT = "does not have it"
    OTHER_REGISTRY = "another registry's image"
    EARLIER_MIRROR = "an earlier mirror serves it"
    SERVER_ERROR = "answers with an error of its own"
    DOWN = "down"
    TLS = "TLS"
    RATE_LIMITED = "rate limited"
    REFUSED = "wants a login"
    UNUSABLE = "answers what is no image"
    NO_ANSWER = "no answer in time"
    LEFT_OUT = "left out by the engine"
    NOT_REACHED = "the walk ended before"


_BY_OUTCOME = {
    Outcome.DENIED: Why.REFUSED,
    Outcome.UNAUTHORIZED: Why.REFUSED,
    Outcome.RATE_LIMITED: Why.RATE_LIMITED,
    Outcome.SERVER_ERROR: Why.SERVER_ERROR,
    Outcome.UNREACHABLE: Why.DOWN,
    Outcome.TLS_FAILED: Why.TLS,
    Outcome.NOT_A_REGISTRY: Why.UNUSABLE,
    Outcome.INVALID: Why.UNUSABLE,
    Outcome.UNDECIDED: Why.NO_ANSWER,
    Outcome.BLOCKED: Why.LEFT_OUT,
    Outcome.SKIPPED: Why.LEFT_OUT,
}


@dataclass(frozen=True, slots=True)
class MirrorTruth:
    """One mirror: its URL, whose images it is for, what it was used for, and a clean sentence about it.

    `candidate` and `endpoint` are its place in the plan, None where the plan does not have it. `ms` was spent on it.
    `local` says which service of this very host it is, empty where it leads elsewhere.
    """

    url: str
    registry: str
    use: Use
    why: Why
    text: str
    source: Source | None = None
    candidate: int | None = None
    endpoint: int | None = None
    ms: float = 0.0
    local: str = ""


def mirror_truth(
    record: Resolution, configured: tuple[Setting, ...] = (), local: tuple[MirrorService, ...] = ()
) -> tuple[MirrorTruth, ...]:
    """Return what became of each mirror of the plan, in its order.

    `configured` are docker.io's mirrors by the host's configuration: those that the plan does not have follow, with the
    reason. `local` are those of them that this host serves itself. Whether a mirror had the image already or fetched
    it now is told where a header or the time says so (`regtui.kept`).
    """
    told = [
        _truth(record, index, number)
        for index, candidate in enumerate(record.candidates)
        for number, endpoint in enumerate(candidate.endpoints)
        if endpoint.endpoint.mirror
    ]
    planned = {one.url for one in told}
    missing = (setting for setting in configured if _url(setting) not in planned)
    every = (*told, *(_not_planned(record, setting) for setting in missing))
    services = {one.url: one.what for one in local}
    return tuple(replace(one, local=services.get(one.url, "")) for one in every)


def mirror_documents(truths: tuple[MirrorTruth, ...]) -> list[dict[str, object]]:
    """Return the mirrors as JSON-ready data."""
    return [
        {
            "url": one.url,
            "registry": one.registry,
            "use": one.use.value,
            "why": one.why.value,
            "text": one.text,
            "source": None
            if one.source is None
            else {"file": one.source.file, "line": one.source.line, "name": one.source.name},
            "ms": round(one.ms, 1),
            "local": one.local or None,
        }
        for one in truths
    ]


def _truth(record: Resolution, index: int, number: int) -> MirrorTruth:
    candidate = record.candidates[index]
    mirror = candidate.endpoints[number]
    use, why, text = _judged(record, candidate, index, number)
    endpoint: Endpoint = mirror.endpoint
    ms = sum(stage.ms for stage in mirror.stages)
    registry = candidate.candidate.registry
    return MirrorTruth(endpoint.url, registry, use, why, text, endpoint.why, index, number, ms)


def _judged(record: Resolution, candidate: CandidateRecord, index: int, number: int) -> tuple[Use, Why, str]:
    mirror = candidate.endpoints[number]
    found = record.ended.found if record.ended else None
    if found is not None and found.candidate < index:
        return Use.BYPASSED, Why.OTHER_REGISTRY, _other_registry(found, candidate, mirror)
    if found is not None and (found.candidate, found.endpoint_index) == (index, number):
        return Use.USED, Why.SERVES, _serves(record, mirror)
    match mirror.outcome:
        case None:
            return _not_asked(record, candidate, found)
        case Outcome.FOUND:
            return Use.USED, Why.SERVES, _serves(record, mirror)
        case Outcome.NOT_FOUND:
            return Use.MISSED, Why.HAS_NOT, f"does not have it: {printable(mirror.error)}{_then(candidate, found)}"
        case outcome:
            why = _BY_OUTCOME[outcome]
            return Use.BYPASSED, why, f"{printable(mirror.error) or why}{_then(candidate, found)}"


def _serves(record: Resolution, mirror: EndpointRecord) -> str:
    """Say that it serves the image, and whether it had it; a server that stands in the plan twice is pinged once."""
    same = (
        stage.ms
        for candidate in record.candidates
        for endpoint in candidate.endpoints
        if endpoint.endpoint.url == mirror.endpoint.url
        for stage in endpoint.stages
        if stage.stage is Stage.PING and stage.ok
    )
    kept = kept_words(mirror.requests, next(same, None))
    return f"serves the image; {printable(kept)}" if kept else "serves the image"


def _other_registry(found: Found, candidate: CandidateRecord, mirror: EndpointRecord) -> str:
    own = printable(candidate.candidate.registry, 200)
    text = f"{printable(found.registry, 200)} serves the name first, and the mirror is for {own} alone"
    match mirror.outcome:
        case None:
            return text
        case Outcome.FOUND:
            return f"{text}; asked on your word, it serves that of {own}"
        case _:
            return f"{text}; asked on your word, it does not serve it: {printable(mirror.error)}"


def _not_asked(record: Resolution, candidate: CandidateRecord, found: Found | None) -> tuple[Use, Why, str]:
    if found is not None and found.mirror:
        return Use.BYPASSED, Why.EARLIER_MIRROR, f"not asked: {printable(found.endpoint, 200)} serves it first"
    if candidate.outcome is None and record.ended is None:
        return Use.BYPASSED, Why.NOT_REACHED, "not asked: the walk was stopped before"
    return Use.BYPASSED, Why.NOT_REACHED, "not asked: the walk ended before"


def _then(candidate: CandidateRecord, found: Found | None) -> str:
    """What the engine turned to instead."""
    if found is None or candidate.outcome is not Outcome.FOUND:
        return ""
    return f"; {printable(found.endpoint, 200)} serves the image"


def _not_planned(record: Resolution, setting: Setting) -> MirrorTruth:
    registries = [candidate.candidate.registry for candidate in record.candidates]
    own = HUB if setting.option.startswith(_OPTION) else printable(setting.option, 200)
    hub = next((one for one in record.candidates if _is_for(own, one.candidate.full_name)), None)
    if hub is not None:
        text = printable(hub.candidate.reason) or "the engine does not ask it: its host is blocked"
        why = Why.LEFT_OUT
    elif registries:
        text = f"a mirror is for {own} alone, and this is an image of {printable(', '.join(registries), 200)}"
        why = Why.OTHER_REGISTRY
    else:
        text, why = "not asked: the engine refuses the name", Why.NOT_REACHED
    return MirrorTruth(_url(setting), own, Use.BYPASSED, why, text, setting.source)


def _is_for(own: str, name: str) -> bool:
    """Whether a mirror of `own`, a registry or a prefix, has to do with a full name."""
    return own in ("*", "_default") or name == own or name.startswith(f"{own}/")


def _url(setting: Setting) -> str:
    """Return the mirror's URL as endpoints have it: with a scheme, without a user and the last slash."""
    scheme, separator, rest = setting.value.partition("://")
    if not separator:
        scheme, rest = "https", setting.value
    authority, slash, path = rest.partition("/")
    return printable(f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}".rstrip("/"), 200)
