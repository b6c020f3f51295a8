"""Where to browse: the host's registries and their mirrors, asked over what a pull would use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from regtui.browse.models import BrowseError, Place
from regtui.engines.hub import HUB_HOST
from regtui.outcome import Outcome
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from regtui.browse.browser import PlaceBrowser
    from regtui.cache import Cache
    from regtui.engines.base import Candidate, Endpoint, Plan, Platform
    from regtui.host.model import HostConfig
    from regtui.registry.asking import Asker
    from regtui.registry.client import RegistryClient, Target

SAMPLE = "regtui"
"""A repository that stands for any; it is put into plans and never sent."""
TAG = ":latest"
"""Follows the names that plans are made of: ctr takes none without a tag."""
HUB = "docker.io"
_MIRROR_OPTION = "registry-mirror"
_EVERY = ("*", "_default")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)


class BrowseSession(Protocol):
    """What browsing needs of a session; `regtui.live.LiveSession` is one."""

    browsers: dict[Place, PlaceBrowser]
    cache: Cache | None
    pause: Callable[[float], Awaitable[None]]

    @property
    def config(self) -> HostConfig:
        """The host configuration that everything follows from."""
        ...

    @property
    def platform(self) -> Platform:
        """The platform that the host pulls for."""
        ...

    @property
    def listing_seconds(self) -> float:
        """The time limit of one page of a listing."""
        ...

    def plan(self, name: str) -> Plan:
        """Return what the engine would ask for the name, without a packet."""
        ...

    async def informed_plan(self, name: str) -> Plan:
        """Return the plan with the addresses that its secure flags depend on looked up."""
        ...

    def client(self) -> RegistryClient:
        """The client that asks registries."""
        ...

    def asker(self) -> Asker:
        """Sends single requests over the client's connections."""
        ...

    def target(self, endpoint: Endpoint) -> tuple[Target, str]:
        """Return an endpoint as the client sees it, and words for its credential."""
        ...


def places(session: BrowseSession) -> tuple[Place, ...]:
    """Return the registries of the host in its order, each followed by its mirrors; what cannot be asked is left out.

    No packet is sent: an address that only DNS knows is looked up when the place is opened.
    """
    candidates = session.plan(SAMPLE + TAG).candidates
    listed = dict.fromkeys(place for candidate in candidates for place in _places(candidate, session))
    return tuple(listed)


def place_of(session: BrowseSession, host: str) -> Place:
    """Return the place of any registry that a person types, `HOST[:PORT]`, or of a mirror by its URL.

    BrowseError where docker could not ask it: the engine's own reason, or that it is no registry's name.
    """
    typed = host.strip().rstrip("/")
    if "://" in typed:
        return _mirror_at(session, typed)
    if not _HOST.fullmatch(typed):
        name, slash, prefix = typed.partition("/")
        hint = f"; what its names begin with stands apart: {name} {prefix}" if slash and _HOST.fullmatch(name) else ""
        told = f"{printable(host, 100)} is no registry: it is HOST or HOST:PORT, for example quay.io"
        raise _refused(told + printable(hint, 200))
    plan = session.plan(_name_on(session, typed))
    if plan.refused:
        raise _refused(printable(plan.refused[-1]))
    candidate = _candidate(plan, typed)
    if candidate is None:
        why = "docker takes a name without a dot or a port for a part of a repository's"
        raise _refused(f"{printable(typed, 100)} is no registry: {why}")
    return registry_place(session, candidate)


def registry_place(session: BrowseSession, candidate: Candidate) -> Place:
    """Return the place of the candidate's registry itself; BrowseError where the engine would not ask it."""
    for place in _places(candidate, session):
        if not place.mirror:
            return place
    reason = printable(candidate.reason) or "the engine cannot ask it"
    raise BrowseError(f"{printable(candidate.registry, 100)}: {reason}", candidate.outcome or Outcome.SKIPPED)


def candidate_places(session: BrowseSession, candidate: Candidate) -> tuple[Place, ...]:
    """Return where a candidate's repository can be looked at: the registry itself, then its mirrors."""
    found = _places(candidate, session)
    return tuple(sorted(found, key=lambda place: place.mirror))


async def endpoints_of(session: BrowseSession, place: Place) -> tuple[Endpoint, ...]:
    """Return the place's endpoints in order, with addresses looked up: DNS may tell that the registry is insecure."""
    plan = await session.informed_plan(_name_on(session, place.registry))
    candidate = _candidate(plan, place.registry)
    for known in _places(candidate, session) if candidate is not None else ():
        if known.mirror == place.mirror and (not place.mirror or known.endpoint.url == place.endpoint.url):
            return (known.endpoint, *known.others)
    if candidate is not None and candidate.outcome is not None:
        raise BrowseError(f"{printable(place.title, 200)}: {printable(candidate.reason)}", candidate.outcome)
    return (place.endpoint, *place.others)


def is_hub(place: Place) -> bool:
    """Say whether Docker Hub itself is asked, where a manifest's GET counts as a pull."""
    return place.endpoint.host == HUB_HOST


def repository_of(place: Place, candidate: Candidate) -> str:
    """Return the candidate's repository as the place has it: a mirror may keep it under another path."""
    return place.endpoint.repository or candidate.repository


def repository_at(place: Place, typed: str) -> str:
    """Return a repository as it is asked for: Docker Hub's own images have `library/` before their name."""
    return f"library/{typed}" if place.registry == HUB and typed and "/" not in typed else typed


def _places(candidate: Candidate, session: BrowseSession) -> tuple[Place, ...]:
    asked = [endpoint for endpoint in candidate.endpoints if endpoint.api == "v2"]
    own = [endpoint for endpoint in asked if not endpoint.mirror]
    name = candidate.registry
    mirrors = tuple(Place(name, endpoint, True, caches=name) for endpoint in asked if endpoint.mirror)
    if not own:
        return mirrors
    return (Place(name, own[0], False, tuple(own[1:]), _cached_at(session.config, own[0].host, name)), *mirrors)


def _cached_at(config: HostConfig, host: str, registry: str) -> str:
    """Return the other registry that a server is a mirror of by the host's files; empty for none."""
    for setting in config.mirrors:
        # docker's mirrors are those of Docker Hub; podman's and containerd's have the registry as their option.
        upstream = HUB if setting.option.startswith(_MIRROR_OPTION) else printable(setting.option, 200)
        upstream = "every registry" if upstream in _EVERY else upstream
        there = setting.value.split("://")[-1].rpartition("@")[2].split("/")[0]
        if there == host and upstream != registry:
            return upstream
    return ""


def _name_on(session: BrowseSession, registry: str) -> str:
    """Return a name whose plan has the registry: a listed one may be a word that no typed name can begin with."""
    name = f"{registry}/{SAMPLE}{TAG}"
    return name if _candidate(session.plan(name), registry) or session.plan(name).refused else SAMPLE + TAG


def _candidate(plan: Plan, registry: str) -> Candidate | None:
    """Return the candidate of the plan that is the sample repository on the registry."""
    aliases = {registry, HUB} if registry == f"index.{HUB}" else {registry}
    for candidate in plan.candidates:
        if candidate.registry in aliases and candidate.repository in (SAMPLE, f"library/{SAMPLE}"):
            return candidate
    return None


def _mirror_at(session: BrowseSession, url: str) -> Place:
    for place in places(session):
        if place.mirror and place.endpoint.url == url:
            return place
    shown = printable(url.rpartition("@")[2], 200)
    raise _refused(f"{shown} is no mirror of this host; a registry is named without its scheme")


def _refused(sentence: str) -> BrowseError:
    return BrowseError(sentence, Outcome.INVALID)
